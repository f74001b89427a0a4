"""Losses that are not the one that the study names: what shows them whatever they are."""

import math

from hpsearch.diagnosis.inside.class_weights import by_class
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.rulebook import Remark

BELOW_ZERO = 0.02
"""Of guessing: what rounding and subtractions of logarithms make of a loss of zero is far nearer to it (heuristic)."""
HARDLY = 0.25
"""Of what cross-entropy asks of a sample, before any update (heuristic: absolute differences of probabilities, and a
loss without its logarithm, ask at most the probability of the label, one part of as many as there are classes)."""
MOVED = 0.05
"""Share of the samples that are pulled to other labels, or to no label alone: what is asked is not known then."""


def another_loss(inside: Inside) -> Remark | None:
    """Of classes, what shows that it is not cross-entropy that is minimised."""
    if not inside.task.is_classification:
        return None
    return _below_zero(inside) or _dying(inside)


def _below_zero(inside: Inside) -> Remark | None:
    """The mean over an epoch, or over as many iterations, is below zero."""
    epochs = [one.train_loss for one in inside.trial.result.epochs if math.isfinite(one.train_loss)]
    last = inside.trial.result.step_losses[-1:]
    lowest = min(epochs or [loss for loss in last if math.isfinite(loss)], default=0.0)
    if not lowest < -BELOW_ZERO * inside.task.initial_loss:
        return None
    sentence = (
        f"the training loss falls below zero, to {lowest:.3g}, where no cross-entropy can be: its logarithm is "
        f"missing, or has its sign changed"
    )
    return Remark(sentence, {"lowest_loss": lowest})


def _dying(inside: Inside) -> Remark | None:
    """Before any update samples get a small part of the gradient, and each another one."""
    first = None if inside.first is None else inside.first.loss
    if first is None or first.scale is None or not 0 < first.scale < HARDLY:
        return None
    several = [one for one in first.classes if one.samples > 1]
    if first.elsewhere + first.otherwise >= MOVED or not several or by_class([first]):
        return None
    sentence = (
        f"before any update the gradient at the outputs is {first.scale:.3g} times that of cross-entropy, and unlike "
        f"for samples of one class: this loss asks little of samples that are far off"
    )
    return Remark(sentence, {"scale": first.scale})
