"""Which learning rates are tried, and which of them are the study's own."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from hpsearch.job import Budget, job_for
from hpsearch.recipe.learning_rates import allowed, constant_rate, ladder, own_rates, sweep_grid, with_own, within
from hpsearch.space import Choice, Grid, Int, LogUniform, Uniform
from hpsearch.stage import StageName
from tests.recipe.recipe_cases import study


def rated(rate: Any, **sections: Any) -> Any:
    return study(optimizer={"learning_rate": rate}, **sections)


def test_the_sweep_holds_the_powers_of_ten_and_two_rates_in_each_gap() -> None:
    grid = sweep_grid(rated(0.01))
    assert len(grid) == 13
    assert set(grid) >= {1e-1, 1e-2, 1e-3, 1e-4, 1e-5}
    assert [b / a for a, b in pairwise(grid)] == pytest.approx([10 ** (1 / 3)] * 12, rel=1e-4)


@pytest.mark.parametrize(("low", "high", "count"), [(1e-5, 1.0, 16), (1e-7, 1e-3, 19), (2e-3, 5.0, 19)])
def test_the_sweep_goes_on_to_the_studys_own_ends(low: float, high: float, count: int) -> None:
    grid = sweep_grid(rated({"log_uniform": [low, high]}))
    assert len(grid) == count
    assert grid[0] <= low * 1.000001
    assert grid[-1] >= min(1e-1, high) * 0.999999


def test_absurd_ends_do_not_make_the_sweep_endless() -> None:
    assert len(sweep_grid(rated({"log_uniform": [1e-200, 1e200]}))) == 34


@pytest.mark.parametrize("rate", [0.0123, 1e-9, 100.0, 1e-30])
def test_a_fixed_rate_is_tried_as_well(rate: float) -> None:
    assert rate in sweep_grid(rated(rate))


def test_a_range_between_two_rates_is_tried_in_its_middle() -> None:
    assert any(0.011 <= rate <= 0.012 for rate in sweep_grid(rated({"uniform": [0.011, 0.012]})))


@pytest.mark.parametrize(
    ("own", "grid"),
    [
        ({"log_uniform": [1e-5, 1.0]}, (0.1, 0.3)),
        (0.5, (0.1, 0.3, 0.5)),
        ({"choice": [0.1, 0.7]}, (0.1, 0.3, 0.7)),
        ({"uniform": [0.5, 0.7]}, (0.1, 0.3, 0.5, 0.6, 0.7)),
    ],
)
def test_the_users_rates_replace_the_grid_and_the_studys_own_join_them(own: Any, grid: tuple[float, ...]) -> None:
    assert sweep_grid(rated(own, recipe={"lr_sweep": {"learning_rates": [0.3, 0.1, 0.3]}})) == pytest.approx(grid)


def test_momentum_scales_the_rates_of_sgd_and_rmsprop() -> None:
    assert ladder("sgd", 0.9) == (3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
    assert ladder("sgd", 0.0) == pytest.approx([10 * rate for rate in ladder("sgd", 0.9)])
    assert ladder("adam", 0.5) == ladder("adamw", 0.9)
    assert ladder("rmsprop", 0.0) == ladder("adam", 0.9)
    assert ladder("rmsprop", 0.9) == pytest.approx([rate / 10 for rate in ladder("adam", 0.9)])
    assert ladder("adagrad", 0.9) == pytest.approx([10 * rate for rate in ladder("adam", 0.9)])


def test_own_rates_join_only_where_none_of_the_others_is_allowed() -> None:
    assert with_own(rated({"log_uniform": [1e-3, 1.0]}), (0.01, 0.1)) == (0.01, 0.1)
    assert with_own(rated({"log_uniform": [1e-10, 1e-8]}), (0.01,)) == (pytest.approx(1e-9), 0.01)
    assert with_own(rated({"choice": [1e-9, 1e-6]}), (0.01,)) == (1e-9, 1e-6, 0.01)
    assert with_own(rated(1e-9), (0.01,)) == (1e-9, 0.01)


def test_what_the_definition_allows() -> None:
    rates = (1e-4, 1e-3, 1e-2)
    assert allowed(rated({"log_uniform": [1e-3, 1.0]}), rates) == (1e-3, 1e-2)
    assert allowed(rated({"choice": [1e-4, 1.0]}), rates) == (1e-4,)
    assert allowed(rated(1e-3), rates) == (1e-3,)
    assert own_rates(rated({"choice": [0.5, 0.1]})) == (0.5, 0.1)


def test_the_part_of_the_rates_between_two_of_them() -> None:
    assert within(LogUniform(1e-5, 1.0), 1e-3, 1e-1) == LogUniform(1e-3, 1e-1)
    assert within(Uniform(0.0, 0.01), 1e-3, 1e-1) == Uniform(1e-3, 0.01)
    assert within(Choice((1.0, 0.01)), 1e-3, 1e-1) == Choice((0.01,))
    assert within(Grid((1e-4, 1e-2)), 1e-3, 1e-1) == Grid((1e-2,))
    assert within(Int(1, 4), 1.5, 9.0) == Grid((2, 3, 4))
    for own in (LogUniform(1e-5, 1e-4), Choice((1.0,)), Int(1, 2)):
        assert within(own, 1e-3, 1e-1) is None


def test_a_look_at_one_rate_has_neither_schedule_nor_warm_up() -> None:
    definition = study(
        optimizer={"learning_rate": 0.1, "clip_norm": 1.0, "schedule": {"name": "cosine", "warmup": 0.2}}
    )
    wanted = job_for(definition, StageName.LR_SWEEP, 0, {"optimizer.weight_decay": 0.0}, Budget(steps=9))
    expected = replace(wanted.optimizer, schedule="constant", warmup=0.0)
    assert constant_rate(wanted).optimizer == expected != wanted.optimizer
