"""Checks for a border that is filled in one split and not in another: padding, or another way of resizing."""

import math

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.data.checks.steps import few_levels
from hpsearch.data.checks.transformed import split_is_transformed
from hpsearch.rulebook import Remark

MOST = 2_048
"""Images of a split that are looked at, evenly spaced ones of more."""
FEWEST = 20
"""Images of a split below which nothing is said."""
APART = 0.5
"""Of the images: by so much more often a border is of one colour in one split (heuristic) …"""
STANDARD_ERRORS = 5.0
"""… which must also be so many standard errors."""
SAME = 1e-3
"""Of the spread of all pixels: values that differ by less are the same."""
SHOWN = 0.9
"""Of what varies along a line through the images on average: a border that varies by less shows next to nothing, in
images on a plain ground, and is no picture that was cut off (heuristic)."""
SIDES = ("top", "bottom", "left", "right")
OPPOSITE = (1, 0, 3, 2)
REGULAR = 0.8
"""Of the images with such a border: so many have one of equal width, or as wide as that of the opposite side but for a
pixel (heuristic). What is erased at a place drawn for each image, or has been painted over by a threshold, leaves
borders of all widths."""


def border_in_one_split(facts: Facts) -> Remark | None:
    """The border of the images is of one colour in one split, and shows something in another.

    Padding, or a way of resizing that keeps the proportions, was applied to one split alone; its pictures are smaller
    than the others, and in another place. Told where the outermost row or column of pixels is constant in so many
    images more of one split than of training that it is half of the images (heuristic) and five standard errors.
    Where training is the one with the constant borders, those of the other must vary as its inner rows or columns do:
    on a plain ground, as that of scanned digits, noise or a blur does away with constant borders too. In four of five
    images the border must be equally wide, or as wide as that of the opposite side (heuristic): where parts of images
    were erased at any place, or a threshold painted them over, it is not. Nothing is said of a split that is turned, or
    that has a few levels of brightness only.
    """
    spread = float(facts.train.spreads.mean()) if len(facts.train) else 0.0
    ours = _shares(facts.train, spread)
    for part in facts.held_out:
        theirs = _shares(part, spread)
        if ours is None or theirs is None:
            continue
        (known, count), (judged, others) = ours, theirs
        for side, share, other in zip(SIDES, known.tolist(), judged.tolist(), strict=True):
            both = (share * count + other * others) / (count + others)
            error = math.sqrt(both * (1 - both) * (1 / count + 1 / others))
            if abs(other - share) <= max(APART, STANDARD_ERRORS * error):
                continue
            place = SIDES.index(side)
            if (share > other and float(_shown(part)[place]) < SHOWN) or _is_told_otherwise(facts, part):
                continue
            if _regular(facts.train if share > other else part, place, SAME * spread) < REGULAR:
                continue
            sentence = (
                f"the {side} border is of one colour in {other:.1%} of the {part.name} images and in {share:.1%} of "
                "the training images"
            )
            numbers = {"split": part.name, "side": side, "train": share, "other": other, "standard_error": error}
            return Remark(sentence, numbers)
    return None


def _shares(part: Part, spread: float) -> tuple[Tensor, int] | None:
    """In what share of the images each of the four borders is constant, and how many images were looked at."""
    chosen = evenly(part.telling, MOST)
    if len(chosen) < FEWEST:
        return None
    found = [_constant(part.split.images[some], SAME * spread) for some in torch.split(chosen, part.portion)]
    return torch.cat(found).double().mean(dim=0), len(chosen)


def _shown(part: Part) -> Tensor:
    """How much each border varies along itself, in units of all rows or columns (4,)."""
    chosen = evenly(part.telling, MOST)
    rows, columns = (
        torch.cat([part.split.images[some].std(dim=dim).sum(dim=1) for some in torch.split(chosen, part.portion)])
        for dim in (3, 2)
    )  # each (N, lines)
    lines = [one.mean(dim=0) / one.mean().clamp_min(1e-12) for one in (rows, columns)]
    return torch.stack([one[place] for one in lines for place in (0, -1)])


def _is_told_otherwise(facts: Facts, part: Part) -> bool:
    turned, coarse = facts.once(split_is_transformed), facts.once(few_levels)
    return (turned is not None and turned.numbers["split"] == part.name) or (
        coarse is not None and coarse.severity is None
    )


def _regular(part: Part, place: int, slack: float) -> float:
    """Of the images with a constant border there, the share with the most frequent width, or with that of the opposite
    side but for a pixel; whichever is larger."""
    chosen = evenly(part.telling, MOST)
    widths = torch.cat([_widths(part.split.images[some], slack) for some in torch.split(chosen, part.portion)])
    widths = widths[widths[:, place] > 0]
    if not len(widths):
        return 0.0
    alike = (widths[:, place] - widths[:, OPPOSITE[place]]).abs() <= 1
    return max(float(torch.bincount(widths[:, place]).max()), float(alike.sum())) / len(widths)


def _widths(images: Tensor, slack: float) -> Tensor:
    """How many rows or columns of one colour there are in front of each side of each image (N, 4)."""
    found = []
    for dim in (3, 2):
        low, high = images.amin(dim), images.amax(dim)  # (N, C, lines)
        for lows, highs in ((low, high), (low.flip(2), high.flip(2))):
            same = (highs - lows <= slack) & ((lows - lows[:, :, :1]).abs() <= slack)
            found.append(same.all(1).long().cumprod(1).sum(1))
    return torch.stack(found, 1)


def _constant(images: Tensor, slack: float) -> Tensor:
    """Whether each border of each image is (N, 4)."""
    borders = (images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1])  # each (N, C, length)
    return torch.stack([(one.amax(2) - one.amin(2) <= slack).all(1) for one in borders], 1)
