"""Whether what the images show arrives at the outputs of an untrained network, read from looks inside it."""

import math
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
ALIKE = 0.01
"""Two deviations of the same numbers: a look keeps four digits, and a map it reads in places."""
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
    lost: bool
    """Whether nothing at all arrives, already in front of the last layer."""


def arrival(finished: Sequence[FinishedTrial]) -> Arrival | None:
    """What is left of the difference between images, where it is hardly anything at every initialisation; else None.

    A last layer that hides it alone is meant so, as is a layer whose weights are zero and get a gradient, there or in
    front of there: both open with the first update.
    """
    looks = [trial.result.looks[0] for trial in finished if trial.result.looks]
    if not looks or len(looks) < len(finished):
        return None
    found = [_of(look) for look in looks]
    if any(one is None for one in found):
        return None
    return max((one for one in found if one is not None), key=lambda one: one.share)


def openers(finished: Sequence[FinishedTrial]) -> tuple[str, ...]:
    """What may let the images through once it is moved: parameters of no layer, such as a scale that starts at zero,
    and layers whose weights are zero, as far as they got a gradient at some initialisation.

    Nothing tells what a parameter of no layer is multiplied with, so each of them counts. A layer counts if its own
    inputs may differ between images, which those behind the first that hides them do not.
    """
    looks = [trial.result.looks[0] for trial in finished if trial.result.looks]
    found = [name for look in looks for name in (*look.graded_outside, *(layer.name for layer in _gates(look)))]
    return tuple(dict.fromkeys(found))


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


def computes_on(trial: FinishedTrial, layer: str) -> bool:
    """Whether the forward pass makes its outputs from those of its last layer by itself, as a cosine between features
    and weights does; not said where nobody has looked."""
    look = next(iter(trial.result.looks), None)
    seen = None if look is None else next((one for one in reversed(look.layers) if one.name == layer), None)
    if look is None or look.outputs is None or seen is None:
        return False
    return not math.isclose(look.outputs.sample_std, seen.sample_std, rel_tol=ALIKE)


def _of(look: Look) -> Arrival | None:
    outputs, layers = look.outputs, look.layers
    if outputs is None or outputs.samples < 2 or not layers:
        return None
    size = max(abs(outputs.lowest), abs(outputs.highest))
    share = outputs.sample_std / size if size else 0.0
    if not share < SHARE:
        return None
    start = _alike_from(layers, ROUNDING) if share <= ROUNDING else len(layers)
    lost = share <= ROUNDING and (start == len(layers) or not _is_last_alone(layers[start:]))
    if _is_last_alone(layers[start:]):
        start = _alike_from(layers, SHARE)
    if _is_last_alone(layers[start:]):
        return None
    if _zeros(layers[: start + 1]):
        return None
    return Arrival(layers[start], share, start == 0, lost)


def _is_last_alone(tail: Sequence[LayerLook]) -> bool:
    """Whether these last layers are not more than the one with the last weights and what has none behind it."""
    weighted = [layer for layer in tail if layer.weight_norm is not None]
    return len(tail) < 2 or (weighted[:1] == [tail[0]] and len(weighted) == 1)


def _gates(look: Look) -> list[LayerLook]:
    return _zeros(look.layers[: _alike_from(look.layers, ROUNDING) + 1])


def _zeros(layers: Sequence[LayerLook]) -> list[LayerLook]:
    """Those whose weights are zero, and get a gradient."""
    return [layer for layer in layers if layer.weight_norm == 0 and layer.gradient_norm]


def _alike_from(layers: Sequence[LayerLook], share: float) -> int:
    """The place from which on layers give nearly the same for every image; behind the last if none does."""
    start = len(layers)
    while start and not layers[start - 1].sample_std > share * _size(layers[start - 1]):
        start -= 1
    return start


def _size(layer: LayerLook) -> float:
    return max(layer.output_std, abs(layer.output_mean))
