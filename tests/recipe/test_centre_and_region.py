"""The middle of a space, and the region around its best points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.recipe.centre import centre
from hpsearch.recipe.search.region import part, position, region
from hpsearch.space import Choice, Distribution, Grid, Int, LogInt, LogUniform, Uniform

RANGES: tuple[Uniform | LogUniform | Int | LogInt, ...] = (
    Uniform(-2.0, 3.0),
    LogUniform(1e-6, 1e-1),
    Int(1, 9),
    Int(1, 2),
    LogInt(1, 512),
    LogInt(3, 4),
)


def test_the_centre_is_the_median_and_the_first_choice() -> None:
    space = {
        "a": Uniform(0.0, 1.0),
        "b": LogUniform(1e-4, 1e-2),
        "c": Int(1, 3),
        "d": Choice(("tanh", "relu", "gelu")),
        "e": Grid((1, 2, 8)),
    }
    assert centre(space) == {"a": 0.5, "b": pytest.approx(1e-3), "c": 2, "d": "tanh", "e": 2}


@given(st.sampled_from(RANGES), st.lists(st.floats(0, 1), min_size=1, max_size=5), st.floats(0.01, 0.5))
def test_a_region_holds_the_best_and_stays_inside(distribution: Distribution, us: list[float], half: float) -> None:
    values = [distribution.quantile(min(u, 1 - 1e-12)) for u in us]
    found = region({"x": distribution}, [{"x": value} for value in values], half)["x"]
    low, high = found.ends()[0], found.ends()[-1]
    whole = distribution.ends()
    assert whole[0] <= low <= high <= whole[1]  # type: ignore[operator]
    assert all(low - 1e-12 <= value <= high + 1e-12 for value in values)  # type: ignore[operator]
    assert all(low <= found.quantile(u) <= high for u in (0.0, 0.3, 0.999))  # type: ignore[operator]


def test_a_region_around_one_trial_has_the_width_that_was_asked_for() -> None:
    found = region({"x": LogUniform(1e-4, 1.0), "y": Uniform(0.0, 8.0)}, [{"x": 1e-2, "y": 4.0}], 1 / 8)
    assert found["x"].ends() == pytest.approx((10**-2.5, 10**-1.5))
    assert found["y"].ends() == pytest.approx((3.0, 5.0))


def test_a_region_spans_the_best_where_they_lie_apart() -> None:
    points = [{"x": 1e-2}, {"x": 1e-4}, {"x": 1.5e-2}]
    assert region({"x": LogUniform(1e-5, 1.0)}, points, 0.05)["x"].ends() == pytest.approx((1e-4, 10**-1.75))


def test_a_region_is_cut_at_the_ends_of_the_definition() -> None:
    assert region({"x": Uniform(0.0, 1.0)}, [{"x": 0.02}], 1 / 8)["x"].ends() == pytest.approx((0.0, 0.145))


def test_a_region_of_whole_numbers_is_rounded_outwards() -> None:
    assert region({"x": Int(1, 9)}, [{"x": 5}], 1 / 16)["x"] == Int(4, 6)
    assert region({"x": LogInt(1, 256)}, [{"x": 16}], 1 / 8)["x"] == LogInt(8, 32)


def test_a_region_of_a_set_keeps_its_kind() -> None:
    space = {"c": Choice(("a", "b", "c")), "g": Grid((1, 2, 4, 8, 16))}
    found = region(space, [{"c": "c", "g": 4}, {"c": "a", "g": 4}], 1 / 8)
    assert found == {"c": Choice(("a", "c")), "g": Grid((2, 4, 8))}


def test_true_is_not_one_in_a_region_of_choices() -> None:
    assert region({"c": Choice((True, 1, "x"))}, [{"c": True}], 1 / 8)["c"] == Choice((True,))


@given(st.sampled_from(RANGES[:2]), st.floats(0, 1))
def test_position_is_the_inverse_of_the_quantile(distribution: Uniform | LogUniform, share: float) -> None:
    assert position(distribution, distribution.quantile(share)) == pytest.approx(share, abs=1e-9)


def test_what_is_left_of_a_range_of_whole_numbers_may_be_one_value() -> None:
    assert part(Int(1, 9), 0.25, 0.25) == Choice((3,))


def test_a_value_that_no_range_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="another space"):
        position(Uniform(0.0, 1.0), "relu")
