"""How far the outputs of a network can come from each other, whatever its weights: what bounds them bounds the loss."""

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from hpsearch.training.looks.evaluated import undisturbed
from hpsearch.training.loss import predictions
from hpsearch.training.member import Training

SAMPLES = 8
FACTOR = 64.0
"""All parameters are multiplied with it at once: the outputs of whatever has a last layer with weights, or a scale that
is learned, grow by as much at least."""
GROWN = 4.0
"""Times: outputs that come so much farther then are not bounded (heuristic: a root of the factor grows by eight)."""
AT_THE_BOUND, SOME = 1e-3, 0.05
"""So near, as a share of it, and so many of the outputs: they are held there, and can come no farther."""
ROUNDED = 1e-3
"""So far beyond 0 and 1 a probability may be computed."""
SPARE = 1.5
"""Times as far as was seen, where nothing shows that it is the end (heuristic: the features and prototypes of a network
that has learned a sample lie within 48° of each other)."""


@dataclass(frozen=True)
class Reach:
    """Of outputs that are bounded."""

    lowest: float
    highest: float
    """Of all that were seen."""
    apart: float
    """How far the output of one class may come above that of another, at most."""
    held: bool
    """Whether many outputs stand at the bound itself."""
    beyond: float = 0.0
    """In regression, share of the targets of the sample that lie below the lowest or above the highest of them."""

    def floor(self, outputs: int) -> float:
        """The least cross-entropy over so many classes: one output as far above all the others as it can be."""
        return math.log1p((outputs - 1) * math.exp(-self.apart))


class Reached(NamedTuple):
    """What was tried with other weights."""

    reach: Reach | None = None
    """None where the outputs are not bounded."""
    leaves_unit: bool = False
    """Whether outputs were seen below 0 or above 1."""


def reach_of(training: Training) -> Reached | None:
    """Of a network that has been trained, in training mode, which is afterwards as it was; None where its weights can
    tell nothing: the outputs are all alike, or not finite."""
    images, _ = training.arrays.batch(training.order.some(SAMPLES))
    _, targets = training.arrays.batch(training.order.some(training.order.samples))
    network = training.network
    parameters = [one for one in network.parameters() if one.requires_grad]
    values = [one.detach().clone() for one in parameters]
    with suppress(Exception), torch.no_grad(), undisturbed(network), training.autocast():
        network.train()
        first = predictions(network, images, training.task).float()
        if not first.isfinite().all() or first.amax() == first.amin():
            return None
        try:
            for one in parameters:
                one.mul_(FACTOR)
            second = predictions(network, images, training.task).float()
        finally:
            for one, value in zip(parameters, values, strict=True):
                one.copy_(value)
        leaves = bool(second.isfinite().all()) and bool((second < -ROUNDED).any() or (second > 1 + ROUNDED).any())
        found = _between(first, second)
        if found is None or training.task.is_classification:
            return Reached(found, leaves)
        beyond = (targets < found.lowest) | (targets > found.highest)
        return Reached(replace(found, beyond=float(beyond.float().mean())), leaves)
    return Reached()


def _between(first: Tensor, second: Tensor) -> Reach | None:
    both = torch.cat([first, second])
    size, grown = float(first.abs().max()), float(second.abs().max())
    if not both.isfinite().all() or grown > GROWN * size:
        return None
    lowest, highest = float(both.min()), float(both.max())
    bound = max(abs(lowest), abs(highest))
    held = float((second.abs() >= (1 - AT_THE_BOUND) * bound).float().mean()) >= SOME
    apart = highest if lowest >= 0 else 2 * bound
    return Reach(lowest, highest, apart if held else SPARE * apart, held)
