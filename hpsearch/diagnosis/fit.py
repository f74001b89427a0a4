"""Rules on how well the network fits: not at all, too little, too much, or not yet."""

import math
from itertools import pairwise

from hpsearch.diagnosis.curve import Curve
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

LARGE_GAP = 0.05
"""Between validation and training error (heuristic: smaller ones are usual in sound training)."""
GOOD = 0.1
"""Share of wrong predictions in validation, and of what it errs more than training, below which overfitting does little
harm (heuristic)."""
WIDE = 0.6
"""Training error as a share of the validation error, below which the two are apart (heuristic)."""
RISEN = 0.15
"""A validation loss so much above its lowest has turned (heuristic; after Prechelt's generalisation loss) …"""
LEAST_RISE = 0.115
"""… if it is also so many nats, a twentieth of guessing among ten classes, however few there are: less is within chance
on a few hundred samples (heuristic)."""
MUCH_LEFT = 0.15
"""Share of wrong predictions in training that a larger network would lower (heuristic)."""
HELD_UP = 0.4
"""Of guessing: a loss above it does not belong to predictions that are right (heuristic)."""
DOUBT = 1.25
"""Times the entropy of an error: predictions that know how unsure they are have no higher loss (heuristic)."""
HOPELESS = 0.3
"""Of guessing: where a loss would stay above it with half as many epochs more, they are no cure (heuristic)."""
FALLING, STEEP = 0.1, 0.2
"""Of itself: by so much the validation loss falls along the last third where more epochs are worth it, and where that
alone is reason enough (heuristic)."""
UNFINISHED = 0.1
"""Of guessing: a loss above it has something left to lose (heuristic)."""
NOTHING_LEFT = 0.02
"""Of guessing: from a training loss below it nothing more can be learned (heuristic)."""
SHORT = 6
"""Epochs: of fewer, the last third is too short to read a trend from, and the last half is taken."""
STANDARD_ERRORS = 3.0
SURE = 1.25
"""Times guessing: a validation loss above it takes sure answers that are wrong (heuristic)."""
HELD_BACK = 0.1
"""By so much more training errs than validation where something holds it back (heuristic)."""


def does_not_learn(curve: Curve) -> Remark | None:
    """The training loss never gets below that of guessing.

    Nothing comes through from the images to the outputs, or nothing of the labels is in the images: dead units, frozen
    layers, a bounded output, far too much regularisation, or labels that belong to other images.
    """
    if not curve.ended or curve.learned or curve.learned_on_the_way:
        return None
    sentence = (
        f"the training loss is {curve.lowest:.4g} in the best of {len(curve.epochs)} epochs, and guessing has "
        f"{curve.guess:.4g}"
    )
    return Remark(sentence, {"lowest_epoch_loss": curve.lowest, "guessing_loss": curve.guess})


def learns_by_heart(curve: Curve) -> Remark | None:
    """Training gets better and validation stays at guessing.

    What the network learns holds for the training samples alone: labels that were shuffled or moved against their
    images, images that show nothing, samples of a batch that change places. Better than guessing is a validation
    accuracy in any epoch that guessing reaches with one chance in a hundred over all epochs (exact binomial), or in
    regression a loss three per cent below that of guessing.
    """
    if not curve.ended or not curve.learned_on_the_way or curve.generalises:
        return None
    train, held = min(curve.train_errors), min(curve.val_errors)
    sentence = (
        f"the training error came down to {train:.1%}, and validation is no better than guessing in any epoch "
        f"({held:.1%} wrong at best)"
    )
    return Remark(sentence, {"train_error": train, "validation_error": held, "epochs": len(curve.epochs)})


def loss_above_its_accuracy(curve: Curve) -> Remark | None:
    """Nearly all training samples are right, and the loss stays high as if they were guessed.

    Logits that are free to grow bring the cross-entropy near zero once the predictions are right. Where it stands still
    above 40 % of guessing with less than 15 % wrong, the outputs are bounded: a soft-max in front of the loss, a
    sigmoid, a scale that is too small (heuristic: with a second soft-max the loss cannot fall below 45 % of guessing
    for two classes and 63 % for ten). Honest doubt is no such bound: the loss must also be a quarter above the entropy
    of predictions that are wrong as often.
    """
    if not curve.ended or not curve.task.is_classification or not curve.flat:
        return None
    level = curve.epochs[-1].train_loss - curve.floor
    if level < max(HELD_UP * curve.guess, DOUBT * curve.loss_of_error) or curve.train_errors[-1] > MUCH_LEFT:
        return None
    sentence = f"the training error is {curve.train_errors[-1]:.1%}, yet the loss stands still at {level:.3g}"
    return Remark(sentence, {"train_error": curve.train_errors[-1], "loss": level, "guessing_loss": curve.guess})


def still_improving(curve: Curve) -> Remark | None:
    """Validation was still getting better when the training ended.

    Along the last third of the epochs both losses fall, validation by a tenth; and the mean error over that third is
    below the one before by two standard errors of the validation samples, or the validation loss falls by a fifth and
    is still above a tenth of guessing (heuristics beside the standard error). Of fewer than six epochs the last three
    are read: both losses must fall in each, by a twentieth in all. A training loss below two per cent of guessing has
    nothing left to learn from. More epochs would go on with it; a value that is read here depends on how long the
    training was allowed to last.
    """
    if not curve.ended or curve.level < NOTHING_LEFT * curve.guess:
        return None
    short = len(curve.epochs) < SHORT
    third = max(1, len(curve.epochs) // 3)
    last, before = curve.val_errors[-third:], curve.val_errors[-2 * third : -third]
    gain = (math.fsum(before) - math.fsum(last)) / third
    error = curve.error_of_validation
    end = curve.val_losses[-3:] if short else curve.val_losses[-third:]
    if short:
        trained = [epoch.train_loss for epoch in curve.epochs[-3:]]
        falling = all(b < (1 - FALLING / 4) * a for losses in (end, trained) for a, b in pairwise(losses))
    else:
        falling = curve.line(2 / 3, 1.0).deviations < -2 and end[-1] < (1 - FALLING) * end[0]
    steep = end[-1] < (1 - STEEP) * end[0] and end[-1] > UNFINISHED * curve.guess
    if (gain < 2 * error and not steep) or gain <= 0 or not falling:
        return None
    what = "validation error" if curve.task.is_classification else "validation loss, as a share of guessing,"
    fell = f"the {what} fell from {math.fsum(before) / third:.1%} to {math.fsum(last) / third:.1%}"
    number = len(curve.epochs)
    sentence = (
        f"{fell} between epochs {number - 1} and {number}, the last ones, and both losses fell in each of three"
        if short
        else f"{fell} between the last two thirds of the training, and the loss was still falling at its end"
    )
    return Remark(sentence, {"gain": gain, "standard_error": error, "epochs": len(curve.epochs)})


def overfitting(curve: Curve) -> Remark | None:
    """Training got better than validation by more than chance, or validation has turned.

    Either the validation error is above the training error by three standard errors and five per cent, and the training
    error is below six tenths of it, and in every epoch of the last third the two are apart; or the validation loss has
    risen by 15 % and by 0.115 nats (five per cent of guessing in regression) above its lowest while training went on
    falling (heuristics beside the standard error). Where validation is far worse than guessing, its images or labels
    may be prepared otherwise. It is information where validation is good all the same: less than ten per cent wrong,
    and less than ten more than in training (heuristics).
    """
    if not curve.ended or not curve.learned:
        return None
    lowest = min(curve.val_losses)
    at = curve.val_losses.index(lowest)
    last = math.fsum(curve.val_losses[-2:]) / 2
    least = LEAST_RISE if curve.task.is_classification else 0.05 * curve.guess
    risen = last - lowest > max(RISEN * lowest, least) and at < len(curve.epochs) - 2
    risen = risen and curve.epochs[-1].train_loss < curve.epochs[at].train_loss
    train, held = curve.ends
    third = -(-len(curve.epochs) // 3)
    nearest = min(b - a for a, b in zip(curve.train_errors[-third:], curve.val_errors[-third:], strict=True))
    wide = (
        nearest > LARGE_GAP / 2
        and curve.gap > max(LARGE_GAP, STANDARD_ERRORS * curve.error_of_gap)
        and train < WIDE * held
    )
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
    if not (risen or wide):
        return None
    good = held < GOOD and curve.gap < GOOD and last <= SURE * curve.guess
    severity = Severity.INFO if good else None
    if wide:
        sentence = f"the error is {train:.1%} in training and {held:.1%} in validation"
        if last > SURE * curve.guess:
            sentence += f", whose loss of {last:.3g} is that of sure and wrong answers: is it prepared as training is?"
        return Remark(sentence, numbers, severity)
    sentence = (
        f"the validation loss was lowest in epoch {at + 1} ({lowest:.3g}) and has risen since, to {last:.3g} in the "
        f"mean of the last two epochs"
    )
    return Remark(sentence, numbers, severity)


def underfitting(curve: Curve) -> Remark | None:
    """Training is far from perfect and hardly gets better, and validation is as good: there is no gap.

    The network, or how it is held back, is the limit: it has too little capacity, too much regularisation, or the
    labels have errors that nobody can learn. The training error is at least 15 %; the validation error is not apart
    from it by more than two standard errors and 2.5 %; and the loss stands still, or would stay above 30 % of guessing
    if it went on for half as long again (heuristics).
    """
    if not curve.ended or not (curve.learned or _better_than_guessing(curve)) or curve.train_errors[-1] < MUCH_LEFT:
        return None
    ahead = curve.level + min(0.0, curve.line(0.5, 1.0).change)
    if not curve.flat and ahead < HOPELESS * curve.guess:
        return None
    if abs(curve.gap) > max(2 * curve.error_of_gap, LARGE_GAP / 2):
        return None
    train, held = curve.train_errors[-1], curve.val_errors[-1]
    course = (
        "the loss hardly falls any more"
        if curve.flat
        else f"the loss falls so slowly that half as many epochs more would bring it to {ahead:.3g}"
    )
    sentence = f"the training error is {train:.1%} and {course}; the validation error is {held:.1%}, no gap"
    numbers = {
        "train_error": train,
        "validation_error": held,
        "gap": curve.gap,
        "standard_error": curve.error_of_gap,
        "flat": curve.flat,
        "loss_ahead": ahead,
    }
    return Remark(sentence, numbers)


def training_held_back(curve: Curve) -> Remark | None:
    """Training errs far more often than validation does.

    What is done in training alone makes its images or outputs so hard that the network has to work against it: dropout
    behind the last layer or of nearly everything, augmentation that leaves too little, noise. Training errs by ten per
    cent more, by three standard errors, and more than twice as often (heuristics beside the standard error); a little
    more is usual with dropout, and while the error still falls fast.
    """
    if not curve.ended or not curve.task.is_classification:
        return None
    train, held = curve.ends
    if train - held < max(HELD_BACK, STANDARD_ERRORS * curve.error_of_gap) or held > train / 2:
        return None
    sentence = f"the error is {train:.1%} in training and only {held:.1%} in validation"
    return Remark(sentence, {"train_error": train, "validation_error": held, "standard_error": curve.error_of_gap})


def _better_than_guessing(curve: Curve) -> bool:
    """Whether validation ends with a tenth less errors than guessing, and chance alone would not."""
    left = (1 - FALLING) * (1 - curve.task.guessing_accuracy)
    return curve.task.is_classification and curve.generalises and curve.ends[1] < left


def plateau(curve: Curve) -> Remark | None:
    """Neither training nor validation has got better over the second half.

    The rest of the training was spent for nothing; the same result costs half of the epochs.
    """
    if not curve.ended or not curve.learned or not curve.flat or curve.level < 0.05 * curve.guess:
        return None
    half = len(curve.val_errors) // 2
    gain = min(curve.val_errors[:half]) - min(curve.val_errors[half:])
    if gain > curve.error_of_validation:
        return None
    line = curve.line(0.5, 1.0)
    sentence = (
        f"the training loss stayed at {line.level:.3g} over the second half, and validation gained {max(0.0, gain):.1%}"
    )
    return Remark(sentence, {"level": line.level, "change": line.change, "validation_gain": gain})
