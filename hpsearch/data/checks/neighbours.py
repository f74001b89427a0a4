"""Pairs of images that are nearer to each other than images of these data are, and whether chance explains them."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from scipy.special import bdtrc
from torch import Tensor

from hpsearch.data.checks.facts import Part, evenly
from hpsearch.data.checks.prints import nearest, small_copies, standardised

NEIGHBOURS = 16
"""The nearest of so many images sets the scale for the nearest one …"""
FURTHER = 32
"""… and the distances to so many say how many dimensions there are around an image."""
FALSE_SHARE = 0.01
"""Of the pairs that are reported, at most, on average (Benjamini and Hochberg, 1995); for data without copies it is the
chance of reporting any."""
ALIKE = 0.9
"""Least correlation of two whole images that are called nearly the same (heuristic)."""
FEWEST_PAIRS = 3
"""Of fewer pairs chance may have made all: of splits without copies one in a hundred has a pair, and few of these have
more."""
SURER = 20.0
"""So many times less likely by chance fewer pairs have to be: their chance assumes that images are spread evenly."""
COPIES = 4
"""At most so many near images may stand out together, as the frames of a film do (heuristic)."""
SAMPLED = 1_024
"""Training images that are held against the others, evenly spaced ones of more."""
CHANCE = 1e-3
"""Of calling pairs across a division more than those within training where they are not."""
MOST_OF_THEM = 0.5
"""Of the pairs: so many stand out, each by its own neighbours, where data were copied before they were divided."""
ENOUGH, AS_UNEVEN = 0.5, 0.9
"""Near neighbours of a training image, on average, from which on it is told whether they are as uneven as draws; and
their variance in units of their mean, which is 0.4 for copies of data of which three in five are for training."""
AS_MANY = 0.7
"""Of the dimensions around the median image, around those that stand out (heuristic): copies are made of any images,
while images that are equal by nature are of the simplest kind, which has the fewest dimensions."""
MOST_DIMENSIONS = 64.0
"""Small copies have no more; of images that are all as far from each other the estimate has no bound."""
EQUAL = 1e-6
"""Distance below which small copies are the same."""


Change = Callable[[Tensor], Tensor]
"""Of images (N, C, H, W)."""


def as_it_is(images: Tensor) -> Tensor:
    """No change."""
    return images


@dataclass(frozen=True, eq=False)
class Near:
    """Held-out images that are nearly the same as a training image."""

    ours: Tensor
    """Indices of held-out images (P,)."""
    theirs: Tensor
    """Indices of the training images that they are like (P,)."""
    dimensions: float
    """Of the data around an image, in the middle of all images."""
    ratio: float
    """The largest distance that counts as near, in units of that to the sixteenth image."""
    standing_out: int
    """Those that are nearer than their own neighbours lead one to expect; 0 if they are of the simplest kind."""


def near_pairs(
    part: Part, queries: Tensor, train: Part, known: Tensor, copies: Tensor, change: Change = as_it_is
) -> Near | None:
    """Of some held-out images those that are too near to a training image for the dimensions that the data have.

    Points that are spread evenly in a ball of m dimensions have distances to its middle of which the m-th powers are
    uniform (Levina and Bickel). ``copies`` are the small copies of the ``known`` training images; held-out images are
    changed before they are compared.
    """
    alike, neighbours = nearest(copies_of(part, queries, change), copies, min(FURTHER, len(known)))
    distances = (2 - 2 * alike).clamp_min(EQUAL**2).sqrt()
    gaps = _gaps(distances)
    dimensions = _dimensions(gaps)
    ratios = distances[:, 0] / distances[:, NEIGHBOURS - 1]
    # Of 15 points spread evenly in a ball the nearest to the middle is nearer than this with this chance.
    chances = 1 - (1 - ratios.double() ** dimensions) ** (NEIGHBOURS - 1)
    near = _beyond_chance(chances)
    if not len(near):
        return None
    ratio = float(ratios[near].max())
    near = near[_close(part, queries[near], train, known[neighbours[near, 0]], change)].sort().values
    alone = _beyond_chance(_chances(gaps))
    alone = near[torch.isin(near, alone)]
    around = 1 / gaps[:, COPIES:].mean(dim=1).clamp_min(1e-6)
    out = len(alone) if len(alone) and around[alone].median() >= AS_MANY * around.median() else 0
    return Near(queries[near], known[neighbours[near, 0]], dimensions, ratio, out)


def expected(near: Near, judged: int, train: Part, known: Tensor, copies: Tensor) -> bool:
    """Whether training images are as often as near to each other, and most pairs do not stand out.

    A pattern of few kinds and places, a logo, or a scale of turns has near neighbours everywhere, within training as
    across a division; copies that were made before the data were divided do too, but stand out among the neighbours
    that they have. Draws from few possible images under noise stand out as well: then some are there often and some
    once, as Poisson's numbers, whose variance is their mean. Of m copies that somebody made, those in training are
    binomial, with a variance of (1 - p) of the mean for a share p of the data in training.
    """
    chosen = evenly(torch.arange(len(known)), SAMPLED)
    alike, neighbours = nearest(copies[chosen], copies, NEIGHBOURS + 1)
    itself = neighbours == chosen[:, None]
    others, order = torch.sort(alike.masked_fill(itself, torch.inf), dim=1, descending=True)
    distances = (2 - 2 * others[:, 1:]).clamp_min(EQUAL**2).sqrt()
    places = neighbours.gather(1, order)[:, 1]
    near_there = torch.nonzero(distances[:, 0] <= near.ratio * distances[:, -1]).flatten()
    pairs = _close(train, known[chosen[near_there]], train, known[places[near_there]])
    if near.standing_out >= MOST_OF_THEM * len(near.ours):
        many = (distances[:, :-1] <= near.ratio * distances[:, -1:]).sum(dim=1).double()
        if many.mean() < ENOUGH or many.var() < AS_UNEVEN * many.mean():
            return False
    return not beyond(len(near.ours), judged, int(pairs.sum()), len(chosen))


def beyond(found: int, judged: int, within: int, looked_at: int) -> bool:
    """Whether so many of those judged are more than the same share as within training, by more than chance."""
    share = (within + 1) / (looked_at + 1)
    return share < 1 and float(bdtrc(found - 1, judged, share)) <= CHANCE


def copies_of(part: Part, indices: Tensor, change: Change = as_it_is) -> Tensor:
    """Small copies of some images (N, D), which are changed before."""
    return torch.cat([small_copies(change(part.split.images[chosen])) for chosen in torch.split(indices, part.portion)])


def _dimensions(gaps: Tensor) -> float:
    # The mean of gaps is the inverse of the dimensions. Of the first four, which copies may make where most images have
    # some, nothing is taken; the median over images ignores more copies of a few.
    means = gaps[:, COPIES : NEIGHBOURS - 1].mean(dim=1)
    return min(MOST_DIMENSIONS, max(1.0, 1 / max(float(means.median()), 1e-6)))


def _beyond_chance(chances: Tensor) -> Tensor:
    """Indices of those that are reported; fewer than three only where they are surer."""
    ranked, order = chances.sort()
    allowed = FALSE_SHARE * torch.arange(1, len(chances) + 1) / len(chances)
    count = int(torch.nonzero(ranked <= allowed).max()) + 1 if bool((ranked <= allowed).any()) else 0
    if count < FEWEST_PAIRS:
        count = int((ranked[:count] <= allowed[:count] / SURER).sum())
    return order[:count]


def _gaps(distances: Tensor) -> Tensor:
    """i ln(d_{i+1} / d_i) for the i-th neighbour (N, K - 1): with m dimensions around an image all are exponential with
    mean 1 / m."""
    logs = distances.double().log()
    return torch.arange(1, logs.shape[1]) * (logs[:, 1:] - logs[:, :-1])


def _chances(gaps: Tensor) -> Tensor:
    """That the gap behind the first to fourth neighbour is so wide, by the gaps between those further away (N,).

    In units of the mean of n others it is beyond t with the chance (1 + t / n)^-n, whatever the dimensions are.
    """
    found = torch.ones(len(gaps), dtype=torch.float64)
    for place in range(min(COPIES, gaps.shape[1] - 1)):
        others = gaps[:, place + 1 :]
        count, mean = others.shape[1], others.mean(dim=1).clamp_min(1e-9)
        found = torch.minimum(found, (1 + gaps[:, place] / mean / count) ** -count)
    return (COPIES * found).clamp_max(1.0)


def _close(part: Part, ours: Tensor, train: Part, theirs: Tensor, change: Change = as_it_is) -> Tensor:
    """Whether whole images, the first ones changed, are alike (N,)."""
    found = [
        (standardised(change(part.split.images[one])) * standardised(train.split.images[other])).sum(dim=1) >= ALIKE
        for one, other in zip(torch.split(ours, part.portion), torch.split(theirs, part.portion), strict=True)
    ]
    return torch.cat(found) if found else torch.empty(0, dtype=torch.bool)
