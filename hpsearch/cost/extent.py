"""Points of a space that span what its networks cost: its corners, and some points between them."""

import itertools
import math
from collections.abc import Iterable

from hpsearch.space import Point, Space, Value

MOST_CORNERS = 24
SAMPLED = 8
GOLDEN = (math.sqrt(5) - 1) / 2


def costly(space: Space) -> Space:
    """The part of a space that decides what a network and its training cost."""
    decides = ("data.batch_size", "optimizer.name")
    return {path: values for path, values in space.items() if path.startswith("network.") or path in decides}


def spanning_points(space: Space, middle: Point) -> tuple[Point, ...]:
    """At most 32 different points, always the same ones for the same space, ``middle`` being the first.

    All corners if they are few; else the low one, the high one, and those that differ from the middle or from these
    two in one hyperparameter. Between them lie eight points of a Kronecker sequence, which fill the space evenly.
    """
    points = [dict(middle), *itertools.islice(_corners(space, middle), MOST_CORNERS - 1), *_between(space, middle)]
    different: dict[tuple[tuple[str, str], ...], Point] = {}
    for point in points:
        different.setdefault(tuple((path, repr(value)) for path, value in sorted(point.items())), point)
    return tuple(different.values())


def _corners(space: Space, middle: Point) -> Iterable[dict[str, Value]]:
    ends = {path: distribution.ends() for path, distribution in space.items()}
    if math.prod(len(values) for values in ends.values()) < MOST_CORNERS:
        for values in itertools.product(*ends.values()):
            yield {**middle, **dict(zip(ends, values, strict=True))}
        return
    low = {**middle, **{path: values[0] for path, values in ends.items()}}
    high = {**middle, **{path: values[-1] for path, values in ends.items()}}
    yield from (low, high)
    for base in (high, low, dict(middle)):
        for path, values in ends.items():
            yield from ({**base, path: value} for value in values if value != base[path])


def _between(space: Space, middle: Point) -> Iterable[dict[str, Value]]:
    for number in range(1, SAMPLED + 1):
        yield {
            **middle,
            **{
                path: distribution.quantile(number * GOLDEN ** (axis + 1) % 1)
                for axis, (path, distribution) in enumerate(space.items())
            },
        }
