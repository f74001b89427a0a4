"""A rule on a loss that stays high although predictions are right, and what shows why."""

import math
from statistics import median

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.decay import held_by_decay
from hpsearch.diagnosis.curves.fit import much_left
from hpsearch.diagnosis.curves.movement import scatter
from hpsearch.look import Look, LossLook
from hpsearch.rulebook import Remark

HELD_UP = 0.4
"""Of guessing: a loss above it does not belong to predictions that are right (heuristic)."""
DOUBT = 1.25
"""Times the entropy of an error: predictions that know how unsure they are have no higher loss (heuristic)."""
HELD_LESS, MUCH_DOUBT = 0.2, 2.5
"""The same two of a loss that is lower, and far from what its errors explain: bounds that are wider (heuristics: above
15 % of guessing no sound training of the catalogue has more than 1.6 times that entropy)."""
ALIKE, LEFT_OVER = 0.5, 0.05
"""Scatter of the loss of single iterations, in units of what batches of so many have if losses of samples spread as far
as their mean is high; and share of guessing. (Measured: up to 0.5 in 31 trainings with bounded outputs whose errors
were gone, from 0.56 on in 97 others, from 1.3 on in sound ones.)"""
QUARTER = 4
"""Batches of which the data are at least: larger ones scatter less, since they have most samples in common."""
MOST_OF_IT, HALF = 2 / 3, 0.5
"""Of the loss: see ``_why`` (heuristics; where outputs are bounded, both are the whole of it)."""
PLAIN = (0.99, 1.01)
"""Times the gradient of cross-entropy, which is what is minimised then."""


def loss_above_its_accuracy(curve: Curve) -> Remark | None:
    """Nearly all training samples are right, and the loss stays high as if they were guessed.

    Logits that are free to grow bring the cross-entropy near zero once the predictions are right. Where it stands still
    above 40 % of guessing with less than 15 % wrong, the outputs are bounded: a soft-max in front of the loss, a
    sigmoid, a scale that is too small (heuristic: with a second soft-max the loss cannot fall below 45 % of guessing
    for two classes and 63 % for ten). Honest doubt is no such bound: the loss must also be a quarter above the entropy
    of predictions that are wrong as often. Where it is two and a half times as high, 20 % of guessing are enough
    (heuristics): outputs that are limited to -1 … 1, or to a length of 1, leave so much. Five per cent are enough where
    all batches have nearly the same loss: outputs that are free have some samples of a high loss and many of a low one,
    and those at their bound have the same for all.

    Where the network was looked into, its answers must say the same. They are unsure, and plain cross-entropy of them
    is as high: outputs are bounded. Or they are sure, cross-entropy is far below, and it is not cross-entropy that is
    minimised: the bound is in the loss. Labels that are soft on purpose, as those of another network, have unsure
    answers and a lower cross-entropy; few samples that are far off have sure ones; nothing is said of either. Nor where
    weight decay is what holds the loss up.
    """
    if not curve.ended or not curve.task.is_classification or not curve.flat:
        return None
    level, error = curve.epochs[-1].train_loss - curve.floor, curve.train_errors[-1]
    if error > much_left(curve):
        return None
    bounds = [(HELD_UP, DOUBT), (HELD_LESS, MUCH_DOUBT)]
    if scatter(curve) < ALIKE and QUARTER * curve.trial.job.batch_size <= curve.task.train_samples:
        bounds.append((LEFT_OVER, MUCH_DOUBT))
    why = _why(curve, level)
    if why is None or held_by_decay(curve, level):
        return None
    if why:
        bounds = bounds[:1]
    if all(level < max(share * curve.guess, times * curve.loss_of_error) for share, times in bounds):
        return None
    sentence = f"the training error is {error:.1%}, yet the loss stands still at {level:.3g}{why}"
    return Remark(sentence, {"train_error": error, "loss": level, "guessing_loss": curve.guess})


def _why(curve: Curve, level: float) -> str | None:
    """What else there is to say; nothing where outputs are bounded or nobody looked, None where it is something else.

    The answers of a network whose outputs are bounded are as unsure as the loss is high: minus the logarithm of the
    largest probability is about the loss of a sample that is right.
    """
    last = curve.trial.result.looks[-1] if curve.trial.result.looks else None
    sure = None if last is None or last.outputs is None else last.outputs.largest_probability
    if last is None or not sure:
        return ""
    doubt, plain = -math.log(min(1.0, sure)), _cross_entropy(curve, last)
    if doubt >= HALF * level and plain >= MOST_OF_IT * level:
        return ""
    if (
        doubt >= HALF * HALF * level
        or plain >= HALF * level
        or _is_plain([look.loss for look in curve.trial.result.looks])
    ):
        return None
    return f", while cross-entropy of these outputs is {plain:.2g}: the loss that is minimised has a bound of its own"


def _cross_entropy(curve: Curve, last: Look) -> float:
    """Of training samples in training mode after the last epoch; where that was not measured, of validation."""
    found = last.trained_loss
    return found if found is not None and math.isfinite(found) else median(curve.val_losses[-3:])


def _is_plain(losses: list[LossLook | None]) -> bool:
    """Whether it is cross-entropy that is minimised, wherever that was seen; and where it never was."""
    seen = [one for one in losses if one is not None]
    return all(one.scale is not None and PLAIN[0] <= one.scale <= PLAIN[1] and not one.otherwise for one in seen)
