"""Whether what the images of a held-out split measure is spread otherwise than in training."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hpsearch.data.checks.measures import CONTRAST, Measure, Measured

CHANCE = 1e-6
"""Of calling a measure of two splits of one source unlike, over all measures together."""
LEAST = 0.2
"""Of the images: so many, at least, must measure otherwise (heuristic: fewer change a score little)."""
FEWEST = 20
"""Images of either split below which nothing is said."""
DIGITS = 4
"""Of a measure that count, in units of a large one: the rest is rounding."""
FAINT = 1e-3
"""Of the contrast of an image: less brightness is rounding, or changes nothing (heuristic)."""


@dataclass(frozen=True)
class Unlike:
    """A measure that is spread otherwise."""

    measure: Measure
    share: float
    """Of the held-out images that measure otherwise, at least: the largest distance of the two distributions."""
    train: float
    """The median of training images …"""
    other: float
    """… and of the others."""
    limit: float
    """What chance would have to exceed."""


def unlike(train: Measured, other: Measured, classes: int) -> list[Unlike]:
    """The measures of which no draw explains the difference, the clearest first.

    Two distributions that are D apart at one place differ in at least D of the images, whatever they look like
    (Kolmogorov and Smirnov). Splits may have classes in other shares or none of some, and images of classes measure
    otherwise: D is the least of that of all images, that of the classes in both splits, and that of images weighted as
    if both had these in the shares of training. The labels may be wrong too, which the first does not mind.
    """
    places = [one.labels.clamp(0, classes - 1) for one in (train, other)]
    counts = [torch.bincount(one, minlength=classes).double() for one in places]
    common = (counts[0] > 0) & (counts[1] > 0)
    kept = [common[one] for one in places]
    if min(int(one.sum()) for one in kept) < FEWEST or train.names != other.names:
        return []
    shares = torch.where(common, counts[0], 0.0)
    shares /= shares.sum()
    evened = [(shares / count.clamp_min(1))[one] for one, count in zip(places, counts, strict=True)]
    ways = [evened, *([one / one.sum() for one in some] for some in ([one.double() for one in kept], _ones(places)))]
    found = []
    contrast = float(train.values[:, train.names.index(CONTRAST)].median()) if CONTRAST in train.names else 0.0
    for column, measure in enumerate(train.names):
        values = [one.values[:, column] for one in (train, other)]
        slack = 0.0 if measure.relative else FAINT * contrast
        apart = [_beyond(values, weights, len(train.names), slack) for weights in ways]
        share, limit = min(apart, key=lambda one: one[0] - one[1])
        if share > max(LEAST, limit):
            train_middle, other_middle = (float(one.median()) for one in values)
            found.append(Unlike(measure, share, train_middle, other_middle, limit))
    return sorted(found, key=lambda one: -one.share)


def _ones(places: Sequence[Tensor]) -> list[Tensor]:
    return [torch.ones(len(one), dtype=torch.float64) for one in places]


def _beyond(values: Sequence[Tensor], weights: Sequence[Tensor], measures: int, slack: float) -> tuple[float, float]:
    """The largest distance of two weighted distributions, and what it is at most by chance."""
    apart = _apart(values, weights, slack)
    size = 1 / sum(float(one.square().sum()) for one in weights)  # n m / (n + m) where all weigh the same
    return apart, math.sqrt(math.log(2 * measures / CHANCE) / 2 / size)


def _apart(values: Sequence[Tensor], weights: Sequence[Tensor], slack: float) -> float:
    both = torch.cat(list(values))
    size = both.abs()
    scale = float(torch.quantile(size, 0.9)) or float(size.max()) or 1.0
    ranked, order = (both / max(scale / 10**DIGITS, slack)).round().sort()
    steps = torch.cat([weights[0], -weights[1]])[order].cumsum(0)
    last = torch.cat([ranked[1:] != ranked[:-1], torch.ones(1, dtype=torch.bool)])
    return float(steps[last].abs().max())
