"""What the rounds of a stage drew from, in Optuna's words; Optuna itself reads it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    json_to_distribution,
)

from hpsearch.space import Choice, Distribution, Grid, Int, LogInt, LogUniform, Uniform
from hpsearch.stage import StageName
from hpsearch.store.optuna_space import optuna_distributions
from hpsearch.store.planned import planned
from tests.store.study_samples import SPACE, jobs


def hull(*parts: Distribution) -> BaseDistribution:
    written = optuna_distributions([{"x": part} for part in parts])
    return json_to_distribution(json.dumps(written["x"]))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([Uniform(0.0, 0.5)], FloatDistribution(0.0, 0.5)),
        ([LogUniform(1e-5, 1.0)], FloatDistribution(1e-5, 1.0, log=True)),
        ([Int(-1, 8)], IntDistribution(-1, 8)),
        ([LogInt(1, 512)], IntDistribution(1, 512, log=True)),
        ([Choice(("relu", None, True, 1))], CategoricalDistribution(("relu", None, True, 1))),
        ([Choice((16, 32))], CategoricalDistribution((16, 32))),
        ([Choice((True,))], CategoricalDistribution((True,))),
        # A parameter that is held at one number is a number.
        ([Choice((0.01,))], FloatDistribution(0.01, 0.01)),
        ([Choice((3,))], IntDistribution(3, 3)),
        # Grids are ranges on the axis that shows them best.
        ([Grid((32, 64, 128))], IntDistribution(32, 128)),
        ([Grid((0.0, 0.1, 0.2))], FloatDistribution(0.0, 0.2)),
        ([Grid((1e-5, 1e-3, 0.1))], FloatDistribution(1e-5, 0.1, log=True)),
        ([Grid((0, 0.5))], FloatDistribution(0.0, 0.5)),
        ([Grid((1, 100))], IntDistribution(1, 100, log=True)),
        # Several rounds: one distribution for all of their trials.
        ([LogUniform(1e-4, 1e-1), LogUniform(1e-3, 0.5)], FloatDistribution(1e-4, 0.5, log=True)),
        ([Int(1, 8), Choice((3,))], IntDistribution(1, 8)),
        ([LogUniform(1e-4, 1e-1), Choice((1e-3,))], FloatDistribution(1e-4, 1e-1, log=True)),
        ([Choice(("a", "b", "c")), Choice(("b",))], CategoricalDistribution(("a", "b", "c"))),
        ([Choice((16, 32)), Choice((16,))], CategoricalDistribution((16, 32))),
        ([Choice((1, True)), Choice((2, 1))], CategoricalDistribution((1, True, 2))),
        ([LogUniform(0.1, 1.0), Uniform(0.0, 1.0)], FloatDistribution(0.0, 1.0)),
    ],
)
def test_the_hull_of_the_rounds(parts: Sequence[Distribution], expected: BaseDistribution) -> None:
    assert hull(*parts) == expected


def test_a_path_of_one_round_only_is_there_too() -> None:
    assert list(optuna_distributions([{"a": Int(1, 2)}, {"b": Int(1, 2), "a": Int(1, 2)}])) == ["a", "b"]


@given(st.data())
def test_every_value_of_every_round_is_inside(data: st.DataObject) -> None:
    numbers = st.lists(st.integers(1, 50), min_size=2, max_size=2, unique=True).map(sorted)
    kinds: list[Any] = [
        Int,
        LogInt,
        Uniform,
        LogUniform,
        lambda low, high: Grid((low, high)),
        lambda low, _: Choice((low,)),
    ]
    parts = [data.draw(st.sampled_from(kinds))(*data.draw(numbers)) for _ in range(data.draw(st.integers(1, 3)))]
    shown = hull(*parts)
    for part in parts:
        value = part.quantile(data.draw(st.floats(0, 1, exclude_max=True)))
        assert shown._contains(shown.to_internal_repr(value))


def test_a_plan_completes_its_space() -> None:
    made = jobs(count=4)
    rates = sorted(job.parameters["optimizer.learning_rate"] for job in made)
    space = {"network.activation": Choice(("relu",))}
    completed = planned(StageName.COARSE, 0, made, space).space
    assert completed["optimizer.learning_rate"] == Grid(tuple(rates))
    assert set(completed) == set(SPACE)
    activation, drawn = completed["network.activation"], {job.parameters["network.activation"] for job in made}
    assert isinstance(activation, Choice)
    assert activation.values[0] == "relu"
    assert set(activation.values) == {"relu", *drawn}
