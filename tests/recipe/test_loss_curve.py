"""What counts as a drop of the loss, and what as an explosion."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hpsearch.recipe.loss_curve import Course, LossCurve, loss_curve
from hpsearch.stage import StageName
from hpsearch.trial import Failure
from tests.recipe.recipe_cases import REGRESSION, TASK, ended, exponential, failed, planned, study

JOB = planned(StageName.LR_SWEEP, study()).jobs[0]
START = math.log(10)


def curve(losses: tuple[float, ...], **settings: Any) -> LossCurve:
    return loss_curve(ended(JOB, step_losses=losses), settings.get("task", TASK), window=10)


def test_a_falling_loss_has_fallen_as_far_as_its_end() -> None:
    found = curve(exponential(START, 0.5, 100))
    assert found.course is Course.FELL
    assert found.drop == pytest.approx(START - 0.5, abs=0.05)


@pytest.mark.parametrize("seed", range(40))
def test_noise_alone_is_no_drop(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.15, 100)
    assert curve(tuple(START + noise)).course is Course.STOOD_STILL


def test_a_drop_below_the_noise_is_none_and_the_same_drop_above_it_is_one() -> None:
    assert curve(exponential(START, START - 0.2, 100, noise=0.3)).course is Course.STOOD_STILL
    assert curve(exponential(START, START - 0.2, 100, noise=0.01)).course is Course.FELL


def test_smoothed_labels_leave_less_to_fall() -> None:
    smoothed = replace(JOB, label_smoothing=0.9)
    losses = exponential(START, START - 0.01, 100, noise=0.001)
    assert curve(losses).course is Course.STOOD_STILL
    found = loss_curve(ended(smoothed, step_losses=losses), TASK, window=10)
    assert found.course is Course.FELL
    assert found.stood_still is not None
    plain = replace(smoothed, regularised=False)
    assert loss_curve(ended(plain, step_losses=losses), TASK, window=10).course is Course.STOOD_STILL


def test_a_leap_of_the_first_updates_hides_no_drop() -> None:
    found = curve((START, 6.4, 3.1, *exponential(START, 0.05, 98)))  # as RMSprop's
    assert found.course is Course.FELL
    assert found.needed == pytest.approx(0.03 * START)


@pytest.mark.parametrize("seed", range(20))
def test_a_first_batch_that_is_easy_by_chance_hides_no_drop(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.1, 100)
    losses = np.linspace(START, START - 0.3, 100) + noise
    losses[0] = START - 0.2  # two of its deviations
    assert curve(tuple(losses)).course is Course.FELL
    losses[0] = START - 2.0  # it knows something: falling to guessing is none
    assert curve(tuple(losses)).course is not Course.FELL


def test_a_tiny_drop_is_none_however_quiet() -> None:
    assert curve(exponential(START, START - 0.04, 100, noise=0.0)).course is Course.STOOD_STILL


def test_falling_from_a_bad_start_to_guessing_is_no_learning() -> None:
    found = curve(exponential(3.2, START, 100))
    assert found.course is Course.STOOD_STILL
    assert found.drop < 0.05


def test_the_loss_of_guessing_in_regression_is_the_tasks() -> None:
    assert curve(exponential(2.5, 1.0, 100), task=REGRESSION).course is Course.STOOD_STILL
    assert curve(exponential(1.0, 0.5, 100), task=REGRESSION).course is Course.FELL


def test_a_loss_that_comes_back_from_far_above_its_start_is_unstable_and_has_not_exploded() -> None:
    rising = exponential(START, 9.0, 50)
    found = curve((*rising, *exponential(9.0, 0.2, 100)))
    assert found.course is Course.UNSTABLE
    assert found.drop == 0
    assert found.recovered
    assert not curve((*rising, *exponential(9.0, START, 100))).recovered


def test_a_loss_that_ends_far_above_its_start_has_exploded() -> None:
    assert curve((START, *[9.0] * 99)).course is Course.EXPLODED


def test_one_bad_batch_is_no_explosion() -> None:
    losses = list(exponential(START, 0.5, 100))
    losses[50] = 6.0
    assert curve(tuple(losses)).course is Course.FELL


@pytest.mark.parametrize("losses", [(math.nan,), (START, 2.0, math.nan), (START, 1.0, 0.5, math.inf)])
def test_a_loss_that_is_not_finite_has_exploded(losses: tuple[float, ...]) -> None:
    found = loss_curve(failed(JOB, step_losses=losses), TASK, window=10)
    assert found.course is Course.EXPLODED
    assert found.drop == 0


@pytest.mark.parametrize("losses", [(), (START, 2.0)])
def test_an_error_says_nothing_about_the_loss(losses: tuple[float, ...]) -> None:
    found = loss_curve(failed(JOB, Failure.ERROR, step_losses=losses), TASK, window=10)
    assert found.course is Course.BROKE_OFF
    assert found.drop == 0
