"""The middle of a space: the one point that the sanity stages look at."""

from hpsearch.space import Choice, Point, Space


def centre(space: Space) -> Point:
    """One value for every distribution.

    Ranges and grids have a middle: the median, which for logarithmic ranges is the geometric mean. The values of
    a choice have no order, so there the first one stands: whoever writes a choice puts the usual value first.
    """
    return {
        path: distribution.values[0] if isinstance(distribution, Choice) else distribution.quantile(0.5)
        for path, distribution in space.items()
    }
