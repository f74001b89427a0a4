"""Rules on how validation compares with training: learned by heart, overfitted, or held back in training alone."""

import math
from itertools import pairwise

from hpsearch.diagnosis.curves.curve import GOOD, GOOD_SHARE, Curve
from hpsearch.diagnosis.curves.mixed import labels_mixed
from hpsearch.diagnosis.curves.trend import spread_of_bends
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

LARGE_GAP, LARGE_SHARE = 0.05, 0.1
"""Between validation and training error, absolutely and as a share of the error of guessing, whichever is less
(heuristics: smaller ones are usual in sound training)."""
WIDE = 0.6
"""Training error as a share of the validation error, below which the two are apart (heuristic)."""
RISEN = 0.15
"""A validation loss so much above its lowest has turned (heuristic; after Prechelt's generalisation loss) …"""
LEAST_RISE = 0.05
"""… if it is also this share of guessing among ten classes, or of guessing in regression (heuristic)."""
STANDARD_ERRORS = 3.0
APART = 2.0
"""Standard errors that the best validation error is above that of training where something was learned by heart."""
FEW, FEW_OF_A_CLASS = 100, 20
"""Samples: from fewer, nothing general needs to be learned, however sound the data are (heuristics)."""
BLIND = 0.1
"""Of what guessing errs: a standard error above it cannot tell guessing from some learning (heuristic; 100 validation
samples of two even classes)."""
SURE = 1.25
"""Times guessing: a validation loss above it takes sure answers that are wrong (heuristic)."""
HALF_WAY = 0.5
"""Of what guessing errs: training that errs more often has not come half of the way from it."""
NOTHING_LOST = 0.02
"""Of what guessing errs: from a validation error below it nothing is to be won (heuristic)."""
HELD_BACK = 0.1
"""By so much more training errs than validation where something holds it back (heuristic)."""


def learns_by_heart(curve: Curve) -> Remark | None:
    """Training gets better and validation stays at guessing.

    What the network learns holds for the training samples alone: labels that were shuffled or moved against their
    images, images that show nothing, samples of a batch that change places. Better than guessing is a validation
    accuracy in any epoch that guessing reaches with one chance in a hundred over all epochs (exact binomial), or in
    regression a loss three per cent below that of guessing. The best validation error must also be above the best of
    training by two standard errors, or the validation loss end above guessing: a training that has hardly begun leaves
    both at guessing. Nothing is said where so few samples validate that guessing has a standard error of more than a
    tenth of what it errs, or of fewer than 100 training samples, or 20 a class: from so few, learning by heart is what
    a sound network does.
    """
    if not curve.ended or not curve.learned_on_the_way or curve.generalises:
        return None
    train, held = min(curve.train_errors), min(curve.val_errors)
    if curve.task.train_samples < max(FEW, FEW_OF_A_CLASS * curve.task.outputs * curve.task.is_classification):
        return None
    if curve.task.is_classification and curve.drawn(curve.chance_of_error) > BLIND * curve.chance_of_error:
        return None
    if held - train < APART * curve.error_of_validation and curve.late_val_loss < curve.guess:
        return None
    sentence = (
        f"the training error came down to {train:.1%}, and validation is no better than guessing in any epoch "
        f"({held:.1%} wrong at best)"
    )
    return Remark(sentence, {"train_error": train, "validation_error": held, "epochs": len(curve.epochs)})


def overfitting(curve: Curve) -> Remark | None:
    """Training got better than validation by more than chance, or validation has turned.

    Either the validation error is above the training error by three standard errors and five per cent (less where
    guessing errs seldom), and the training error is below six tenths of it, and in every epoch of the last third the
    two are apart (by those errors, unless these are small also over the movement from epoch to epoch); or the
    validation loss has risen, while training went on falling, above its lowest by 15 %, by 0.115 nats (five per cent of
    guessing in regression), and by more than chance and the movement from epoch to epoch make of it, or the validation
    error has risen by as much (heuristics beside the errors). Where validation is far worse than guessing, its
    images or labels may be prepared otherwise. It is information where validation has ended well all the same: not
    surely, by two standard errors, above ten per cent wrong, or a fifth of what guessing errs. Where it is the gap that
    is told, which is sure by itself, and training ended below those bounds, one standard error is enough.
    """
    if not curve.ended or not curve.learned:
        return None
    lowest = min(curve.val_losses)
    at = curve.val_losses.index(lowest)
    last = math.fsum(curve.val_losses[-2:]) / 2
    risen = last - lowest > max(RISEN * lowest, _least_rise(curve, last)) and at < len(curve.epochs) - 2
    risen = risen and _goes_on(curve, at)
    erring = _error_has_risen(curve)
    train, held = curve.ends
    third = -(-len(curve.epochs) // 3)
    nearest = min(b - a for a, b in zip(curve.train_errors[-third:], curve.val_errors[-third:], strict=True))
    large = min(LARGE_GAP, LARGE_SHARE * curve.chance_of_error)
    sure = nearest > STANDARD_ERRORS * curve.error_of_draw or curve.gap > STANDARD_ERRORS * curve.error_of_gap
    wide = sure and nearest > large / 2 and curve.gap > large and train < WIDE * held
    numbers = {
        "train_error": train,
        "validation_error": held,
        "gap": curve.gap,
        "standard_error": curve.error_of_gap,
        "lowest_validation_loss": lowest,
        "last_validation_loss": curve.val_losses[-1],
        "last_two_validation_losses": last,
        "best_epoch": at + 1,
    }
    if not (risen or wide or erring):
        return None
    severity = Severity.INFO if curve.ended_well and last <= SURE * curve.guess else None
    if wide:
        high = curve.fits and held - curve.drawn(held) > min(GOOD, GOOD_SHARE * curve.chance_of_error)
        severity = None if high else severity
        sentence = f"the error is {train:.1%} in training and {held:.1%} in validation"
        if last > SURE * curve.guess:
            sentence += f", whose loss of {last:.3g} is that of sure and wrong answers: is it prepared as training is?"
        return Remark(sentence, numbers, severity)
    if erring and not risen:
        best = min(curve.val_errors)
        return Remark(f"the validation error was {best:.1%} at best and is {held:.1%} at the end", numbers, severity)
    sentence = (
        f"the validation loss was lowest in epoch {at + 1} ({lowest:.3g}) and has risen since, to {last:.3g} in the "
        f"mean of the last two epochs"
    )
    return Remark(sentence, numbers, severity)


def _error_has_risen(curve: Curve) -> bool:
    """Whether the validation error, in means of two epochs, has risen from its lowest by two standard errors of the
    draw of the samples and three movements of the network, while the training error fell."""
    means = [(before + after) / 2 for before, after in pairwise(curve.val_errors)]
    at = means.index(min(means))
    rise, large = means[-1] - means[at], min(LARGE_GAP, LARGE_SHARE * curve.chance_of_error)
    drawn = math.hypot(curve.drawn(means[at]), curve.drawn(means[-1]))
    chance = math.hypot(APART * drawn, STANDARD_ERRORS * curve.moved / math.sqrt(2))
    return rise > max(large, chance) and curve.train_errors[-1] < curve.train_errors[at] and _goes_on(curve, at)


def _goes_on(curve: Curve, at: int) -> bool:
    """Whether the training loss has fallen since an epoch, by two standard errors of the noise of its batches: what it
    gains is what validation loses."""
    fallen = curve.epochs[at].train_loss - curve.epochs[-1].train_loss
    return fallen > APART * curve.noise * math.sqrt(2 / curve.per_epoch)


def _least_rise(curve: Curve, last: float) -> float:
    """What a validation loss must rise by at least: two standard errors, as if the losses of samples spread as far as
    their mean is high (heuristic), and three of its movements in the second half."""
    drawn = last / math.sqrt(max(1, curve.task.validation_samples))
    moved = spread_of_bends(curve.val_losses[len(curve.val_losses) // 2 :])
    guess = math.log(10) if curve.task.is_classification else curve.guess
    return max(LEAST_RISE * guess, math.hypot(APART * drawn, STANDARD_ERRORS * moved))


def training_held_back(curve: Curve) -> Remark | None:
    """Training errs far more often than validation does.

    What is done in training alone makes its images or outputs so hard that the network has to work against it: dropout
    behind the last layer or of nearly everything, augmentation that leaves too little, noise. Over the last third of
    the epochs training errs by ten per cent more, by three standard errors, and more than twice as often (heuristics
    beside the standard error); a little more is usual with dropout, and while the error still falls fast. Where the
    training samples were looked at in evaluation mode, and are then no better than half of the way to validation, it is
    they that are harder, and nothing is said: their labels may be wrong more often. It is information where validation
    has ended well and training has come further than half of the way from guessing: what is done on purpose seldom
    takes more (heuristic). It also is where validation errs no more than two per cent of what guessing does: nothing
    was lost then. And it is where validation has ended well and labels are seen to be mixed, as with images that are
    laid over each other: no answer to two labels at once is right for one of them.
    """
    if not curve.ended or not curve.task.is_classification:
        return None
    third = max(2, len(curve.epochs) // 3)
    train, held = (math.fsum(errors[-third:]) / third for errors in (curve.train_errors, curve.val_errors))
    error = math.hypot(curve.error_of_draw, curve.moved / math.sqrt(third))
    if train - held < max(HELD_BACK, STANDARD_ERRORS * error) or held > train / 2:
        return None
    evaluated = next((look.evaluated_loss for look in curve.trial.result.looks[-1:]), None)
    if evaluated is not None and evaluated > (curve.epochs[-1].train_loss + curve.epochs[-1].val_loss) / 2:
        return None
    sentence = f"the error is {train:.1%} in training and only {held:.1%} in validation"
    numbers = {"train_error": train, "validation_error": held, "standard_error": error}
    mild = curve.ended_well and train < HALF_WAY * curve.chance_of_error
    mild = mild or held <= NOTHING_LOST * curve.chance_of_error or (curve.ended_well and labels_mixed(curve))
    return Remark(sentence, numbers, Severity.INFO if mild else None)
