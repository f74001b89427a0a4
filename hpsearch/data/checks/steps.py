"""Checks of the steps between brightnesses: too few of them in one split, and jumps from one end to the other."""

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
JUMP, VALLEY = 0.8, (0.5, 0.7)
"""Of the range: neighbours so far apart jumped from one end to the other; and jumps of these lengths are in between."""
OFTEN = 1.5
"""So many times as many of the former as of the latter are no edges, which grow rarer the sharper they are (heuristic:
0.3 in generated shapes, 2 and more where values ran over)."""
FEWEST_JUMPS, FEWEST_OF_IMAGE, SHARE = 100, 3, 0.05
"""There must be so many in all, and so many in one of twenty images (heuristics)."""
END, INSIDE = 0.004, 0.8
"""Of the range: what is at an end of it may have been cut off there; so large a share of the jumps must be between
others (heuristic)."""
TAIL, QUANTILES = 0.001, 2**18
"""Of the pixels at either end that do not set the range, which noise does else; and of how many it is read."""
GO_ON = 0.07
"""Where a slope ran over the end the images step on as before, by what the jump lacks of the range if the slope is
straight (heuristic: a tenth of it in rough scenes, 0.6 in smooth ones, 0.03 at most in drawings with noise)."""

MIDDLE, FILLED = (0.3, 0.7), 0.15
"""Of the range, which so large a share of the pixels is in: else images have two tones, and sharp edges (heuristic)."""


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


def wrapped_values(facts: Facts) -> Remark | None:
    """Bright areas turn dark at once, as numbers do that ran over the end of their range.

    Where something is added to whole numbers of 8 bits, 250 and 10 come to 4: the brightest places become the darkest,
    with an edge that nobody has seen. Counted are neighbours that are more than 80 % of the range apart. In pictures
    edges grow rarer the sharper they are; here there are half as many again as of edges of 50 % to 70 % (heuristic).
    The pixels beside most jumps must step on as a slope does that ran over, which flat areas and blurred edges do not.
    What lies at the very ends of the range is common in drawings and where values were cut off, and most of the jumps
    must be between other values; and at least 15 % of the pixels must be of middle brightness, since images of two
    tones have sharp edges all over (heuristics).
    """
    for part in facts.parts:
        chosen = _chosen(part)
        if len(chosen) < FEWEST:
            continue
        images = part.split.images[chosen].float()
        low, high = _ends(images)
        images = ((images - low) / (high - low).clamp_min(1e-12)).clamp(0, 1)
        middle = float(((images > MIDDLE[0]) & (images < MIDDLE[1])).double().mean())
        found, ends, between = _jumps(images)
        count, nearly, share = int(found.sum()), int(between.sum()), float((found >= FEWEST_OF_IMAGE).double().mean())
        if count < max(FEWEST_JUMPS, OFTEN * nearly, INSIDE * int(ends.sum())) or share < SHARE or middle < FILLED:
            continue
        if not _go_on(images):
            continue
        sentence = (
            f"in {share:.1%} of the {part.name} images neighbouring pixels jump from one end of the range to the other "
            f"({count} times in {len(chosen)} images, and {nearly} times by 50 % to 70 % of it)"
        )
        return Remark(sentence, {"split": part.name, "share": share, "jumps": count, "shorter": nearly})
    return None


def _ends(images: Tensor) -> tuple[Tensor, Tensor]:
    """Of the range of each channel, but for one pixel in a thousand at either side (1, C, 1, 1)."""
    values = images.transpose(0, 1).flatten(1)
    values = values[:, :: max(1, values.shape[1] // QUANTILES)].contiguous()
    low, high = (torch.quantile(values, at, dim=1).reshape(1, -1, 1, 1) for at in (TAIL, 1 - TAIL))
    return low, high


def _go_on(images: Tensor) -> bool:
    """Whether slopes go on at the other end of the range: two pixels before and behind most jumps the images step
    against the jump, by a share of what it lacks of the whole range. Jumps beside others are thin lines and are left
    out; so are the steps next to a jump, whose pixels noise has chosen."""
    lacking, slopes = [], []
    for dim in (2, 3):
        length = images.shape[dim] - 5
        if length < 1:
            continue
        places = [images.narrow(dim, start, length) for start in range(6)]
        jumped = places[3] - places[2]
        chosen = jumped.abs() >= JUMP
        for one in places[2:4]:
            chosen &= (one > END) & (one < 1 - END)
        for one, other in (places[0:2], places[1:3], places[3:5], places[4:6]):
            chosen &= (one - other).abs() < VALLEY[0]
        steps = (places[1] - places[0] + places[5] - places[4]) / 2
        lacking.append(1 - jumped.abs()[chosen])
        slopes.append((-jumped.sign() * steps)[chosen])
    if sum(len(one) for one in slopes) < FEWEST:
        return False
    return float(torch.cat(slopes).median()) >= GO_ON * float(torch.cat(lacking).median())


def _jumps(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of images in [0, 1], how many neighbours of each jumped between values that are not at the ends of the range, how
    many jumped at all, and how many came half of the way (N,)."""
    found, ends, between = (torch.zeros(len(images)) for _ in range(3))
    inside = (images > END) & (images < 1 - END)
    for dim in (2, 3):
        length = images.shape[dim] - 1
        first, second = images.narrow(dim, 0, length), images.narrow(dim, 1, length)
        both = inside.narrow(dim, 0, length) & inside.narrow(dim, 1, length)
        apart = (first - second).abs()
        jumped = apart >= JUMP
        ends += jumped.flatten(1).sum(1)
        found += (jumped & both).flatten(1).sum(1)
        between += ((apart >= VALLEY[0]) & (apart < VALLEY[1]) & both).flatten(1).sum(1)
    return found, ends, between


def _levels(part: Part, most: int) -> int:
    """The most levels that a channel has in so many images."""
    images = part.split.images[_chosen(part)[:most]]
    return max(len(torch.unique(images[:, channel])) for channel in range(images.shape[1]))


def _chosen(part: Part) -> Tensor:
    return evenly(part.telling, min(MOST, max(FEWEST, NUMBERS // max(1, part.split.images[:1].numel()))))
