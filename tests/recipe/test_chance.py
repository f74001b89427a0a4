"""Noise and chance of validation scores, against exact and simulated ones."""

import math

import numpy as np
import pytest
from scipy import stats

from hpsearch.recipe.chance import (
    SIGNIFICANCE,
    chance_of_accuracy,
    guessing_loss,
    least_accuracy,
    lucky_share,
    noise,
)
from hpsearch.recipe.output_loss import excess, floor_of_probabilities, tolerance
from hpsearch.study import Objective, objective_for
from hpsearch.task import Task
from tests.recipe.recipe_cases import REGRESSION, TASK

ACCURACY, LOSS = Objective(metric="val_accuracy"), Objective(metric="val_loss")


@pytest.mark.parametrize("right", [0, 1, 39, 40, 41, 60, 400])
def test_the_chance_of_an_accuracy_is_the_binomial_tail(right: int) -> None:
    exact = stats.binom(400, 0.1).sf(right - 1)
    assert chance_of_accuracy(right / 400, 1, TASK) == pytest.approx(exact, rel=1e-9, abs=1e-300)


def test_many_looks_raise_the_chance_and_the_bar() -> None:
    assert chance_of_accuracy(0.15, 20, TASK) == pytest.approx(20 * chance_of_accuracy(0.15, 1, TASK))
    assert chance_of_accuracy(0.11, 1000, TASK) == 1.0
    assert least_accuracy(1000, TASK) > least_accuracy(10, TASK) > 0.1


def test_the_least_accuracy_is_the_first_that_is_significant() -> None:
    least = least_accuracy(96, TASK)
    assert chance_of_accuracy(least, 96, TASK) <= SIGNIFICANCE < chance_of_accuracy(least - 1 / 400, 96, TASK)


def test_guessing_passes_as_rarely_as_promised() -> None:
    generator = np.random.default_rng(0)
    best = generator.binomial(400, 0.1, size=(4000, 96)).max(axis=1) / 400
    assert np.mean(best >= least_accuracy(96, TASK)) <= 1.5 * SIGNIFICANCE


def test_luck_in_regression_passes_as_rarely_as_promised() -> None:
    """Predictions a·g with the best a that hindsight could choose, g unrelated to the targets."""
    generator = np.random.default_rng(0)
    targets = generator.standard_normal((2000, 400))
    guess = generator.standard_normal((2000, 400))
    gain = (targets * guess).mean(1).clip(0) ** 2 / (guess**2).mean(1) / (targets**2).mean(1)
    assert np.mean(gain > lucky_share(1, REGRESSION)) <= 1.5 * SIGNIFICANCE


def test_guessing_a_quantity_costs_what_the_data_say() -> None:
    assert guessing_loss(REGRESSION) == 0.9
    assert guessing_loss(Task("l1", (1, 8, 8), 1, 9, 9, 9)) == pytest.approx(math.sqrt(2 / math.pi))


def test_the_noise_of_an_accuracy_is_binomial_and_never_zero() -> None:
    assert noise(0.5, ACCURACY, TASK) == pytest.approx(math.sqrt(0.25 / 400), rel=1e-3)
    assert noise(1.0, ACCURACY, TASK) > 0
    assert noise(0.3, LOSS, TASK) == pytest.approx(0.3 / 20)


def test_trials_are_compared_by_the_study_or_else_by_the_task() -> None:
    assert objective_for(None, TASK).metric == "val_accuracy"
    assert objective_for(None, REGRESSION).metric == "val_loss"
    assert objective_for(LOSS, TASK) is LOSS


@pytest.mark.parametrize("outputs", [2, 10, 100])
def test_outputs_in_the_unit_interval_have_a_least_loss(outputs: int) -> None:
    best = np.zeros(outputs)
    best[0] = 1.0
    assert floor_of_probabilities(outputs) == pytest.approx(np.log(np.exp(best).sum()) - 1.0)


@pytest.mark.parametrize("loss", ["cross_entropy", "l1", "l2"])
@pytest.mark.parametrize("variance", [0.01, 0.3])
def test_the_excess_of_noisy_outputs_is_what_theory_says(loss: str, variance: float) -> None:
    generator = np.random.default_rng(0)
    outputs = generator.normal(0, math.sqrt(variance), (200_000, 10))
    if loss == "cross_entropy":
        task = Task("cross_entropy", (1, 8, 8), 10, 9, 9, 9)
        measured = (np.log(np.exp(outputs).sum(1)) - outputs[:, 0]).mean()
    else:
        task = Task(loss, (1, 8, 8), 1, 9, 9, 9)  # type: ignore[arg-type]
        errors = outputs - generator.standard_normal(outputs.shape)
        measured = np.abs(errors).mean() if loss == "l1" else (errors**2).mean()
    assert measured - task.initial_loss == pytest.approx(excess(task, variance), rel=0.06, abs=3e-3)


def test_the_tolerance_allows_what_kaiming_gives_the_last_layer() -> None:
    assert tolerance(TASK) == pytest.approx(0.9)
    assert tolerance(REGRESSION) == pytest.approx(2.0)
