"""Reading the scale of the layers at initialisation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hpsearch.diagnosis.inside.seen import NORMS
from hpsearch.trial import FinishedTrial, LayerScale

WEIGHTED = ("Conv", "Linear", "Bilinear", "LazyConv", "LazyLinear")
"""Beginnings of the class names of layers that multiply by weights."""
WITHOUT_EFFECT = frozenset({"Identity", "Flatten", "Unflatten", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d"})
"""Layers that hand on what they get, as far as scale goes."""
BOUNDED = frozenset({"Softmax", "Softmin", "Softmax2d", "Sigmoid", "Hardsigmoid", "Tanh", "Hardtanh", "Softsign"})
"""Activations whose outputs lie in an interval: as outputs of the network they keep the loss above a floor."""
ONE_SIDED = frozenset({"ReLU", "ReLU6", "LeakyReLU", "PReLU", "RReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish"})
"""Activations that cut or bend negative outputs: as outputs of the network they can still be fitted."""

HEALTHY_GAIN = (0.05, 4.0)
"""Between these a layer with weights multiplies the scale of what it sees at initialisation. Heuristic, measured: 64
sound networks lay between 0.53 and 1.9; Glorot's initialisation gives 0.1 where outputs far outnumber inputs; weights
ten times too large give 6 with torch's default and 10 with Kaiming's."""
HEALTHY_STD = (1e-3, 100.0)
"""Between these the outputs of a hidden layer with weights lie, however many layers there are. Heuristic: outside,
rounding or saturation begin to decide; sound networks without normalisation reach 5 at depth 8."""


def is_weighted(layer: LayerScale) -> bool:
    """Whether the layer multiplies by weights."""
    return layer.kind.startswith(WEIGHTED)


def output_layer(layers: Sequence[LayerScale]) -> LayerScale | None:
    """The last layer that does something to the outputs; None if no layer was seen."""
    return next((layer for layer in reversed(layers) if layer.kind not in WITHOUT_EFFECT), None)


def dead_from(layers: Sequence[LayerScale]) -> LayerScale | None:
    """The first layer behind which nothing depends on the image any more; None if the signal arrives.

    That is the first of a row of layers with constant outputs that reaches to the end. A head that is constant all by
    itself is meant so: to start with zero weights in the last layer is a known and sound initialisation. (Constant
    outputs that differ between channels, as random biases make them, are not seen here; the overfit stage sees them.)
    """
    tail = len(layers)
    while tail and layers[tail - 1].std == 0:
        tail -= 1
    row = layers[tail:]
    head_alone = bool(row) and is_weighted(row[0]) and not any(is_weighted(layer) for layer in row[1:])
    return row[0] if row and not head_alone else None


@dataclass(frozen=True)
class Unhealthy:
    """The first layer whose outputs leave their healthy scale."""

    layer: LayerScale
    gain: float
    """By what the layer multiplies the root mean square of what it sees."""

    @property
    def sentence(self) -> str:
        """What is wrong there, as the end of a sentence."""
        low, high = HEALTHY_GAIN
        if low <= self.gain <= high:
            return f"{self.layer.name}, whose outputs have a standard deviation of {self.layer.std:.3g}"
        return f"{self.layer.name}, which multiplies the scale of its input by {self.gain:.3g}"


def spreads_of(trial: FinishedTrial) -> dict[str, float]:
    """By layer, how far its outputs for one image are from those for another; empty where nobody has looked."""
    found: dict[str, float] = {}
    for layer in trial.result.looks[0].layers if trial.result.looks else ():
        found.setdefault(layer.name, layer.sample_std)
    return found


def first_unhealthy(layers: Sequence[LayerScale], spreads: Mapping[str, float] | None = None) -> Unhealthy | None:
    """The first layer with weights that leaves ``HEALTHY_GAIN`` or, unless it is the last one, ``HEALTHY_STD``.

    The input of a layer is taken to be what the layer before it gave, and images to have mean square 1. A head may
    be small: it is held to the upper gain alone. A norm mends the gain of the layer in front of it. A layer that gives
    nothing but zeros starts so on purpose, as residual branches do: it would be told that the signal is lost if it
    were. ``spreads`` are those of ``spreads_of``: outputs that are large alike for all images are so by their biases,
    which weights of another scale would not mend.
    """
    last = output_layer(layers)
    before = 1.0  # root mean square
    for place, layer in enumerate(layers):
        if is_weighted(layer) and before > 0 and layer.std > 0:
            gain = layer.std / before
            is_head = layer is last
            normed = place + 1 < len(layers) and layers[place + 1].kind in NORMS
            biased = (spreads or {}).get(layer.name, math.inf) <= HEALTHY_GAIN[1] * before
            low_ok = is_head or normed or gain >= HEALTHY_GAIN[0]
            high_ok = normed or biased or gain <= HEALTHY_GAIN[1]
            std_ok = is_head or (HEALTHY_STD[0] <= layer.std and (biased or layer.std <= HEALTHY_STD[1]))
            if not (low_ok and high_ok and std_ok):
                return Unhealthy(layer, gain)
        if layer.std > 0 or layer.mean != 0:
            before = math.hypot(layer.mean, layer.std)
    return None
