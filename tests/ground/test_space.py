"""Distributions really are what they are called: bounds, shapes, round trips, refusals."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hpsearch.space import Choice, Distribution, Grid, Int, LogInt, LogUniform, Uniform, distribution

LAST = math.nextafter(1.0, 0.0)
"""The largest number that a sampler can ask for."""


def drawn(one: Distribution, count: int = 20_000) -> list[float]:
    return [float(one.quantile(u)) for u in np.random.default_rng(0).random(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "theory"),
    [
        (Uniform(-3.0, 5.0), stats.uniform(-3.0, 8.0)),
        (LogUniform(1e-4, 1.0), stats.loguniform(1e-4, 1.0)),
        (LogUniform(2.0, 3.0), stats.loguniform(2.0, 3.0)),
    ],
)
def test_ranges_have_their_distribution(one: Distribution, theory: stats.rv_continuous) -> None:
    assert stats.kstest(drawn(one), theory.cdf).pvalue > 0.01


def test_a_log_uniform_range_is_not_uniform() -> None:
    sample = drawn(LogUniform(1e-4, 1.0))
    assert stats.kstest(sample, stats.uniform(1e-4, 1.0).cdf).pvalue < 1e-6
    assert 0.24 < np.mean(np.array(sample) < 1e-3) < 0.26  # a quarter of the draws in each of four decades


@pytest.mark.parametrize("one", [Int(-2, 7), Choice((1, 2, 4)), Grid((0.5, 1.0, 8.0, 9.0))])
def test_whole_numbers_and_choices_are_equally_likely(one: Distribution) -> None:
    counts = Counter(drawn(one))
    expected = one.high - one.low + 1 if isinstance(one, Int) else len(one.ends())
    assert len(counts) == expected
    assert stats.chisquare(list(counts.values())).pvalue > 0.01


def test_log_int_is_nearly_log_uniform() -> None:
    counts = Counter(drawn(LogInt(1, 64)))
    assert sorted(counts) == list(range(1, 65))
    expected = [20_000 * math.log((k + 1) / k) / math.log(65) for k in range(1, 65)]
    assert stats.chisquare([counts[float(k)] for k in range(1, 65)], expected).pvalue > 0.01


ranges = [Uniform(-1.5, 2.5), LogUniform(1e-7, 0.3), LogUniform(1e-300, 1e300), Int(3, 9), LogInt(1, 1000)]


@pytest.mark.parametrize("one", ranges)
def test_both_bounds_are_within_reach(one: Uniform | LogUniform | Int | LogInt) -> None:
    assert one.quantile(0.0) == pytest.approx(one.low, rel=1e-12)
    assert one.quantile(LAST) == pytest.approx(one.high, rel=1e-12)
    assert one.quantile(0.0) >= one.low
    assert one.quantile(LAST) <= one.high


@pytest.mark.parametrize("one", ranges)
@given(u=st.floats(0, LAST), v=st.floats(0, LAST))
def test_quantiles_rise_and_stay_inside(one: Uniform | LogUniform | Int | LogInt, u: float, v: float) -> None:
    low, high = sorted((u, v))
    assert one.low <= one.quantile(low) <= one.quantile(high) <= one.high


@pytest.mark.parametrize("one", ranges)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_levels_hold_both_ends(one: Uniform | LogUniform | Int | LogInt, count: int) -> None:
    levels = one.levels(count)
    assert len(levels) == len(set(levels)) <= count
    if count > 1:
        assert (levels[0], levels[-1]) == pytest.approx((one.low, one.high))


def test_levels_of_a_log_range_are_evenly_spaced_on_its_scale() -> None:
    assert LogUniform(1e-4, 1.0).levels(5) == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    assert Choice(("a", "b", None)).levels(2) == ("a", "b", None)
    assert Grid((1, 5, 6)).levels(2) == (1, 5, 6)


def two(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    """A low and a high bound."""
    return st.lists(numbers, min_size=2, max_size=2, unique=True).map(sorted)


whole = st.integers(-(10**6), 10**6)
scalars = st.one_of(st.booleans(), st.integers(-99, 99), st.floats(-9, 9), st.text(max_size=5), st.none())
content = st.one_of(
    two(st.floats(-1e9, 1e9)).map(lambda bounds: {"uniform": bounds}),
    two(st.floats(1e-12, 1e9)).map(lambda bounds: {"log_uniform": bounds}),
    two(whole).map(lambda bounds: {"int": bounds}),
    two(st.integers(1, 10**6)).map(lambda bounds: {"log_int": bounds}),
    st.lists(scalars, min_size=1, max_size=6, unique_by=lambda v: (type(v) is bool, v)).map(lambda v: {"choice": v}),
    st.lists(whole, min_size=1, max_size=6, unique=True).map(lambda values: {"grid": sorted(values)}),
)


@given(raw=content, u=st.floats(0, LAST))
def test_what_is_read_is_written_and_read_again(raw: dict[str, list[object]], u: float) -> None:
    one = distribution(raw)
    again = distribution(one.as_dict())  # type: ignore[arg-type]
    assert again == one
    assert one.as_dict() == raw
    assert again.quantile(u) == one.quantile(u)


def test_real_ranges_hold_real_numbers_however_they_are_written() -> None:
    one = distribution({"uniform": [1, 4]})
    assert [type(value) for value in (*one.ends(), *one.levels(3), one.quantile(0.0))] == [float] * 6


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ({"uniform": [2, 1]}, "the low bound of uniform must be below the high one; write a fixed value"),
        ({"int": [3, 3]}, "the low bound of int must be below the high one"),
        ({"log_uniform": [0, 1]}, "must be above zero, since log 0 does not exist; use uniform or a small positive"),
        ({"log_uniform": [-1e-3, 1]}, "must be above zero"),
        ({"log_int": [0, 8]}, "must be above zero"),
        ({"int": [1, 2.5]}, "the bounds of int must be whole numbers; use uniform"),
        ({"int": [True, 5]}, "the bounds of int must be numbers, and True is not one"),
        ({"uniform": ["a", 5]}, "the bounds of uniform must be numbers, and 'a' is not one"),
        ({"uniform": [0, math.inf]}, "must be finite"),
        ({"uniform": [math.nan, 1]}, "must be finite"),
        ({"int": [0, 10**400]}, "must be finite and at most"),
        ({"uniform": [1, 2, 3]}, "uniform takes two bounds, and 3 were given; write uniform: [low, high]"),
        ({"uniform": 3}, "uniform takes a list; write uniform: [1, 4]"),
        ({"choice": "abc"}, "choice takes a list"),
        ({"choice": []}, "choice needs at least one value"),
        ({"choice": ["a", "b", "a"]}, "the values of choice must differ; leave the repeated one out"),
        ({"choice": [1, 1.0]}, "must differ"),
        ({"choice": [[1], [2]]}, "must be numbers, words, true, false or null; leave [1] out"),
        ({"choice": [math.nan]}, "must be finite; leave nan out"),
        ({"grid": []}, "grid needs at least one value"),
        ({"grid": [2, 1]}, "the values of a grid must rise; put them in rising order"),
        ({"grid": [1, "a"]}, "a grid holds numbers; use choice for anything else"),
        ({"grid": [1, 1]}, "must differ"),
        ({"normal": [0, 1]}, "'normal' is not a distribution; use one of uniform, log_uniform, int, log_int"),
        ({"uniform": [0, 1], "int": [0, 1]}, "a distribution has exactly one kind; use one of"),
        ({}, "a distribution has exactly one kind"),
    ],
)
def test_what_is_no_distribution_is_refused_with_rule_and_next_step(raw: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        distribution(raw)
    assert rule in str(caught.value)
    assert "; " in str(caught.value)  # the next step stands behind it


def test_true_and_one_are_different_choices() -> None:
    assert distribution({"choice": [True, 1]}).ends() == (True, 1)
