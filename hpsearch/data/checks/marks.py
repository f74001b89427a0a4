"""Checks for a mark that gives the label away: a pixel or a small patch that belongs to no picture."""

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, one_hot

from hpsearch.data.checks.facts import Facts, evenly
from hpsearch.rulebook import Remark

LEVELS = 16
"""Of a pixel's brightness."""
MOST, NUMBERS = 1_024, 2**23
"""Images that are looked at, and how many numbers they may be."""
FEWEST, FEWEST_OF_CLASS = 100, 25
"""Below so many images, or images of a class, nothing is said …"""
TELLS = 0.98
"""… and a pixel gives a class away where one level of it is in so large a share of its images and where so large a
share of the images with that level are of this class (heuristic)."""
AROUND = 0.5
"""Where the pixels about them tell much less, they are a mark: what shows the class in a picture fades out over some
pixels and has no edge (heuristic: no more than half of the way from guessing)."""
SMALL, SMALL_PATCH = 0.05, 9
"""Of all pixels: what is larger, and larger than so many pixels, is no mark (heuristic)."""
RING = 2
"""Pixels around a mark that must not tell the class."""


def mark_gives_label_away(facts: Facts) -> Remark | None:
    """A pixel or a small patch tells the class of a training image, while what is around it does not.

    A time stamp, a logo, a border or a counter that goes with one class: a network learns it first and nothing else,
    and fails wherever it is missing. Looked at is each pixel for itself, in 16 levels of brightness: whether 98 % of a
    class have one level, and 98 % of what has that level are of the class (heuristic). Pictures can have such pixels
    too, where classes are easy to tell apart; but what a picture shows fades out over some pixels. So it is told only
    if such pixels are nine at most or a twentieth of all, and no other pixel within two of them tells half of what is
    above guessing (heuristics). Nothing is said of fewer than 100 images or 25 of a class.
    """
    if not facts.classes or not len(facts.train):
        return None
    split = facts.train.split
    labels = split.targets[facts.train.telling]
    usable = facts.train.telling[(labels >= 0) & (labels < facts.classes)]
    chosen = evenly(usable, min(MOST, NUMBERS // max(1, split.images[:1].numel())))
    if len(chosen) < FEWEST:
        return None
    labels = split.targets[chosen]
    counts = torch.bincount(labels, minlength=facts.classes)
    present = torch.nonzero(counts >= FEWEST_OF_CLASS).flatten()
    if not len(present) or int((counts > 0).sum()) < 2:
        return None
    told = _told(_levels(split.images[chosen]), one_hot(labels, facts.classes)[:, present].float())  # (classes, H, W)
    guess = (counts[present] / len(labels)).reshape(-1, 1, 1)
    over = (told - guess) / (1 - guess)
    tells = told >= TELLS
    around = _grown(tells, RING) & ~tells
    sizes = tells.flatten(1).sum(1)
    rings = torch.where(around, over, torch.full_like(over, -torch.inf)).flatten(1).amax(1)
    marked = (sizes > 0) & (sizes <= max(SMALL_PATCH, SMALL * tells[0].numel())) & (rings < AROUND)
    if not marked.any():
        return None
    first = int(torch.nonzero(marked)[0])
    row, column = torch.nonzero(tells[first])[0].tolist()
    classes = present[marked].tolist()
    size = "one pixel" if int(sizes[first]) == 1 else f"{int(sizes[first])} pixels"
    where = (
        f"at row {row}, column {column} one level of brightness is in {float(told[first, row, column]):.1%} of class "
        f"{classes[0]} and in hardly any other image"
    )
    sentence = f"a mark of {size} gives class {classes[0]} away: {where}"
    if len(classes) > 1:
        sentence = (
            f"marks give {len(classes)} of {facts.classes} classes away; that of class {classes[0]} has {size}: {where}"
        )
    numbers = {
        "classes": classes,
        "row": row,
        "column": column,
        "pixels": int(sizes[first]),
        "told": float(told[first, row, column]),
        "told_around": max(0.0, float(rings[first])),
        "images": len(chosen),
    }
    return Remark(sentence, numbers)


def _levels(images: Tensor) -> Tensor:
    """Each channel, and of several their mean, in so many steps from its lowest to its highest value (N, C', H, W): one
    channel alone is often as bright as a white mark."""
    if images.shape[1] > 1:
        images = torch.cat([images, images.mean(dim=1, keepdim=True)], dim=1)
    low, high = images.amin(dim=(0, 2, 3), keepdim=True), images.amax(dim=(0, 2, 3), keepdim=True)
    return ((images - low) / (high - low).clamp_min(1e-12) * LEVELS).floor().clamp(0, LEVELS - 1).to(torch.uint8)


def _told(levels: Tensor, members: Tensor) -> Tensor:
    """How well the best level of each pixel tells each class (K, H, W): the lesser of the share of the class that has
    it and of what has it that is of the class; the best channel counts. ``members`` is (N, K)."""
    of_class = members.sum(0)[:, None]
    best = torch.zeros(members.shape[1], levels[0].numel())
    flat = levels.flatten(1)
    for level in range(LEVELS):
        has = (flat == level).float()
        both = members.T @ has  # (K, D)
        best = torch.maximum(best, torch.minimum(both / of_class, both / has.sum(0).clamp_min(1)))
    return best.reshape(-1, *levels.shape[1:]).amax(dim=1)


def _grown(places: Tensor, by: int) -> Tensor:
    """The places (K, H, W) and those that are no further from one than so many pixels."""
    return max_pool2d(places.float(), 2 * by + 1, stride=1, padding=by) > 0
