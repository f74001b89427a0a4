"""Rules on how well the network fits: not at all, too little, not yet, or for too long."""

import math
from itertools import pairwise

from hpsearch.diagnosis.curves.classes import spread_evenly
from hpsearch.diagnosis.curves.curve import GOOD, GOOD_SHARE, UNFINISHED, Curve
from hpsearch.diagnosis.curves.trend import spread_of_bends
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

SMALL_GAP, SMALL_SHARE = 0.025, 1 / 3
"""Between validation and training error, and as a share of the training error: a gap below it is not what most of the
errors are due to (heuristics)."""
MUCH_LEFT, MUCH_SHARE = 0.15, 0.3
"""Share of wrong predictions in training that a larger network would lower; or as a share of those of guessing, where
this is less (heuristics)."""
HONEST = (0.8, 1.25)
"""Times the entropy of its errors: a loss between them is that of answers which know nothing but how often they err."""
FEW_CLASSES = 3
"""Of no more, it cannot be seen to which classes wrong answers go."""
LABELS_FIRST = (
    "Look at images beside wrong answers: if labels are wrong, correct them first, for no larger network helps; else "
    "make the network wider or deeper, or take regularisation away."
)
"""What to do where answers are as they are when labels are wrong."""
GUESSED = 0.9
"""Of what guessing errs: answers that err as much have learned next to nothing, and say nothing of labels."""
AS_MUCH = 0.75
"""Of the training error: where validation errs less, what is done in training alone makes it hard (heuristic)."""
HOPELESS = 0.3
"""Of guessing: where a loss would stay above it with half as many epochs more, they are no cure (heuristic)."""
FALLING, STEEP = 0.1, 0.2
"""Of itself: by so much the validation loss falls along the last third where more epochs are worth it, and where that
alone is reason enough (heuristic)."""
NOTHING_LEFT = 0.02
"""Of guessing: from a training loss below it nothing more can be learned (heuristic)."""
SHORT = 6
"""Epochs: of fewer, the last third is too short to read a trend from, and the last half is taken."""


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


def still_improving(curve: Curve) -> Remark | None:
    """Validation was still getting better when the training ended.

    Along the last third of the epochs both losses fall, validation by a tenth; and the mean error over that third is
    below the one before by two standard errors (of the draw of the validation samples, and of its movement from epoch
    to epoch), or the validation loss falls by a fifth and three of its movements and is still above a tenth of guessing
    (heuristics beside the standard error). Of fewer than six epochs the last three are read: both losses must fall in
    each, by a twentieth in all. A training loss below two per cent of guessing has nothing left to learn from. More
    epochs would go on with it; a value that is read here depends on how long the training was allowed to last. It is
    information where training ended below a tenth of guessing, or below 30 % of it after the learning rate had decayed,
    which makes losses fall at the end of any training.
    """
    if not curve.ended or curve.level < NOTHING_LEFT * curve.guess:
        return None
    short = len(curve.epochs) < SHORT
    third = max(1, len(curve.epochs) // 3)
    last, before = curve.val_errors[-third:], curve.val_errors[-2 * third : -third]
    gain = (math.fsum(before) - math.fsum(last)) / third
    error = math.hypot(curve.error_of_validation, curve.moved / math.sqrt(third))
    end = curve.val_losses[-3:] if short else curve.val_losses[-third:]
    if short:
        trained = [epoch.train_loss for epoch in curve.epochs[-3:]]
        falling = all(b < (1 - FALLING / 4) * a for losses in (end, trained) for a, b in pairwise(losses))
    else:
        falling = curve.line(2 / 3, 1.0).deviations < -2 and end[-1] < (1 - FALLING) * end[0]
    moved = spread_of_bends(curve.val_losses[len(curve.val_losses) // 2 :])
    steep = end[0] - end[-1] > max(STEEP * end[0], 3 * moved) and end[-1] > UNFINISHED * curve.guess
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
    numbers = {"gain": gain, "standard_error": error, "epochs": len(curve.epochs)}
    done = curve.level < (HOPELESS if curve.annealed else UNFINISHED) * curve.guess
    return Remark(sentence, numbers, Severity.INFO if done else None)


def much_left(curve: Curve) -> float:
    """The share of wrong predictions in training from which on many are left."""
    return min(MUCH_LEFT, MUCH_SHARE * curve.chance_of_error)


def _error_ahead(curve: Curve) -> float:
    """The training error after half as many epochs more, if it goes on as a power of their number, as from the middle
    to the end; 0 for fewer than six epochs."""
    half, count = len(curve.epochs) // 2, curve.ending
    if len(curve.epochs) < SHORT:
        return 0.0
    middle = math.fsum(curve.train_errors[max(0, half - count) : half]) / count
    end = curve.ends[0]
    return end * math.pow(min(1.0, end / max(1e-12, middle)), math.log2(1.5))


def underfitting(curve: Curve) -> Remark | None:
    """Training is far from perfect and hardly gets better, and validation is about as good: there is hardly a gap.

    The network, or how it is held back, is the limit: it has too little capacity, too much regularisation, or the
    labels have errors that nobody can learn. The training error is at least 15 %, or three tenths of that of guessing
    if this is less; the validation error is not apart from it by more than two standard errors, 2.5 % and a third of
    it, and validation loses no more than guessing; and the loss stands still, or half as many epochs more would leave
    it above 30 % of guessing, or the training error above those 15 % (heuristics). Nothing is said where validation has
    ended well, nor where all of it is of one class, whose errors are not those of the others. Half of those 15 % are
    enough where the loss stands still, no chance is needed to call the gap small, validation errs no less than three
    quarters of what training does, and surely more than five per cent, or a tenth of what guessing does: a network that
    is a little too small.

    Labels that are wrong at random are named where answers are as they are then, among four classes and more: the loss
    is 0.8 to 1.25 times the entropy of the errors, as nothing is known of which other class it is, and wrong answers go
    to all classes alike (heuristics: with 40 % of labels wrong it was so five times of five; of 40 other trainings that
    fit too little it was so twice). Of two or three classes the loss alone is read: where it stands still and is such
    an entropy, answers are as unsure of one sample as of another, and this is information, which no search follows: no
    network is better where labels are wrong by that share, and a network that is too small is seldom so even.
    """
    if not curve.ended or curve.of_one_class or not (curve.learned or _better_than_guessing(curve)):
        return None
    ahead = max(0.0, curve.level + min(0.0, curve.line(0.5, 1.0).change))
    wrong_ahead = _error_ahead(curve)
    far = curve.train_errors[-1] >= much_left(curve) and not curve.ended_well
    if not (far or _a_little_short(curve)):
        return None
    if not curve.flat and ahead < HOPELESS * curve.guess and wrong_ahead < much_left(curve):
        return None
    train, held = curve.train_errors[-1], curve.val_errors[-1]
    if curve.late_val_loss > curve.guess or curve.gap > max(
        2 * curve.error_of_gap, SMALL_GAP, SMALL_SHARE * curve.ends[0]
    ):
        return None
    if curve.flat:
        course = "the loss hardly falls any more"
    elif wrong_ahead < much_left(curve):  # then it is the loss alone that would stay high
        course = f"the loss falls so slowly that half as many epochs more would leave it at {ahead:.3g}"
    else:
        course = (
            f"falls so slowly that half as many epochs more would make it {wrong_ahead:.0%} (a loss of {ahead:.3g})"
        )
    sentence = f"the training error is {train:.1%} and {course}; the validation error is {held:.1%}, hardly a gap"
    share = _wrong_labels(curve)
    few = share is not None and curve.task.outputs <= FEW_CLASSES
    if few:
        sentence += f"; answers are as unsure as if {train:.0%} of the labels were wrong, and so they may be"
    elif share is not None:
        sentence += (
            f"; wrong answers are as unsure and as evenly spread over the classes as if {share:.0%} of all labels were "
            f"wrong at random"
        )
    numbers = {
        "train_error": train,
        "validation_error": held,
        "gap": curve.gap,
        "standard_error": curve.error_of_gap,
        "flat": curve.flat,
        "loss_ahead": ahead,
        "error_ahead": wrong_ahead,
        "labels_wrong_as_if": share,
    }
    return Remark(
        sentence, numbers, Severity.INFO if few and curve.flat else None, advice=None if share is None else LABELS_FIRST
    )


def _wrong_labels(curve: Curve) -> float | None:
    """The share of labels that may be drawn at random, if answers are as they are then; of two or three classes the
    share that is wrong."""
    counts, classes = curve.trial.result.class_counts, curve.task.outputs
    if not curve.task.is_classification or curve.loss_of_error <= 0 or (counts is None and classes > FEW_CLASSES):
        return None
    wrong = curve.train_errors[-1]
    if not HONEST[0] <= curve.level / curve.loss_of_error <= HONEST[1] or wrong > GUESSED * curve.chance_of_error:
        return None
    if classes <= FEW_CLASSES:
        return wrong
    return min(1.0, wrong * classes / (classes - 1)) if counts is not None and spread_evenly(counts) else None


def _a_little_short(curve: Curve) -> bool:
    """Whether the loss stands still with half as many errors as are much, in training and surely in validation too."""
    train, held = curve.ends
    least = min(GOOD, GOOD_SHARE * curve.chance_of_error) / 2
    return (
        curve.flat
        and curve.task.is_classification  # how well a target can be known at all, nobody knows
        and train >= much_left(curve) / 2
        and AS_MUCH * train <= held <= train + max(SMALL_GAP, SMALL_SHARE * train)
        and held - 2 * curve.drawn(held) > least
    )


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
