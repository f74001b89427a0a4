"""How the second stage tells why a small sample was not learned by heart."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hpsearch.job import Job
from hpsearch.look import Look, OutputLook
from hpsearch.recipe.plan import Plan
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.trial import Failure, FinishedTrial
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import REGRESSION, TASK, codes, ended, exponential, failed, judged, planned, study

STAGE = StageName.OVERFIT
LN10 = math.log(10)
Course = Callable[[Job], FinishedTrial]


def learned(job: Job) -> FinishedTrial:
    return ended(job, step_losses=exponential(LN10, 0.05, 50), step_accuracies=(1.0,) * 50, learned=True)


def learned_above(floor: float) -> Course:
    def course(job: Job) -> FinishedTrial:
        losses = exponential(LN10, floor, 50, noise=0.0)
        return ended(job, step_losses=losses, step_accuracies=(1.0,) * 50, learned=True)

    return course


def stalled(accuracy: float, end: float = 1.0) -> Course:
    def course(job: Job) -> FinishedTrial:
        losses = exponential(LN10, end, 400)
        return ended(job, step_losses=losses, step_accuracies=(accuracy,) * 400, learned=False)

    return course


def still(job: Job) -> FinishedTrial:
    losses = (LN10, LN10 + 0.001) * 200
    return ended(job, step_losses=losses, step_accuracies=(0.1,) * 400, learned=False, without_gradient=("a", "b"))


def exploded(job: Job) -> FinishedTrial:
    return failed(job, step_losses=(LN10, 50.0, math.nan), step_accuracies=(0.1, 0.1, 0.1))


def judge(courses: dict[float, Course], definition: StudyDefinition | None = None) -> Verdict:
    """Judges the plan of a study as if each of its rates had taken the course given for it; ``still`` for others."""
    definition = definition or study(recipe={"overfit": {"learning_rates": list(courses)}})
    plan = planned(STAGE, definition)
    finished = [courses.get(job.optimizer.learning_rate, still)(job) for job in plan.jobs]
    verdict = judged(definition, plan, finished)
    json.dumps([dict(verdict.measured), *(dict(found.evidence) for found in verdict.findings)], allow_nan=False)
    return verdict


def plan_of(**sections: Any) -> Plan:
    return planned(STAGE, study(**sections))


def test_the_plan_tries_rates_side_by_side_from_the_same_weights() -> None:
    plan = plan_of(optimizer={"schedule": "cosine"}, recipe={"overfit": {"batches": 3, "steps": 70}})
    assert [job.optimizer.learning_rate for job in plan.jobs] == [3e-3, 1e-2, 3e-2, 1e-1, 3e-1]
    assert len({(job.weights_seed, job.order_seed) for job in plan.jobs}) == 1
    for job in plan.jobs:
        assert (job.budget.steps, job.budget.samples, job.budget.until_learned) == (70, 192, True)
        assert not job.regularised
        assert job.optimizer.schedule == "constant"


def test_a_single_sample_can_be_asked_for_and_no_more_than_there_are() -> None:
    assert plan_of(recipe={"overfit": {"samples": 1}}).jobs[0].budget.samples == 1
    assert plan_of(recipe={"overfit": {"samples": 5000}}).jobs[0].budget.samples == TASK.train_samples


def test_one_rate_that_learns_is_enough() -> None:
    verdict = judge({0.01: still, 0.1: learned, 1.0: exploded})
    assert verdict.outcome is Outcome.PASS
    assert verdict.measured["learned_at"] == [0.1]
    assert verdict.expected == {"accuracy": 1.0}
    assert verdict.findings == ()


def test_a_loss_that_did_not_move_names_who_gets_no_gradient() -> None:
    verdict = judge({0.01: still, 0.1: still})
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["loss-did-not-move"]
    assert verdict.findings[0].evidence["without_gradient"] == ["a", "b"]


def test_rates_far_too_low_are_blamed_before_the_network() -> None:
    assert codes(judge({1e-9: still})) == ["learning-rates-too-low"]
    assert codes(judge({1e-9: still, 1e-8: still})) == ["learning-rates-too-low"]


def test_an_explosion_says_where_and_where_it_did_not_move() -> None:
    verdict = judge({1e-4: still, 0.1: exploded, 1.0: exploded})
    assert codes(verdict) == ["loss-exploded"]
    assert (
        "exploded at learning rates of 0.1, 1 and did not move at a learning rate of 0.0001"
        in verdict.findings[0].message
    )


def test_a_stalled_loss_says_how_far_it_came_and_at_which_rate() -> None:
    verdict = judge({0.01: stalled(0.6), 0.1: stalled(0.85, end=0.4), 1.0: exploded})
    assert codes(verdict) == ["stalled-above-zero"]
    assert "accuracy of 85.0% at a learning rate of 0.1" in verdict.findings[0].message
    assert verdict.measured["accuracy"] == pytest.approx(0.85)


def test_a_loss_that_was_still_falling_is_given_more_time() -> None:
    assert "more steps (recipe.overfit.steps)" not in judge({0.1: stalled(0.6)}).findings[0].advice
    assert "more steps (recipe.overfit.steps)" in judge({0.1: stalled(0.6, end=0.0)}).findings[0].advice


@pytest.mark.parametrize("course", [learned_above(1.4613), stalled(0.95, end=1.5)])
def test_outputs_between_zero_and_one_betray_themselves_by_the_floor_of_the_loss(course: Course) -> None:
    verdict = judge({0.01: still, 0.1: course})
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["loss-has-a-floor"]


def on_its_way(lowest: float | None, highest: float = 0.9, step: int = 0, sums_to_one: bool = False) -> Course:
    """Every sample is right although the loss has only begun to fall; the outputs that a look saw, if any."""
    seen = None if lowest is None else OutputLook(64, lowest, highest, 0.0, sums_to_one, sample_std=0.1)
    looks = () if seen is None else (Look(step, (), seen),)

    def course(job: Job) -> FinishedTrial:
        losses = exponential(LN10, 1.5, 50, noise=0.0)[:20]
        return ended(job, step_losses=losses, step_accuracies=(1.0,) * 20, learned=True, looks=looks)

    return course


@pytest.mark.parametrize(
    ("course", "outcome"),
    [
        (on_its_way(None), Outcome.PASS),
        (on_its_way(-0.7), Outcome.PASS),
        (on_its_way(0.1, highest=1.2), Outcome.PASS),
        (on_its_way(0.1), Outcome.FAIL),
        (on_its_way(0.1, sums_to_one=True), Outcome.FAIL),
        (on_its_way(0.5, highest=0.5), Outcome.PASS),  # outputs of zeros say nothing of what they may become
    ],
)
def test_a_loss_that_has_only_begun_to_fall_stands_at_no_floor(course: Course, outcome: Outcome) -> None:
    assert judge({0.01: course, 0.1: course}).outcome is outcome


@pytest.mark.parametrize(
    ("course", "outcome"),
    [
        (on_its_way(0.1), Outcome.PASS),
        (on_its_way(0.1, step=100), Outcome.FAIL),
        (on_its_way(0.4, highest=0.6), Outcome.FAIL),  # as a sigmoid's are
    ],
)
def test_outputs_of_few_classes_are_positive_by_chance_before_any_update(course: Course, outcome: Outcome) -> None:
    few = replace(TASK, outputs=3, validation_class_counts=(134, 133, 133))
    definition = study(recipe={"overfit": {"learning_rates": [0.1]}})
    plan = planned(STAGE, definition, few)
    finished = [course(job) for job in plan.jobs]
    assert judged(definition, plan, finished, few).outcome is outcome


def test_outputs_that_one_attempt_shows_to_be_unbounded_are_so_in_all() -> None:
    assert judge({0.01: on_its_way(-0.7), 0.1: learned_above(1.4613)}).outcome is Outcome.PASS
    verdict = judge({0.01: still, 0.1: stalled(0.95, end=1.5)})
    assert codes(verdict) == ["loss-has-a-floor"]
    verdict = judge({0.01: outputs_of(still, -0.7), 0.1: stalled(0.95, end=1.5)})
    assert codes(verdict) == ["stalled-above-zero"]


def outputs_of(course: Course, lowest: float) -> Course:
    def seen(job: Job) -> FinishedTrial:
        trial = course(job)
        outputs = OutputLook(64, lowest, 0.9, 0.0, sums_to_one=False, sample_std=0.1)
        return replace(trial, result=replace(trial.result, looks=(Look(0, (), outputs),)))

    return seen


def test_learning_below_the_floor_is_learning() -> None:
    assert judge({0.1: learned_above(1.2)}).outcome is Outcome.PASS


def test_few_samples_may_be_right_while_the_loss_is_high() -> None:
    definition = study(recipe={"overfit": {"samples": 2, "learning_rates": [0.1]}})
    assert judge({0.1: learned_above(2.0)}, definition).outcome is Outcome.PASS


def test_errors_are_not_blamed_on_learning_rates() -> None:
    verdict = judge({0.1: lambda job: failed(job, Failure.ERROR, reason="ValueError: the user's")})
    assert codes(verdict) == ["training-failed"]
    assert "ValueError: the user's" in verdict.summary


@pytest.mark.parametrize(
    ("rate", "course", "code"),
    [
        (1e-9, still, "learning-rates-too-low"),
        (100.0, exploded, "learning-rates-too-high"),
        ({"log_uniform": [1e-10, 1e-8]}, still, "learning-rates-too-low"),
        ({"choice": [1e-9, 100.0]}, still, "learning-rates-miss"),
    ],
)
def test_the_studys_own_rates_are_blamed_where_others_learn(rate: Any, course: Course, code: str) -> None:
    definition = study(optimizer={"learning_rate": rate})
    own = {job.optimizer.learning_rate: course for job in planned(STAGE, definition).jobs}
    verdict = judge({**own, 0.03: learned, 0.1: learned}, definition)
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == [code]
    assert "0.03, 0.1" in verdict.findings[0].advice


def test_a_slow_rate_of_the_studys_own_is_a_warning() -> None:
    definition = study(optimizer={"learning_rate": 1e-3})
    verdict = judge({1e-3: stalled(0.9), 0.1: learned}, definition)
    assert verdict.outcome is Outcome.PASS
    assert codes(verdict) == ["learning-rates-too-low"]


def test_a_regression_passes_and_stalls_by_its_loss() -> None:
    definition = study(loss="l2", recipe={"overfit": {"learning_rates": [0.1]}})
    plan = planned(STAGE, definition, REGRESSION)
    good = ended(plan.jobs[0], step_losses=exponential(1.0, 0.0, 50, noise=0.0), learned=True)
    near = ended(plan.jobs[0], step_losses=exponential(1.0, 0.05, 400, noise=0.0), learned=False)
    bad = ended(plan.jobs[0], step_losses=exponential(1.0, 0.5, 400), learned=False)
    assert judged(definition, plan, [good], REGRESSION).outcome is Outcome.PASS
    verdict = judged(definition, plan, [near], REGRESSION)
    assert verdict.outcome is Outcome.PASS
    assert "nearly learned" in verdict.summary
    assert verdict.expected == {"loss_at_most": 0.1}
    risen = ended(plan.jobs[0], step_losses=(1.0, *[3.0] * 50, *[0.05] * 350), learned=False)
    verdict = judged(definition, plan, [risen], REGRESSION)
    assert verdict.outcome is Outcome.PASS  # however it came there
    verdict = judged(definition, plan, [bad], REGRESSION)
    assert codes(verdict) == ["stalled-above-zero"]
    assert "loss of 0.499 at a learning rate of 0.1" in verdict.findings[0].message


def test_a_failure_over_the_studys_own_rate_shows_the_numbers_of_that_rate() -> None:
    definition = study(loss="l2", optimizer={"learning_rate": 2.0})
    plan = planned(STAGE, definition, REGRESSION)
    good, risen = exponential(1.0, 0.0, 50, noise=0.0), (1.0, *[3.0] * 50, *[0.4] * 350)
    finished = [
        ended(
            job,
            step_losses=risen if job.optimizer.learning_rate == 2.0 else good,
            learned=job.optimizer.learning_rate != 2.0,
        )
        for job in plan.jobs
    ]
    verdict = judged(definition, plan, finished, REGRESSION)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.summary.startswith("at the study's own learning rate (2) the loss rose far above its start on the")
    assert verdict.measured["learning_rate"] == 2.0
    assert verdict.measured["loss"] > verdict.expected["loss_at_most"]
    assert "accuracy" not in verdict.measured


@pytest.mark.parametrize(("own", "told"), [(0.001, False), (0.0005, True)])
def test_a_rate_next_to_one_that_has_learned_is_left_to_the_sweep(own: float, told: bool) -> None:
    definition = study(optimizer={"learning_rate": own})
    verdict = judge({own: stalled(0.9), 0.003: learned}, definition)
    assert verdict.outcome is Outcome.PASS
    assert codes(verdict) == (["learning-rates-too-low"] if told else [])


def test_an_unstable_loss_is_not_called_exploded() -> None:
    verdict = judge({0.1: lambda job: ended(job, step_losses=(LN10, *[9.0] * 50, *[1.0] * 349), learned=False)})
    assert codes(verdict) == ["loss-unstable"]
    assert "explode" not in verdict.summary
    assert "learned_at" not in verdict.measured
