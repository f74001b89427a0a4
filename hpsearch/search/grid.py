"""Grid search: every combination of a few levels of every distribution."""

import itertools
import math

from hpsearch.space import Point, Space


def grid_points(space: Space, points_per_range: int) -> list[Point]:
    """Every combination of levels, in the order of counting.

    Paths are taken in alphabetical order and the levels of each in the order of the distribution (ranges rise,
    choices are as the user wrote them); the last path changes fastest. A range has ``points_per_range`` levels,
    evenly placed on its own scale with both ends included; choices and grids have all their values. An empty
    space has one point, the empty one.
    """
    paths = sorted(space)
    levels = [space[path].levels(points_per_range) for path in paths]
    return [dict(zip(paths, values, strict=True)) for values in itertools.product(*levels)]


def grid_size(space: Space, points_per_range: int) -> int:
    """How many points ``grid_points`` returns, without building them."""
    return math.prod(len(distribution.levels(points_per_range)) for distribution in space.values())
