"""Which learning rates the third stage hands on, and what it says when there are none."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from hpsearch.finding import Severity
from hpsearch.job import Job
from hpsearch.space import Choice, Grid, LogUniform, Uniform
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.trial import Failure, FinishedTrial
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import TASK, codes, ended, exponential, failed, judged, planned, study

STAGE = StageName.LR_SWEEP
RATE = "optimizer.learning_rate"
LN10 = math.log(10)
HALF_STEP = 10 ** (1 / 6)


def to(end: float) -> Callable[[Job], FinishedTrial]:
    return lambda job: ended(job, step_losses=exponential(LN10, end, 100))


def exploded(job: Job) -> FinishedTrial:
    return failed(job, step_losses=(LN10, 10.0, math.nan))


def judge(ends: dict[float, Any], definition: StudyDefinition | None = None) -> Verdict:
    """Judges the sweep of a study whose rates end at the given losses (None: exploded), and at ln 10 otherwise."""
    definition = definition or study()
    plan = planned(STAGE, definition)
    finished = []
    for job in plan.jobs:
        end = ends.get(job.optimizer.learning_rate, LN10)
        finished.append(exploded(job) if end is None else to(end)(job))
    verdict = judged(definition, plan, finished)
    json.dumps([dict(verdict.measured), *(dict(found.evidence) for found in verdict.findings)], allow_nan=False)
    return verdict


GOOD = {1e-3: 1.5, 2.15443e-3: 1.0, 4.64159e-3: 0.6, 1e-2: 0.4, 2.15443e-2: 0.5, 4.64159e-2: None, 1e-1: None}


@pytest.mark.parametrize(("stood_still", "steps"), [(None, 100), (41, 100), (177, 354), (380, 400)])
def test_it_lasts_twice_as_long_as_a_small_sample_held_the_network_on_a_plateau(
    stood_still: int | None, steps: int
) -> None:
    measured = {} if stood_still is None else {"stood_still": stood_still}
    learned = Verdict(StageName.OVERFIT, Outcome.PASS, "learned", 0, measured, {})
    plan = planned(STAGE, study(), verdicts=[learned])
    assert {job.budget.steps for job in plan.jobs} == {steps}
    assert ("stood still" in plan.reason) is (steps > 100)
    late = (LN10,) * (steps - 30) + exponential(LN10, 0.5, 30)
    assert judged(study(), plan, [ended(job, step_losses=late) for job in plan.jobs]).outcome is Outcome.PASS


def test_the_plan_holds_everything_but_the_rate() -> None:
    definition = study(
        network={"name": "convnet", "width": {"choice": [8, 16]}},
        optimizer={"schedule": "step"},
        recipe={"lr_sweep": {"steps": 50, "weight_decay": 3e-5}},
    )
    plan = planned(STAGE, definition)
    assert len(plan.jobs) == 16
    assert len({(job.weights_seed, job.order_seed, job.network.parameters["width"]) for job in plan.jobs}) == 1
    assert plan.space[RATE] == Grid(tuple(job.optimizer.learning_rate for job in plan.jobs))
    assert plan.space["network.width"] == Choice((8,))
    for job in plan.jobs:
        assert job.regularised
        assert job.budget.samples is None
        assert (job.budget.steps, job.optimizer.weight_decay, job.optimizer.schedule) == (50, 3e-5, "constant")


def test_a_choice_of_optimisers_is_swept_with_each() -> None:
    definition = study(optimizer={"name": {"choice": ["sgd", "adam"]}})
    plan = planned(STAGE, definition)
    assert len(plan.jobs) == 32
    finished = [
        to(0.5 if (job.optimizer.name, job.optimizer.learning_rate) in {("sgd", 0.1), ("adam", 1e-3)} else LN10)(job)
        for job in plan.jobs
    ]
    handed_on = judged(definition, plan, finished).handed_on[RATE]
    assert handed_on.ends() == pytest.approx((1e-3 / HALF_STEP, 1e-1 * HALF_STEP), rel=1e-3)


def test_the_interval_of_good_rates_is_handed_on_with_half_a_step_on_each_side() -> None:
    verdict = judge(GOOD)
    assert verdict.outcome is Outcome.PASS
    # The drop at 1e-3 is 0.8 of 1.9: less than half.
    expected = (2.15443e-3 / HALF_STEP, 2.15443e-2 * HALF_STEP)
    assert isinstance(verdict.handed_on[RATE], LogUniform)
    assert verdict.handed_on[RATE].ends() == pytest.approx(expected, rel=1e-3)
    assert "50%" in verdict.handed_on_reason
    assert verdict.measured["learning_rate"] == 1e-2


def test_good_rates_beyond_a_bad_one_are_left_out() -> None:
    verdict = judge({1e-4: 0.6, 1e-2: 0.4, 2.15443e-2: 0.5})
    assert verdict.handed_on[RATE].ends()[0] == pytest.approx(1e-2 / HALF_STEP, rel=1e-3)


def test_the_ends_of_the_grid_are_extended_by_its_last_step() -> None:
    verdict = judge({1e-5: 0.5}, study(recipe={"lr_sweep": {"learning_rates": [1e-5, 1e-4, 1e-2]}}))
    assert verdict.handed_on[RATE].ends() == pytest.approx((1e-5, 1e-5 * math.sqrt(10)))  # cut at the definition's end
    lone = judge({1e-3: 0.5}, study(recipe={"lr_sweep": {"learning_rates": [1e-3, 1e-3]}}))
    assert lone.handed_on[RATE].ends() == pytest.approx((1e-3 / HALF_STEP, 1e-3 * HALF_STEP))


@pytest.mark.parametrize(
    ("own", "part"),
    [
        ({"log_uniform": [5e-3, 1e-1]}, LogUniform(5e-3, 2.15443e-2 * HALF_STEP)),
        ({"uniform": [5e-3, 1e-2]}, Uniform(5e-3, 1e-2)),
        ({"choice": [1.0, 1e-2, 1e-5]}, Choice((1e-2,))),
        ({"grid": [1e-4, 5e-3, 1e-2]}, Grid((5e-3, 1e-2))),
    ],
)
def test_the_studys_own_rates_are_cut_and_not_replaced(own: Any, part: Any) -> None:
    handed_on = judge(GOOD, study(optimizer={"learning_rate": own})).handed_on[RATE]
    assert type(handed_on) is type(part)
    assert handed_on.ends() == pytest.approx(part.ends(), rel=1e-3)


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ({"log_uniform": [1e-10, 1e-8]}, "learning-rates-too-low"),
        ({"log_uniform": [0.2, 1.0]}, "learning-rates-too-high"),
        ({"choice": [1e-9, 1.0]}, "learning-rates-miss"),
    ],
)
def test_rates_that_lie_elsewhere_fail_with_where_the_loss_drops(own: Any, code: str) -> None:
    verdict = judge(GOOD, study(optimizer={"learning_rate": own}))
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == [code]
    assert verdict.handed_on == {}
    assert verdict.findings[0].evidence["low"] == pytest.approx(2.15443e-3 / HALF_STEP, rel=1e-3)


def test_a_fixed_rate_is_not_replaced_and_its_place_is_told() -> None:
    verdict = judge(GOOD, study(optimizer={"learning_rate": 1e-2}))
    assert verdict.outcome is Outcome.PASS
    assert verdict.handed_on == {}
    assert "inside" in verdict.handed_on_reason


@pytest.mark.parametrize(
    ("rate", "end", "severity", "code"),
    [
        (1e-3, 1.5, Severity.INFO, "learning-rate-too-low"),
        (1e-3, LN10, Severity.INFO, "learning-rate-too-low"),
        (1e-4, 1.9, Severity.WARNING, "learning-rate-too-low"),
        (1e-9, LN10, Severity.ERROR, "learning-rate-too-low"),
        (0.1, None, Severity.ERROR, "learning-rate-too-high"),
    ],
)
def test_a_fixed_rate_outside_fails_only_if_nothing_drops_there(
    rate: float, end: float | None, severity: Severity, code: str
) -> None:
    verdict = judge({**GOOD, rate: end}, study(optimizer={"learning_rate": rate}))
    assert verdict.outcome is (Outcome.FAIL if severity is Severity.ERROR else Outcome.PASS)
    assert [(finding.code, finding.severity) for finding in verdict.findings] == [(code, severity)]


def test_no_drop_anywhere_fails_with_what_happened_where() -> None:
    verdict = judge({0.1: None, 1.0: None, 0.215443: None, 0.464159: None})
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["no-learning-rate"]
    assert "it exploded at 0.1 … 1; it did not move at 1e-05 … 0.0464" in verdict.summary
    assert verdict.handed_on == {}


def test_errors_everywhere_are_told_as_such() -> None:
    plan = planned(STAGE, study())
    finished = [failed(job, Failure.ERROR, reason="ValueError: the user's") for job in plan.jobs]
    verdict = judged(study(), plan, finished, TASK)
    assert codes(verdict) == ["training-failed"]
    assert "ValueError: the user's" in verdict.summary


def risen(end: float) -> Callable[[Job], FinishedTrial]:
    return lambda job: ended(job, step_losses=(*exponential(LN10, 8.0, 30), *exponential(8.0, end, 100)))


def test_a_rate_that_ended_lower_after_rising_is_told_and_not_proposed() -> None:
    definition = study(recipe={"lr_sweep": {"learning_rates": [1e-2, 1e-1]}})
    plan = planned(STAGE, definition)
    verdict = judged(definition, plan, [to(0.8)(plan.jobs[0]), risen(0.35)(plan.jobs[1])])
    assert verdict.outcome is Outcome.PASS
    assert verdict.summary.startswith("among the rates at which it does not rise far above its start, the loss drops")
    assert verdict.summary.endswith(" at 0.1)")
    assert [curve["course"] for curve in verdict.measured["curves"]] == ["fell", "rose far above its start on the way"]
    alone = judged(definition, plan, [risen(0.3)(plan.jobs[0]), risen(0.35)(plan.jobs[1])])
    assert alone.outcome is Outcome.FAIL
    assert "without rising far above its start first" in alone.summary
    assert alone.measured["highest_loss"] > alone.expected["highest_loss_at_most"]


def test_no_drop_shows_the_best_loss_and_what_was_needed() -> None:
    verdict = judge({1e-3: LN10 - 0.01})
    assert verdict.measured["learning_rate"] == 1e-3
    assert verdict.measured["loss"] > verdict.expected["loss_below"]
    nowhere = judge(dict.fromkeys([job.optimizer.learning_rate for job in planned(STAGE, study()).jobs]))
    assert nowhere.measured["without_a_finite_loss"] == 16
    assert nowhere.expected["loss_below"] == pytest.approx(0.97 * LN10)


def test_a_study_does_not_fail_over_rates_that_were_not_tried() -> None:
    recipe = {"lr_sweep": {"learning_rates": [1e-3, 0.1]}}
    tried = study(optimizer={"learning_rate": {"choice": [0.5, 0.7]}}, recipe=recipe)
    assert "0.5, 0.7 joined" in planned(STAGE, tried).reason
    hopeless = judge({1e-3: 0.5}, tried)
    assert hopeless.outcome is Outcome.FAIL
    assert hopeless.measured["learning_rate"] == 0.5
    assert hopeless.measured["loss"] > hopeless.expected["loss_below"]
    assert judge({1e-3: 0.5, 0.5: 0.6}, tried).outcome is Outcome.PASS
    partly = study(optimizer={"learning_rate": {"uniform": [0.05, 0.7]}}, recipe=recipe)
    verdict = judge({1e-3: 0.5}, partly)
    assert verdict.outcome is Outcome.PASS
    assert "0.05 itself was not tried" in verdict.summary
