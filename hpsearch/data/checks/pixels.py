"""Checks of the pixels."""

from collections.abc import Sequence

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

LEAST_STRENGTH, MOST_STRENGTH = 0.05, 10.0
"""Root of the mean square of all pixels that a network is started for (heuristic: initialisations assume about 1, and
pixels in [0, 1] have about 0.5)."""
FAINT = 0.05
"""Share of the distance of the pixels from 0 that their deviation is at least: the same bound, where not their size but
what they have in common leaves the least of them (heuristic; white pages with a hundredth of ink have 0.1)."""
UNIT, BYTES = 1.0, 16.0
"""Images whose largest value is at most 1 are in [0, 1]; images with one above 16 are in 0 … 255 (heuristic)."""
NAMED = 5
"""Images that a sentence names at most."""
FEW = 0.01
"""A share of the images that is not worth more than a note (heuristic)."""


def pixels_not_finite(facts: Facts) -> Remark | None:
    """Some pixels are NaN or infinite.

    One such pixel makes the loss NaN in the first batch that holds its image, and all weights with it.
    """
    counts = {part.name: int((~part.finite).sum()) for part in facts.parts}
    count = sum(counts.values())
    if not count:
        return None
    where, samples = _named(facts, [(part, ~part.finite) for part in facts.parts])
    sentence = f"{count} images have pixels that are NaN or infinite{where}"
    return Remark(sentence, {"images": count, "by_split": counts, **samples})


def constant_images(facts: Facts) -> Remark | None:
    """Some images show nothing: all of their pixels are equal.

    They are empty frames, files that could not be read, or masks; their labels can only be learned by heart. Below one
    per cent of the images this is information.
    """
    counts = {part.name: int((part.constant & part.finite).sum()) for part in facts.parts}
    count, total = sum(counts.values()), sum(len(part) for part in facts.parts)
    if not count:
        return None
    severity = Severity.INFO if count < FEW * total else None
    where, samples = _named(facts, [(part, part.constant & part.finite) for part in facts.parts])
    numbers = {"images": count, "of": total, "by_split": counts, **samples}
    return Remark(f"{count} of {total} images are constant: every pixel has the same value{where}", numbers, severity)


def constant_channel(facts: Facts) -> Remark | None:
    """A channel has the same value in every pixel of every training image.

    It tells nothing and costs a part of the first layer. Alpha channels and grey images that were stored as colours
    with two empty channels do this.
    """
    part = facts.train
    low, high = part.lowest[part.finite], part.highest[part.finite]
    if not len(low):
        return None
    empty = torch.nonzero(low.amin(dim=0) == high.amax(dim=0)).flatten().tolist()
    if not empty or len(part.telling) == 0:
        return None
    which = ", ".join(str(channel) for channel in empty)
    return Remark(f"channel {which} is the same everywhere in the training split", {"channels": empty})


def not_normalised(facts: Facts) -> Remark | None:
    """The pixels that reach the network are far too large or far too small for it, or hardly differ.

    Initialisations assume inputs with a mean square near 1. With pixels in 0 … 255 the first activations are a hundred
    times too large, and a usable learning rate is ten thousand times too large for the first layer; with tiny pixels
    the signal is lost in the biases; so it is in what all pixels have in common, where they were divided by 255 and
    then brought to scale by the mean and the deviation of bytes. Reported where the root of the mean square is above 10
    or below 0.05, or the deviation of the pixels of a channel that varies below a twentieth of their mean (heuristic).
    """
    part = facts.train
    square = (part.means**2 + part.spreads**2).double()
    if not len(square):
        return None
    strength = float(square.mean().sqrt())
    if strength == 0:
        return None
    low, high = float(part.lowest[part.finite].min()), float(part.highest[part.finite].max())
    numbers = {"root_mean_square": strength, "lowest": low, "highest": high}
    if LEAST_STRENGTH <= strength <= MOST_STRENGTH:
        return _hardly_differ(part)
    size = "large" if strength > 1 else "small"
    sentence = (
        f"pixels are too {size} for a network: from {low:.4g} to {high:.4g}, with a root mean square of {strength:.3g}"
    )
    return Remark(sentence, numbers)


def _hardly_differ(part: Part) -> Remark | None:
    """The channel whose pixels differ least, in units of how far they are from 0, if they hardly do."""
    lows, highs = (one[part.finite] for one in (part.lowest, part.highest))
    low, high = lows.amin(dim=0), highs.amax(dim=0)  # (C,)
    means, squares = part.means.double(), part.spreads.double().square()
    deviations = (squares.mean(dim=0) + means.var(dim=0, correction=0)).sqrt()
    distances = means.mean(dim=0).abs()
    found = torch.nonzero((low < high) & (deviations < FAINT * distances)).flatten()
    if not len(found):
        return None
    which = int(found[(deviations / distances)[found].argmin()])
    deviation, distance = float(deviations[which]), float(distances[which])
    where = f" in channel {which}" if len(low) > 1 else ""
    sentence = (
        f"pixels hardly differ{where}: from {float(low[which]):.4g} to {float(high[which]):.4g}, with a deviation of "
        f"{deviation:.3g} at a distance of {distance:.3g} from 0"
    )
    numbers = {"channel": which, "channels": found.tolist(), "deviation": deviation, "distance": distance}
    return Remark(sentence, {**numbers, "lowest": float(low[which]), "highest": float(high[which])})


def mixed_ranges(facts: Facts) -> Remark | None:
    """Some images hold values from 0 to 1, others from 0 to 255.

    Two sources were put together without bringing them to one scale: to the network the images of one of them are all
    but black. An image counts as 0 … 1 if its largest value is above 0 and at most 1, and as 0 … 255 if it is above 16;
    both kinds must be at least one per cent of the images (heuristic), since an image may really be dark.
    """
    if not facts.parts:
        return None
    tops = torch.cat([facts.raw(part.highest)[part.finite].amax(dim=1) for part in facts.parts])
    lows = torch.cat([facts.raw(part.lowest)[part.finite].amin(dim=1) for part in facts.parts])
    slack = 1e-3
    unit = (tops > slack) & (tops <= UNIT + slack) & (lows >= -slack)
    large = tops > BYTES
    counts = int(unit.sum()), int(large.sum())
    if not len(tops) or min(counts) < FEW * len(tops) or min(counts) == 0:
        return None
    sentence = f"{counts[0]} images have values in 0 … 1, {counts[1]} others go up to {float(tops.max()):.4g}"
    return Remark(sentence, {"unit_range": counts[0], "byte_range": counts[1], "images": len(tops)})


def _named(facts: Facts, found: Sequence[tuple[Part, Tensor]]) -> tuple[str, dict[str, list[int]]]:
    """Where the first of some images are in the arrays that the user gave: in words, and as numbers."""
    places = [(part.name, index) for part, which in found for index in torch.nonzero(which).flatten().tolist()]
    known = sorted(one for place in places if (one := facts.origin(place)) is not None)[:NAMED]
    if not known:
        return "", {}
    more = " …" if len(places) > NAMED else ""
    which = "sample" if len(places) == 1 else "samples"
    return f"; {which} {', '.join(str(one) for one in known)}{more} of your data", {"samples_of_your_data": known}
