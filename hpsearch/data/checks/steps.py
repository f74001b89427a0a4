"""Checks of the steps between brightnesses: too few of them in one split."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

MOST, NUMBERS = 512, 2**22
"""Images of a split that are looked at, evenly spaced ones of more, and how many numbers they may be."""
FEWEST = 20
"""Images of a split below which nothing is said."""
FEW, MANY = 4, 4.0
"""So few levels are coarse; and so many times more of them in one split than in another is another preparation
(heuristics)."""
FAR, BETWEEN = 0.25, 0.2
"""Of the range between two levels: a pixel further away from the nearest one is between them; and of the pixels so many
are where a picture was not made of these levels (heuristics)."""


def few_levels(facts: Facts) -> Remark | None:
    """The images of one split have four levels of brightness or fewer, and those of another have many.

    One split was rounded, or made black and white by a threshold, and the other was not. Where training has the few
    levels it is told only if a fifth of the pixels of the other are far from them (heuristic): noise, a blur or another
    size give drawings of few levels many that lie about them. Where all splits have two levels it is information: masks
    and drawings are like this, and photographs are not.
    """
    parts = [part for part in facts.parts if len(part.telling) >= FEWEST]
    if facts.train not in parts or len(parts) < 2 or min(_levels(part, FEWEST) for part in parts) > FEW:
        return None
    counts = {part.name: _levels(part, MOST) for part in parts}
    low, high = min(counts.values()), max(counts.values())
    if low > FEW:
        return None
    numbers = {"levels": counts}
    if high >= MANY * low:
        if counts[facts.train.name] == low and _about(facts, parts, counts) < BETWEEN:
            return None
        few, many = (next(name for name in counts if counts[name] == number) for number in (low, high))
        return Remark(
            f"the {few} images have {low} levels of brightness in a channel, the {many} images {high}", numbers
        )
    return Remark("all images have two levels of brightness only", numbers, Severity.INFO) if high == 2 else None


def _about(facts: Facts, parts: Sequence[Part], counts: Mapping[str, int]) -> float:
    """The share of the pixels of the split with most levels that are far from all levels of training."""
    other = max(parts, key=lambda part: counts[part.name])
    ours, theirs = (part.split.images[_chosen(part)].float() for part in (facts.train, other))
    far = []
    for channel in range(ours.shape[1]):
        levels = torch.unique(ours[:, channel])
        if len(levels) > 1:
            step = float(levels.diff().min())
            values = theirs[:, channel].flatten()
            away = torch.stack([(values - level).abs() for level in levels]).amin(0)
            inside = (values > levels[0]) & (values < levels[-1])
            far.append(float((inside & (away > FAR * step)).double().mean()))
    return max(far, default=0.0)


def _levels(part: Part, most: int) -> int:
    """The most levels that a channel has in so many images."""
    images = part.split.images[_chosen(part)[:most]]
    return max(len(torch.unique(images[:, channel])) for channel in range(images.shape[1]))


def _chosen(part: Part) -> Tensor:
    return evenly(part.telling, min(MOST, max(FEWEST, NUMBERS // max(1, part.split.images[:1].numel()))))
