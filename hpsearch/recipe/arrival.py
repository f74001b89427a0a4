"""Whether what the images show arrives at the outputs of an untrained network, read from looks inside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.look import LayerLook, Look
from hpsearch.trial import FinishedTrial

SHARE = 1e-3
"""Difference between images as a share of what a layer gives: below it the network sees hardly anything of them.
Heuristic: a layer with torch's first weights and a ReLU behind it halves the signal, and leaves its biases; six of them
leave a hundredth, twenty nothing."""
ROUNDING = 1e-6
"""The same where the rest is the rounding of float32."""
MOST = 0.75
"""Of the units of a layer."""
FEWEST_SAMPLES = 16
"""Of which a unit must be open for one to count as alive."""


@dataclass(frozen=True)
class Arrival:
    """How little of the images arrives."""

    layer: LayerLook
    """The first of the layers behind which images can hardly be told apart."""
    share: float
    """Of the outputs; the largest of all initialisations."""
    is_first: bool
    """Whether that is the network's first layer: the images do not even arrive there."""

    @property
    def lost(self) -> bool:
        """Whether nothing at all arrives."""
        return self.share <= ROUNDING


def arrival(finished: Sequence[FinishedTrial]) -> Arrival | None:
    """What is left of the difference between images, where it is hardly anything at every initialisation; else None.

    A last layer that hides it alone is meant so, as is a layer whose weights are zero and get a gradient: both open
    with the first update.
    """
    looks = [trial.result.looks[0] for trial in finished if trial.result.looks]
    if not looks or len(looks) < len(finished):
        return None
    found = [_of(look) for look in looks]
    if any(one is None for one in found):
        return None
    return max((one for one in found if one is not None), key=lambda one: one.share)


def mostly_dead(finished: Sequence[FinishedTrial]) -> LayerLook | None:
    """The first layer most of whose units are zero for every image at every initialisation; None if there is none.

    Weights that are drawn evenly around zero close at most half of the units for all images, whatever the images have
    in common; that more than ``MOST`` are closed at each of several initialisations is no chance.
    """
    looks = [trial.result.looks[0] for trial in finished if trial.result.looks]
    if len(looks) < max(2, len(finished)) or any(len(look.layers) != len(looks[0].layers) for look in looks):
        return None
    if any(look.outputs is None or look.outputs.samples < FEWEST_SAMPLES for look in looks):
        return None
    for place, layer in enumerate(looks[0].layers):
        opens = layer.weight_norm is not None or "ropout" in layer.kind
        if not opens and all(MOST < look.layers[place].dead_share < 1 for look in looks):
            return layer
    return None


def _of(look: Look) -> Arrival | None:
    outputs, layers = look.outputs, look.layers
    if outputs is None or outputs.samples < 2 or not layers:
        return None
    size = max(abs(outputs.lowest), abs(outputs.highest))
    share = outputs.sample_std / size if size else 0.0
    if not share < SHARE:
        return None
    start = _alike_from(layers, ROUNDING) if share <= ROUNDING else len(layers)
    start = start if start < len(layers) else _alike_from(layers, SHARE)
    tail = layers[start:]
    weighted = [layer for layer in tail if layer.weight_norm is not None]
    if not tail or tail[0] is layers[-1] or (weighted[:1] == [tail[0]] and len(weighted) == 1):
        return None  # the last layer alone
    if tail[0].weight_norm == 0 and tail[0].gradient_norm:
        return None
    return Arrival(tail[0], share, start == 0)


def _alike_from(layers: Sequence[LayerLook], share: float) -> int:
    """The place from which on layers give nearly the same for every image; behind the last if none does."""
    start = len(layers)
    while start and not layers[start - 1].sample_std > share * _size(layers[start - 1]):
        start -= 1
    return start


def _size(layer: LayerLook) -> float:
    return max(layer.output_std, abs(layer.output_mean))
