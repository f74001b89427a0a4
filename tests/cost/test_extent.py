"""Points that span a space."""

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.cost.extent import MOST_CORNERS, SAMPLED, costly, spanning_points
from hpsearch.space import Choice, Int, LogUniform, Point, Space


def middle_of(space: Space) -> Point:
    return {path: distribution.quantile(0.5) for path, distribution in space.items()}


def test_only_what_decides_the_cost_is_varied() -> None:
    rate = LogUniform(1e-4, 1.0)
    width, batch = Int(4, 64), Choice((32, 64))
    space = {"optimizer.learning_rate": rate, "network.width": width, "data.batch_size": batch}
    assert costly(space) == {"network.width": width, "data.batch_size": batch}


def test_all_corners_of_a_small_space_are_there() -> None:
    space: Space = {"network.width": Int(4, 64), "network.norm": Choice(("none", "batch", "group"))}
    points = spanning_points(space, middle_of(space))
    assert points[0] == middle_of(space)
    for width in (4, 64):
        for norm in ("none", "batch", "group"):
            assert {"network.width": width, "network.norm": norm} in points


@given(st.integers(1, 12))
def test_a_large_space_has_its_ends_and_few_points(axes: int) -> None:
    space: Space = {f"network.{axis}": Int(1, 100 + axis) for axis in range(axes)}
    points = spanning_points(space, middle_of(space))
    assert points == spanning_points(space, middle_of(space))
    assert len(points) <= MOST_CORNERS + SAMPLED
    assert dict.fromkeys(space, 1) in points
    assert {path: distribution.ends()[-1] for path, distribution in space.items()} in points
    assert len({repr(sorted(point.items())) for point in points}) == len(points)


def test_nothing_to_vary_is_one_point() -> None:
    assert spanning_points({}, {}) == ({},)


def test_true_and_one_are_different_points() -> None:
    space: Space = {"network.bias": Choice((True, 1))}
    assert len(spanning_points(space, {"network.bias": True})) == 2
