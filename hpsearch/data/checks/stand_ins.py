"""Checks for numbers that stand for values which are missing: -999, 9999, 65535."""

from typing import NamedTuple

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

FEWEST = 3
"""Targets that are the same number."""
VALUES = 20
"""Different numbers among the others, below which they may be classes or counts (heuristic)."""
AWAY = 1.0
"""Ranges of all other targets that the number is away from the nearest of them (heuristic: what is measured has no gap
as wide as everything else) …"""
AWAY_OF_PIXELS = 4.0
"""… and of all other pixels: objects of one brightness on a ground of another are further apart than they vary …"""
AGREED = (-99.0, -999.0, -9999.0, -99999.0, -32768.0, 999.0, 9999.0, 99999.0)
"""… unless it is what people write for a value that is missing: then it may be there among fewer numbers, and one range
away; nobody measures that by accident."""
GROUNDS = (0.0, 1.0, 255.0)
"""… and these are the ground of drawings."""
MOST, NUMBERS = 256, 2**19
"""Images that are looked at, evenly spaced ones of more, and how many numbers they may be."""
FEWEST_PIXELS = 10
NAMED = 5
ROUNDING = 1e-6
"""Of single precision, and a little more."""


class _StandIn(NamedTuple):
    value: float
    times: int
    low: float
    high: float
    """Of all other numbers."""


def targets_stand_for_missing(facts: Facts) -> Remark | None:
    """The same number is there again and again in the targets, far from all others.

    Numbers such as -999 are written where nothing was measured. A squared error sees little else, and the mean and the
    standard deviation that targets are normalised by are those of the missing ones. Told of the least or the largest
    number of a column if it is there three times or more, and if the gap to the next one is as wide as the range of all
    others, of which there are 20 different ones at least (heuristics). Numbers that were measured have no such gap,
    also where they are cut off at a limit; 0 may mean none, and is information.
    """
    if facts.dataset.task.is_classification:
        return None
    for part in facts.parts:
        targets, scale = part.targets, facts.dataset.target_scale
        for column in range(targets.shape[1] if targets.ndim == 2 else 0):
            found = _far_away(targets[:, column], AWAY, FEWEST)
            if found is None:
                continue
            std, mean = (1.0, 0.0) if scale is None else (scale.std[column], scale.mean[column])
            value, low, high = (one * std + mean for one in (found.value, found.low, found.high))
            value = _readable(value, max(abs(value), abs(mean), std))
            where, named = _places(facts, part, targets[:, column] == found.value)
            which = f" in column {column}" if targets.shape[1] > 1 else ""
            sentence = (
                f"{found.times} of {len(part)} {part.name} targets{which} are {value:.6g}, all others are from "
                f"{low:.4g} to {high:.4g}: does it stand for a missing value?{where}"
            )
            numbers = {"split": part.name, "column": column, "value": value, "targets": found.times}
            severity = Severity.INFO if value == 0 else None
            return Remark(sentence, {**numbers, "lowest": low, "highest": high, **named}, severity)
    return None


def pixels_stand_for_missing(facts: Facts) -> Remark | None:
    """The same number is in many pixels, far from all others.

    Numbers such as -9999 or 65535 are written where a sensor has seen nothing. What the other pixels show is a small
    part of the range then, and all but lost when images are normalised. Told of the least or the largest number of a
    channel in the training images if the gap to the next is four times the range of all others, of which there are 20
    different ones at least (heuristics), or once their range if it is a number such as -999 by which people write that
    a value is missing; 0, 1 and 255 are what drawings have around them, and are not told.
    """
    part = facts.train
    chosen = evenly(part.telling, min(MOST, max(FEWEST, NUMBERS // max(1, part.split.images[:1].numel()))))
    if not len(chosen):
        return None
    images = facts.raw_images(part.split.images[chosen].float())
    for channel in range(images.shape[1]):
        numbers_there = images[:, channel].flatten()
        found = _far_away(numbers_there, AWAY_OF_PIXELS, FEWEST_PIXELS) or _agreed(numbers_there)
        if found is None or any(abs(found.value - one) <= 1e-3 * (found.high - found.low) for one in GROUNDS):
            continue
        value = _readable(found.value, max(abs(found.value), abs(found.high), abs(found.low)))
        share = found.times / images[:, channel].numel()
        sentence = (
            f"{share:.1%} of the pixels in channel {channel} of the training images are {value:.6g}, all others are "
            f"from {found.low:.4g} to {found.high:.4g}: does it stand for missing values?"
        )
        numbers = {"channel": channel, "value": value, "share": share, "lowest": found.low, "highest": found.high}
        return Remark(sentence, numbers)
    return None


def _far_away(numbers: Tensor, away: float, fewest: int, values: int = VALUES) -> _StandIn | None:
    """The least or the largest number if it is there so often and so far from all others; the one further away."""
    known, counts = torch.unique(numbers[torch.isfinite(numbers)].double(), return_counts=True)
    found = []
    for first, last, at, beside in ((1, len(known), 0, 1), (0, len(known) - 1, -1, -2)):
        others = known[first:last]
        if len(others) < values or int(counts[at]) < fewest:
            continue
        # A stand-in at the other end as well does not make this one any nearer.
        width = float(others[-1] - others[0])
        if len(others) >= VALUES:
            width = min(width, *(float(one) for one in _inner_widths(others)))
        gap = float((known[at] - known[beside]).abs())
        if gap >= away * width > 0:
            found.append((gap, _StandIn(float(known[at]), int(counts[at]), float(others[0]), float(others[-1]))))
    return max(found)[1] if found else None


def _agreed(numbers: Tensor) -> _StandIn | None:
    """The same for the numbers that people agreed on: among few others, and one range away from them."""
    ends = float(numbers.nan_to_num(0, 0, 0).min()), float(numbers.nan_to_num(0, 0, 0).max())
    if not any(abs(one - end) <= ROUNDING * abs(one) * 10 for one in AGREED for end in ends):
        return None
    found = _far_away(numbers, AWAY, FEWEST_PIXELS, values=1)
    named = found is not None and any(abs(found.value - one) <= ROUNDING * abs(one) * 10 for one in AGREED)
    return found if named else None


def _inner_widths(others: Tensor) -> tuple[Tensor, Tensor]:
    return others[-1] - others[1], others[-2] - others[0]


def _readable(value: float, size: float) -> float:
    """Without what rounding has added to a number that was normalised, by numbers of this size, and brought back."""
    nearest = round(value)
    return float(nearest) if abs(value - nearest) <= ROUNDING * size else value


def _places(facts: Facts, part: Part, which: Tensor) -> tuple[str, dict[str, list[int]]]:
    indices = torch.nonzero(which).flatten().tolist()[:NAMED]
    known = [one for index in indices if (one := facts.origin((part.name, index))) is not None]
    if not known:
        return "", {}
    return f" (samples {', '.join(str(one) for one in known)} … of your data)", {"samples_of_your_data": known}
