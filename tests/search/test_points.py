"""Where trials lie: the right distributions, the right number, and nothing but the seed decides."""

from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from hpsearch.search import grid_size, points
from hpsearch.search.sampling import Sampler
from hpsearch.space import Choice, Distribution, Grid, Int, LogInt, LogUniform, Point, Space, Uniform
from hpsearch.stage import StageName

SPACE: Space = {
    "optimizer.learning_rate": LogUniform(1e-5, 1e-1),
    "network.dropout": Uniform(0.0, 0.5),
    "network.depth": Int(1, 6),
    "network.width": LogInt(4, 128),
    "network.activation": Choice(("relu", "tanh", "gelu")),
    "data.batch_size": Grid((16, 32, 64)),
}
DRAWN: tuple[Sampler, ...] = ("random", "sobol")


def draw(sampler: Sampler, space: Space = SPACE, **changes: Any) -> list[Point]:
    settings = {"seed": 7, "stage": StageName.COARSE, "round": 0, "first": 0, "count": 8, "points_per_range": 3}
    return points(sampler, space, **{**settings, **changes})


@pytest.mark.parametrize("sampler", DRAWN)
@pytest.mark.parametrize(
    ("distribution", "theory"),
    [
        (LogUniform(1e-5, 1e-1), stats.loguniform(1e-5, 1e-1)),
        (Uniform(-1.0, 3.0), stats.uniform(-1.0, 4.0)),
    ],
)
def test_ranges_are_drawn_as_they_are_called(sampler: Sampler, distribution: Distribution, theory: Any) -> None:
    values = [point["x"] for point in draw(sampler, {"x": distribution}, count=2000)]
    assert stats.kstest(values, theory.cdf).pvalue > 0.01


@pytest.mark.parametrize("sampler", DRAWN)
def test_whole_numbers_and_choices_are_equally_frequent(sampler: Sampler) -> None:
    drawn = draw(sampler, count=1800)
    for path, values in (("network.depth", range(1, 7)), ("network.activation", ("relu", "tanh", "gelu"))):
        counts = Counter(point[path] for point in drawn)
        assert set(counts) == set(values)
        assert stats.chisquare(list(counts.values())).pvalue > 0.01


@pytest.mark.parametrize("sampler", DRAWN)
def test_hyperparameters_are_independent_of_each_other(sampler: Sampler) -> None:
    drawn = draw(sampler, count=1024)
    rates = np.log([point["optimizer.learning_rate"] for point in drawn])
    assert abs(np.corrcoef(rates, [point["network.dropout"] for point in drawn])[0, 1]) < 0.1


@given(number=st.integers(0, 500), seed=st.integers(0, 2**63 - 1))
@settings(max_examples=25, deadline=None)
def test_a_random_trial_is_a_function_of_seed_stage_and_number(number: int, seed: int) -> None:
    alone = draw("random", seed=seed, first=number, count=1)
    among = draw("random", seed=seed, first=max(0, number - 3), count=6)
    assert alone[0] == among[number - max(0, number - 3)]


@pytest.mark.parametrize("sampler", ["random", "sobol", "grid"])
def test_the_order_of_the_mapping_decides_nothing(sampler: Sampler) -> None:
    assert draw(sampler, dict(reversed(SPACE.items()))) == draw(sampler)


@pytest.mark.parametrize("sampler", DRAWN)
def test_another_seed_or_stage_gives_other_points(sampler: Sampler) -> None:
    variants = [draw(sampler), draw(sampler, seed=8), draw(sampler, stage=StageName.FINE)]
    assert all(not set(map(str, a)) & set(map(str, b)) for i, a in enumerate(variants) for b in variants[:i])


def test_random_trials_go_on_where_the_round_before_ended() -> None:
    assert draw("random", count=10) == draw("random", count=4) + draw("random", round=1, first=4, count=6)


def test_a_longer_sobol_round_begins_like_a_shorter_one() -> None:
    assert draw("sobol", count=5) == draw("sobol", count=21)[:5]


def test_every_sobol_round_is_scrambled_anew() -> None:
    assert draw("sobol", round=0) != draw("sobol", round=1, first=8)


def test_sobol_points_fill_the_space_more_evenly_than_random_ones() -> None:
    cube: Space = {"a": Uniform(0.0, 1.0), "b": Uniform(0.0, 1.0)}

    def unevenness(sampler: Sampler, seed: int) -> float:
        drawn = draw(sampler, cube, seed=seed, count=64)
        return float(qmc.discrepancy([[point["a"], point["b"]] for point in drawn]))

    assert all(unevenness("sobol", seed) < unevenness("random", seed) for seed in range(5))


@pytest.mark.parametrize("sampler", DRAWN)
@pytest.mark.parametrize("count", [0, 1, 3, 8])
def test_as_many_points_as_were_asked_for(sampler: Sampler, count: int) -> None:
    drawn = draw(sampler, count=count)
    assert len(drawn) == count
    assert all(set(point) == set(SPACE) for point in drawn)
    assert draw(sampler, {}, count=count) == [{}] * count


def test_a_grid_is_every_combination_in_counting_order() -> None:
    space: Space = {"b": LogUniform(1e-4, 1.0), "a": Choice(("x", "y")), "c": Grid((1, 5))}
    drawn = draw("grid", space, points_per_range=3, count=99)
    rates = [float(point["b"]) for point in drawn[:6:2]]
    assert rates == pytest.approx([1e-4, 1e-2, 1.0])
    assert [tuple(point.values()) for point in drawn] == list(product(("x", "y"), rates, (1, 5)))
    assert list(drawn[0]) == ["a", "b", "c"]


def test_a_grid_holds_no_whole_number_twice() -> None:
    assert [point["n"] for point in draw("grid", {"n": Int(1, 3)}, points_per_range=10)] == [1, 2, 3]
    assert [point["n"] for point in draw("grid", {"n": LogInt(1, 4)}, points_per_range=10)] == [1, 2, 3, 4]


@pytest.mark.parametrize("levels", [2, 3, 7])
def test_the_size_of_a_grid_is_known_beforehand(levels: int) -> None:
    assert grid_size(SPACE, levels) == len(draw("grid", points_per_range=levels))
    assert grid_size({}, levels) == len(draw("grid", {}, points_per_range=levels)) == 1
