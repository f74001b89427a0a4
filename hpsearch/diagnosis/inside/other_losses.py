"""Losses that are not the one that the study names: what shows them whatever they are."""

import math

from hpsearch.diagnosis.inside.class_weights import by_class
from hpsearch.diagnosis.inside.ends import curve_of, ended_badly, validated_well
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

BELOW_ZERO = 0.02
"""Of guessing: what rounding and subtractions of logarithms make of a loss of zero is far nearer to it (heuristic)."""
HARDLY = 0.25
"""Of what cross-entropy asks of a sample, before any update (heuristic: absolute differences of probabilities, and a
loss without its logarithm, ask at most the probability of the label, one part of as many as there are classes)."""
NEARLY_ALL = 0.9
"""Share of the samples, in every look (heuristic: where images are laid over each other, a tenth is hardly mixed)."""
MOVED = 0.05
"""Share of the samples that are pulled to other labels, or to no label alone: what is asked is not known then."""
AS_MUCH = 0.75
"""Of the training error: where validation errs less, targets are harder in training than they are (heuristic)."""
MEANT = (
    "Mixed or soft targets look like this, and so do sound losses of other kinds: if it is meant, look for what else "
    "holds the training; if not, give cross-entropy the logits and the labels, and look for hooks at the outputs."
)
"""What to do where it may be so on purpose."""


def another_loss(inside: Inside) -> Remark | None:
    """Of classes, what shows that it is not cross-entropy that is minimised."""
    if not inside.task.is_classification:
        return None
    return _below_zero(inside) or _dying(inside) or _another_way(inside)


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
    return Remark(sentence, {"scale": first.scale}, Severity.INFO if validated_well(inside) else None)


def _another_way(inside: Inside) -> Remark | None:
    """Nearly all samples are pulled another way than by cross-entropy, and the training ended badly."""
    seen = [look.loss for look in inside.looks if look.loss is not None]
    first = inside.first is not None and inside.first.loss is not None
    if not first or any(one.otherwise < NEARLY_ALL for one in seen) or not ended_badly(inside):
        return None
    sentence = (
        "at the outputs the gradient of nearly every sample points another way than that of cross-entropy, in every "
        "look: it is another loss that is minimised, or targets are mixed or soft; and neither training nor validation "
        "has ended well"
    )
    curve = curve_of(inside)
    harder = curve is not None and curve.ends[1] < AS_MUCH * curve.ends[0]
    numbers = {"otherwise": min(one.otherwise for one in seen)}
    return Remark(sentence, numbers, Severity.INFO if harder else None, explains=frozenset(), advice=MEANT)
