"""Held-out images that are training images which were mirrored or moved by a pixel, and those that are the same."""

from functools import partial

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.data.checks.neighbours import (
    EQUAL,
    FEWEST_PAIRS,
    FURTHER,
    MOST_OF_THEM,
    NEIGHBOURS,
    Change,
    Near,
    as_it_is,
    beyond,
    copies_of,
    near_pairs,
)
from hpsearch.data.checks.prints import nearest

MOST_KNOWN = 131_072
"""Training images that are compared, evenly spaced ones of more: the work is their product with held-out ones."""
MOST_PAIRS, FEWEST = 2**21, 100
"""Pairs of images that are compared for each way of moving them; but so many held-out images at least."""
IN_PAIRS = 0.9
"""Of the pairs: in so many the training image is the only one that is so near (heuristic)."""
LEAST_SIDE = 6
"""Of images, in pixels: of smaller ones a pixel is too much."""


def moved_copies(facts: Facts, part: Part) -> tuple[str, Near, int] | None:
    """How held-out images were moved that are nearly the same as a training image, which they are, and how many were
    looked at.

    Stripes of any phase, or sprites in any place, have near neighbours under each way of moving them, and unmoved: so
    those of one way have to be more than those of any other but its opposite. Signs may mirror each other, and are the
    simplest ones or have more than one neighbour then: so most of the pairs must stand out among their neighbours.
    Few signs in few places have neighbours in one way only, but then several: copies that somebody made are pairs.
    Opposite ways make one another, since either of two copies may be the one in training.
    """
    known = evenly(facts.train.telling, MOST_KNOWN)
    if len(known) <= FURTHER or min(facts.train.split.images.shape[2:]) < LEAST_SIDE:
        return None
    exact = in_training_too(facts, part)
    queries = evenly(part.telling, max(FEWEST, MOST_PAIRS // len(known)))
    queries = queries[[index not in exact for index in queries.tolist()]]
    if not len(queries):
        return None
    copies = facts.once(copies_of_training)
    found = {way: near_pairs(part, queries, facts.train, known, copies, undo) for way, undo in MOVED.items()}
    counts = {way: 0 if near is None else len(near.ours) for way, near in found.items()}
    most = max(counts, key=lambda way: counts[way])
    near = found[most]
    if near is None or most == UNMOVED or counts[most] < FEWEST_PAIRS:
        return None
    if near.standing_out < MOST_OF_THEM * counts[most] or _alone(part, near, copies, MOVED[most]) < IN_PAIRS:
        return None
    others = max(count for way, count in counts.items() if AXES[way] != AXES[most])
    return (most, near, len(queries)) if beyond(counts[most], len(queries), others, len(queries)) else None


def _alone(part: Part, near: Near, copies: Tensor, change: Change) -> float:
    """The share of pairs of which the held-out image is so near to no second training image."""
    alike, _ = nearest(copies_of(part, near.ours, change), copies, NEIGHBOURS)
    distances = (2 - 2 * alike).clamp_min(EQUAL**2).sqrt()
    return float((distances[:, 1] > near.ratio * distances[:, -1]).double().mean())


def copies_of_training(facts: Facts) -> Tensor:
    """Small copies of the training images that are compared."""
    return copies_of(facts.train, evenly(facts.train.telling, MOST_KNOWN))


def in_training_too(facts: Facts, part: Part) -> dict[int, int]:
    """Indices of held-out images that are in training, pixel by pixel, with the index there."""
    found = {}
    for places in facts.repeated:
        known = next((index for name, index in places if name == "train"), None)
        if known is not None:
            found.update({index: known for name, index in places if name == part.name})
    return found


def _beside(images: Tensor, down: int, right: int) -> Tensor:
    """Each pixel is the one so far below and to the right of it; at the border the nearest there is."""
    height, width = images.shape[2:]
    rows = (torch.arange(height) + down).clamp(0, height - 1)
    columns = (torch.arange(width) + right).clamp(0, width - 1)
    return images[:, :, rows][:, :, :, columns]


UNMOVED = "unmoved"
MOVED: dict[str, Change] = {
    UNMOVED: as_it_is,
    "mirrored left to right": lambda images: images.flip(3),
    "mirrored top to bottom": lambda images: images.flip(2),
    "moved to the right by a pixel": partial(_beside, down=0, right=1),
    "moved to the left by a pixel": partial(_beside, down=0, right=-1),
    "moved down by a pixel": partial(_beside, down=1, right=0),
    "moved up by a pixel": partial(_beside, down=-1, right=0),
}
"""What was done to copies, and what undoes it."""
AXES = dict(zip(MOVED, (UNMOVED, "mirrored", "mirrored", "across", "across", "down", "down"), strict=True))
"""Ways of one kind make pairs of each other, or go together."""
