"""Importances: right where the truth is known, silent where there is nothing but chance."""

import math
import random
from collections.abc import Callable, Sequence
from statistics import fmean

import pytest
from scipy import stats

from hpsearch.report.importance import (
    SIGNIFICANCE,
    Importance,
    association,
    chi_square_tail,
    importances,
    shares_beaten,
)
from hpsearch.report.levels import levels
from hpsearch.space import Value

Score = Callable[[Sequence[float]], float]


def found(score: Score, trials: int, axes: int = 3, seed: int = 0, split: float = 1.0) -> list[Importance]:
    """Importances of random trials in the unit cube, the last of them in a second round whose scores are all higher."""
    draw = random.Random(seed)
    points = [[draw.random() for _ in range(axes)] for _ in range(trials)]
    rounds = ["coarse" if number < split * trials else "fine" for number in range(trials)]
    scores = [score(point) + (100 if name == "fine" else 0) for point, name in zip(points, rounds, strict=True)]
    columns = [levels([point[axis] for point in points]).places for axis in range(axes)]
    return importances(shares_beaten(scores, rounds), rounds, columns)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 20])
@pytest.mark.parametrize("statistic", [0.0, 0.1, 1.0, 5.0, 30.0, 300.0])
def test_the_tail_of_chi_square(statistic: float, freedom: int) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(stats.chi2.sf(statistic, freedom), rel=1e-9)


def test_one_round_without_others_is_the_test_of_kruskal_and_wallis() -> None:
    draw = random.Random(4)
    places = [draw.randrange(3) for _ in range(30)]
    scores = [round(draw.random() + place / 5, 1) for place in places]  # with ties
    rounds = [0] * 30
    groups = [[score for score, other in zip(scores, places, strict=True) if other == place] for place in range(3)]
    assert association(shares_beaten(scores, rounds), rounds, places).p_value == pytest.approx(
        stats.kruskal(*groups).pvalue
    )


def test_shares_of_others_beaten_are_counted_within_the_round() -> None:
    assert shares_beaten([1, 3, 2, 2, 50, 7], ["a", "a", "a", "a", "b", "c"]) == [0, 1, 0.5, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("split", [1.0, 0.6])
def test_known_shares_of_variance_are_found(split: float) -> None:
    """Of 2a + b with a and b uniform a explains four fifths and b one fifth (first-order Sobol indices).

    Five ranges of a uniform number keep 1 − 1/25 of its variance.
    """
    studies = [found(lambda x: 2 * x[0] + x[1], 300, seed=seed, split=split) for seed in range(6)]
    first, second, nothing = (fmean(study[axis].share for study in studies) for axis in range(3))
    assert first == pytest.approx(0.8 * 24 / 25, abs=0.05)
    assert second == pytest.approx(0.2 * 24 / 25, abs=0.05)
    assert nothing == pytest.approx(0.0, abs=0.02)
    assert max(study[axis].p_value for study in studies for axis in (0, 1)) < 0.001


def test_a_bent_curve_counts_as_much_as_a_straight_one() -> None:
    """As a learning rate whose middle is best: rank correlation would see nothing."""
    bent, nothing = found(lambda x: -((x[0] - 0.5) ** 2), 60, axes=2)
    assert bent.share > 0.7
    assert bent.p_value < 0.001
    assert nothing.p_value > SIGNIFICANCE
    assert max(bent.ranks, key=lambda place: bent.ranks[place].beaten) in (1, 2, 3)


def test_a_small_effect_is_seen_behind_a_large_one() -> None:
    large, small, nothing = found(lambda x: round(3 * x[0]) + 0.5 * x[1] + 0.3 * x[2] ** 0, 60)
    assert large.p_value < 0.001
    assert small.p_value < 0.01
    assert nothing.p_value > SIGNIFICANCE


@pytest.mark.parametrize(("trials", "strong"), [(24, False), (60, False), (60, True)])
def test_chance_alone_is_seldom_called_important(trials: int, strong: bool) -> None:
    """In 200 studies at most one in twenty, beside a strong hyperparameter too, and some luck of the dice."""
    wrong = 0
    for seed in range(200):
        draw = random.Random(seed)
        noise = [draw.random() for _ in range(trials)]
        values = iter(noise)
        others = found(lambda x, values=values: 5.0 * strong * round(2 * x[0]) + next(values), trials, 4, seed, 0.7)
        wrong += any(one.p_value < SIGNIFICANCE for one in (others[1:] if strong else others))
    assert wrong <= 200 * SIGNIFICANCE + 6


def test_chance_explains_nothing_on_average() -> None:
    """Without the correction a hyperparameter of five levels explains 4 / 23 of 24 ranks by chance."""
    shares = []
    for seed in range(300):
        draw = random.Random(seed)
        places = [number % 5 for number in range(24)]
        beaten = shares_beaten([draw.random() for _ in places], [0] * 24)
        shares.append(association(beaten, [0] * 24, places).share)
    assert sum(shares) / len(shares) < 0.06  # not quite 0, for shares are cut at 0


def test_what_says_nothing_is_no_error() -> None:
    nothing = association([0.5] * 4, [0] * 4, [0, 1, 0, 1])  # all equal
    assert (nothing.share, nothing.p_value, nothing.ranks) == (0.0, 1.0, {})
    assert association([0.0, 0.5, 1.0], [0] * 3, [0, 1, 2]).p_value == 1.0  # each at a level of its own
    assert association([0.0, 1.0], [0, 0], [1, 1]).p_value == 1.0
    assert importances([], [], []) == []
    assert not math.isnan(importances([0.0, 1.0], [0, 0], [[0, 1]])[0].share)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ((3, 1, 3, 2), ("1", "2", "3")),
        (("relu", None, True, "relu"), ("relu", "none", "yes")),
        ((0.5, 0.25), ("0.25", "0.5")),
        (tuple(range(12)), ("0 … 5", "6 … 11")),
        (tuple(range(60)), ("0 … 11", "12 … 23", "24 … 35", "36 … 47", "48 … 59")),
        ((*[1] * 50, 2, 3, 4, 5, 6, 7), ("1", "2 … 7")),
    ],
)
def test_levels(values: tuple[Value, ...], names: tuple[str, ...]) -> None:
    of = levels(values)
    assert of.names == names
    assert len(of.places) == len(values)
    assert set(of.places) == set(range(len(names)))
    numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        assert [place for _, place in sorted(zip(values, of.places, strict=True))] == sorted(of.places)
