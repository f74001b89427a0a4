"""Checks for brightnesses that ran over the end of their range."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, evenly
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

MOST, NUMBERS = 1_024, 2**21
"""Images of a split that are looked at, evenly spaced ones of more, and how many numbers they may be."""
FEWEST, FEWEST_LEVELS, FEWEST_JUMPS = 20, 32, 100
"""Images, levels of a channel, and jumps below which nothing is said."""
NEAR = 0.125
"""Of the range: neighbours closer than that are alike, and those that are further apart than the rest jumped …"""
HALF = (0.25, 0.75)
"""… and those that are this far apart did neither."""
MORE, ALIKE, FEWER = 1.05, 1.05, 0.95
"""Of what pixels drawn at random do: neighbours jump so often at least, are alike so often at least, and are half of
the range apart so often at most (heuristics; sound images that do the first fail one of the others)."""
STANDARD_ERRORS, CLUMP = 5.0, 4
"""By so many jumps are more than at random; and so many of them count as one, since an edge has several."""
TURNS, TURN_SEEN, ROUNDING = (2 * math.pi, 360.0, math.pi, 180.0), 0.005, 1e-5
"""Full and half turns in use; so much of one may be missing at its ends, where it was measured in few places."""
STEP = 2**-13
"""Of the range: levels that are nearer to each other are one."""
BIN, BESIDE = 1 / 64, 0.6
"""Of the range at either end, the brightnesses of pixels beside a jump: the first such step holds at least so much of
the mean of the next two, if the end is a place like any other. Black and white under noise hold less (heuristic) …"""
LEVELS, PILED = 4, 2.0
"""… and the last level so many times as much, at most, as the mean of the next four. What was cut off there has more
(heuristic)."""


class _Pairs(NamedTuple):
    """Brightnesses in 0 … 1 of two pixels of an image, many times (M,)."""

    first: Tensor
    second: Tensor

    @property
    def apart(self) -> Tensor:
        return (self.first - self.second).abs()

    def inside(self, slack: float) -> "_Pairs":
        """Those of which neither is at an end of the range."""
        kept = torch.minimum(self.first, self.second) > slack
        kept &= torch.maximum(self.first, self.second) < 1 - slack
        return _Pairs(self.first[kept], self.second[kept])


def wrapped_values(facts: Facts) -> Remark | None:
    """Bright areas turn dark at once, as numbers do that ran over the end of their range.

    Where something is added to whole numbers of 8 bits, 250 and 10 come to 4: the brightest places become the darkest,
    with an edge that nobody has seen. The ends of the range are then neighbours, and pixels side by side, compared with
    any two of an image, are more often alike *and* more often a whole range apart, but more rarely half of it. Smooth
    images lack the second, noise has neither, and stripes, text and checks lack the first or the last: their edges are
    taken from pixels that are alike. All three must be so, with the jumps beyond chance (five standard errors), also
    without the pixels at the very ends of the range. Signs in black and white in a grey scene have them too; but there
    the ends are no place like any other: brightnesses beside a jump get rarer towards the end, or pile up on its last
    level where they were cut off (heuristics). Numbers that are angles look the same, and are better given as sine and
    cosine: where the range, or the range and a step, is a turn of 2 pi or 360, or half of one, as of lines, it is
    information. Nothing is said of images with fewer than 32 levels.
    """
    for part in facts.parts:
        chosen = evenly(part.telling, min(MOST, max(FEWEST, NUMBERS // max(1, part.split.images[:1].numel()))))
        if len(chosen) < FEWEST or min(part.split.images.shape[2:]) < 2:
            continue
        images = part.split.images[chosen].float()
        low, high = (end(images, dim=(0, 2, 3), keepdim=True) for end in (torch.amin, torch.amax))
        images = (images - low) / (high - low).clamp_min(1e-12)
        found = _ran_over(images)
        if found is None:
            continue
        jumps, more = found
        numbers = {"split": part.name, "jumps": jumps, "as_often_as_at_random": more}
        if _are_angles(facts.raw_images(part.split.images[chosen].float())):
            sentence = (
                f"the {part.name} images have angles, whose ends are neighbours: {jumps:,} pixels jump by a turn, or "
                "by half of one"
            )
            return Remark(sentence, numbers, Severity.INFO)
        sentence = (
            f"in the {part.name} images neighbouring pixels often jump from one end of the range to the other "
            f"({jumps:,} times in {len(chosen)} images): numbers ran over the end of their type, as 300 comes to 44 in "
            "bytes, or are angles"
        )
        return Remark(sentence, numbers)
    return None


def _ran_over(images: Tensor) -> tuple[int, float] | None:
    """How many neighbours jump in images (N, C, H, W) in 0 … 1, and how much more often than two pixels of an image
    that are drawn at random; None where that has another reason."""
    beside = _Pairs(*(torch.cat([one.flatten(), other.flatten()]) for one, other in _sides(images)))
    if int((beside.apart > 1 - NEAR).sum()) < FEWEST_JUMPS:
        return None
    levels = torch.unique(images)
    if len(levels) < FEWEST_LEVELS:
        return None
    flat = images.flatten(2)
    order = torch.randperm(flat.shape[2], generator=torch.Generator().manual_seed(0))
    drawn = _Pairs(flat.flatten(), flat[:, :, order].flatten())
    slack = min(0.5 / 255, float(levels.diff().min()) / 2)
    if _jumps(beside, drawn) is None or not _ends_are_like_other_places(beside):
        return None
    found = _jumps(beside.inside(slack), drawn.inside(slack))
    return found if found is not None and _surely_more(*found) else None


def _are_angles(images: Tensor) -> bool:
    """Whether images as they were given go from one end of a turn to the other, or come a step short of it."""
    low, width = images.min(), float(images.max() - images.min())
    levels = torch.unique(((images - low) / (STEP * width)).round())
    step = STEP * width * float(levels.diff().median())
    return any(
        (1 - TURN_SEEN) * turn <= width <= (1 + ROUNDING) * turn or abs(width + step - turn) <= STEP * turn
        for turn in TURNS
    )


def _sides(images: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Pixels that are left or above, across and down, and those beside them."""
    return (images[..., :-1], images[..., :-1, :]), (images[..., 1:], images[..., 1:, :])


def _jumps(beside: _Pairs, drawn: _Pairs) -> tuple[int, float] | None:
    """How many jump, and how much more often than at random; None unless neighbours jump more often, are more often
    alike, and are more rarely half of the range apart."""
    ours, theirs = beside.apart, drawn.apart
    jumps = int((ours > 1 - NEAR).sum())
    if jumps < FEWEST_JUMPS or not len(theirs):
        return None
    expected = max(1.0, float((theirs > 1 - NEAR).sum())) * len(ours) / len(theirs)
    alike = [float((one < NEAR).double().mean()) for one in (ours, theirs)]
    half = [float(((one >= HALF[0]) & (one <= HALF[1])).double().mean()) for one in (ours, theirs)]
    if jumps <= expected or alike[0] < ALIKE * alike[1] or half[0] > FEWER * half[1]:
        return None
    return jumps, jumps / expected


def _surely_more(jumps: int, more: float) -> bool:
    return more >= MORE and jumps * (1 - 1 / more) >= STANDARD_ERRORS * math.sqrt(CLUMP * jumps)


def _ends_are_like_other_places(beside: _Pairs) -> bool:
    """Whether brightnesses beside a jump neither get rarer towards the ends of the range nor pile up there."""
    jumped = beside.apart > HALF[1]
    ends = 1 - torch.maximum(*beside)[jumped], torch.minimum(*beside)[jumped]
    for end in ends:
        levels, counts = torch.unique((end * 4095).round(), return_counts=True)
        if len(levels) <= LEVELS or float(counts[0]) > PILED * float(counts[1 : LEVELS + 1].double().mean()):
            return False
        width = max(BIN, float(levels[LEVELS - 1] + 1) / 4095)
        first, *more = (int(((end >= at * width) & (end < (at + 1) * width)).sum()) for at in range(3))
        if 2 * first < BESIDE * sum(more):
            return False
    return True
