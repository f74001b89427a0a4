"""The region around the best trials: what a fine search looks at next.

Why it is as wide as it is: docs/decisions/0012-region-of-the-fine-search.md.

Every distribution is seen on its own scale from 0 (its low end) to 1 (its high end), logarithmic where it is. A region
keeps all that the best trials span, and at least ``half_width`` on either side of the very best, within the ends.
"""

import math
from collections.abc import Sequence

from hpsearch.space import Choice, Distribution, Grid, Int, LogInt, LogUniform, Point, Space, Uniform, Value

Range = Uniform | LogUniform | Int | LogInt


def region(space: Space, best: Sequence[Point], half_width: float) -> Space:
    """The part of ``space`` around ``best`` (best first, at least one).

    Ranges shrink to what the best span, widened to ``half_width`` of the whole on either side of the best one;
    whole numbers are rounded outwards. A grid keeps the values that the best span and one more on either side, a
    choice the values that the best have.
    """
    return {path: _around(part, [point[path] for point in best], half_width) for path, part in space.items()}


def position(distribution: Range, value: Value) -> float:
    """Where a value lies between the ends of a range, 0 … 1, on the range's own scale; clipped to the ends."""
    number = _number(value)
    if isinstance(distribution, LogUniform | LogInt):
        number = max(number, distribution.low)  # a logarithm is taken: clip first
        share = math.log(number / distribution.low) / math.log(distribution.high / distribution.low)
    else:
        share = (number - distribution.low) / (distribution.high - distribution.low)
    return min(1.0, max(0.0, share))


def part(distribution: Range, low: float, high: float) -> Distribution:
    """The part of a range between two positions; whole numbers are rounded outwards, one that is left is a choice."""
    if isinstance(distribution, Uniform | LogUniform):
        kind = type(distribution)
        return kind(_value(distribution, low), _value(distribution, high)) if low < high else distribution
    lowest = max(distribution.low, math.floor(_value(distribution, low) + 1e-9))
    highest = min(distribution.high, math.ceil(_value(distribution, high) - 1e-9))
    return type(distribution)(lowest, highest) if lowest < highest else Choice((lowest,))


def _around(distribution: Distribution, values: Sequence[Value], half_width: float) -> Distribution:
    match distribution:
        case Choice():
            kept = {(isinstance(value, bool), value) for value in values}  # True is not 1
            return Choice(tuple(v for v in distribution.values if (isinstance(v, bool), v) in kept))
        case Grid():
            places = [distribution.values.index(value) for value in values]
            return Grid(distribution.values[max(0, min(places) - 1) : max(places) + 2])
        case _:
            places_in_range = [position(distribution, value) for value in values]
            best = places_in_range[0]
            low = max(0.0, min(best - half_width, *places_in_range))
            return part(distribution, low, min(1.0, max(best + half_width, *places_in_range)))


def _value(distribution: Range, share: float) -> float:
    """The value at a position: the inverse of ``position``."""
    low, high = distribution.low, distribution.high
    if share in (0.0, 1.0):
        return high if share else low  # the ends exactly, whatever rounding does
    if isinstance(distribution, LogUniform | LogInt):
        return low * math.exp(share * math.log(high / low))
    return low + share * (high - low)


def _number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"a range holds numbers, and {value!r} is not one; was the trial drawn from another space?")
    return value
