"""How the first stage reads the loss and the layers at initialisation."""

import json
import math
from typing import Any

import pytest

from hpsearch.finding import Severity
from hpsearch.recipe.initial_loss.layers import dead_from, first_unhealthy
from hpsearch.recipe.output_loss import gross, tolerance
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.trial import Failure, LayerScale
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import REGRESSION, TASK, codes, ended, failed, judged, layers, planned, study

STAGE = StageName.INITIAL_LOSS
LN10 = math.log(10)
SOUND = (("conv1", "Conv2d", 0.0, 1.0), ("relu1", "ReLU", 0.4, 0.6), ("linear", "Linear", 0.0, 0.1))


def judge(
    losses: tuple[float, ...], *described: tuple[str, str, float, float], task: Task = TASK, **rest: Any
) -> Verdict:
    definition = study(recipe={"initial_loss": {"seeds": len(losses)}})
    plan = planned(STAGE, definition)
    finished = [
        ended(job, step_losses=(loss,), layers=layers(*(described or SOUND)), **rest)
        for job, loss in zip(plan.jobs, losses, strict=True)
    ]
    return judged(definition, plan, finished, task)


def test_the_plan_looks_at_several_initialisations_and_trains_none() -> None:
    plan = planned(STAGE, study(recipe={"initial_loss": {"seeds": 4}}))
    assert len({job.weights_seed for job in plan.jobs}) == 4
    assert all(job.budget.steps == 0 and not job.regularised for job in plan.jobs)
    assert set(plan.space) == set(plan.jobs[0].parameters) == set(study().space)


def test_a_sound_network_passes_with_what_was_measured_and_expected() -> None:
    verdict = judge((2.3, 2.31, 2.29))
    assert verdict.outcome is Outcome.PASS
    assert verdict.measured == {"loss": pytest.approx(2.3), "spread": pytest.approx(0.01), "seeds": 3}
    assert verdict.expected["loss"] == pytest.approx(LN10)
    assert verdict.findings == ()


def told_of(verdict: Verdict) -> list[Severity]:
    """How grave it is that the loss is too high; empty if it is not."""
    return [finding.severity for finding in verdict.findings if finding.code == "initial-loss-off"]


@pytest.mark.parametrize(
    ("off", "told"), [(0.85, []), (0.95, [Severity.INFO]), (3.5, [Severity.INFO]), (3.7, [Severity.ERROR])]
)
def test_the_loss_may_be_as_high_as_outputs_of_variance_two_make_it(off: float, told: list[Severity]) -> None:
    verdict = judge((LN10 + off,) * 3)
    assert told_of(verdict) == told
    assert (verdict.outcome is Outcome.FAIL) == (Severity.ERROR in told)


def test_a_loss_a_little_too_high_fails_where_a_layer_is_not_healthy() -> None:
    wide = (("conv1", "Conv2d", 0.0, 9.0), *SOUND[1:])
    assert judge((LN10 + 0.95,) * 3, *wide).outcome is Outcome.FAIL
    assert judge((LN10 + 0.85,) * 3, *wide).outcome is Outcome.PASS


def test_seeds_that_disagree_widen_the_tolerance_by_their_standard_error() -> None:
    assert told_of(judge((LN10 + 1.0,) * 4))
    spread = judge((LN10 + 0.4, LN10 + 1.6, LN10 + 0.4, LN10 + 1.6))
    assert not told_of(spread)
    assert spread.expected["tolerance"] == pytest.approx(0.9 + 0.6 * math.sqrt(4 / 3) / 2)


def test_one_ordinary_draw_of_the_weights_clears_those_that_are_wild() -> None:
    assert told_of(judge((LN10 + 1.2, LN10 + 1.3, LN10 + 1.1)))
    assert not told_of(judge((LN10 + 1.2, LN10 + 1.3, LN10 + 0.85)))  # by their mean alone: too high
    assert told_of(judge((LN10 + 0.8, *(LN10 + 1.6,) * 4)))
    assert not told_of(judge((LN10 + 0.8, LN10 + 0.8, *(LN10 + 2.5,) * 3)))


@pytest.mark.parametrize("task", [REGRESSION, Task("l1", (1, 8, 8), 1, 1000, 400, 300)])
def test_a_regression_is_held_to_its_own_expectation(task: Task) -> None:
    good, high, bad = (task.initial_loss + off for off in (0.1, 1.01 * tolerance(task), 1.01 * gross(task)))
    assert not told_of(judge((good, good), task=task))
    assert told_of(judge((high, high), task=task)) == [Severity.INFO]
    assert judge((bad, bad), task=task).outcome is Outcome.FAIL


def test_a_failure_says_by_how_much_and_where_it_starts() -> None:
    verdict = judge(
        (40.0, 41.0),
        ("conv1", "Conv2d", 0.0, 1.1),
        ("relu1", "ReLU", 0.4, 0.6),
        ("conv2", "Conv2d", 0.0, 9.0),
        ("linear", "Linear", 0.0, 30.0),
    )
    (finding,) = verdict.findings
    assert finding.code == "initial-loss-off"
    assert finding.evidence["off"] == pytest.approx(40.5 - LN10)
    assert finding.evidence["layer"] == "conv2"
    assert "conv2, which multiplies the scale of its input by 12.5" in finding.message


def test_a_loss_below_guessing_is_a_warning_only() -> None:
    verdict = judge((1.0, 1.1))
    assert verdict.outcome is Outcome.PASS
    assert codes(verdict) == ["initial-loss-below-guessing"]


def test_outputs_that_do_not_depend_on_the_image_fail() -> None:
    dead = (("conv1", "Conv2d", 0.0, 0.0), ("relu1", "ReLU", 0.0, 0.0), ("linear", "Linear", 0.0, 0.0))
    verdict = judge((LN10, LN10), *dead)
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["signal-lost"]
    assert verdict.findings[0].evidence["layer"] == "conv1"


def test_a_head_of_zeros_is_sound() -> None:
    verdict = judge((LN10, LN10), *SOUND[:2], ("linear", "Linear", 0.0, 0.0), without_gradient=("conv1.weight",))
    assert verdict.outcome is Outcome.PASS
    assert verdict.findings == ()


@pytest.mark.parametrize(("kind", "outcome"), [("Softmax", "fail"), ("Sigmoid", "fail"), ("ReLU", "pass")])
def test_an_activation_on_the_output_is_noticed(kind: str, outcome: str) -> None:
    verdict = judge((LN10, LN10), *SOUND, ("last", kind, 0.1, 0.01))
    assert verdict.outcome == outcome
    assert codes(verdict) == ["activation-on-output"]


@pytest.mark.parametrize("kind", ["LogSoftmax", "Flatten", "Dropout", "Identity"])
def test_what_does_no_harm_on_the_output_is_not_mentioned(kind: str) -> None:
    assert judge((LN10, LN10), *SOUND, ("last", kind, 0.1, 0.01)).findings == ()


def test_a_bounded_output_in_regression_is_a_warning() -> None:
    verdict = judge((1.0, 1.0), *SOUND, ("last", "Tanh", 0.0, 0.1), task=REGRESSION)
    assert verdict.outcome is Outcome.PASS
    assert [finding.severity for finding in verdict.findings] == [Severity.WARNING]


def test_parameters_without_a_gradient_are_named() -> None:
    verdict = judge((LN10, LN10), without_gradient=("conv1.weight", "conv1.bias"))
    assert verdict.outcome is Outcome.PASS
    assert codes(verdict) == ["parameters-without-gradient"]
    assert verdict.findings[0].evidence["parameters"] == ["conv1.weight", "conv1.bias"]
    assert verdict.findings[0].severity is Severity.WARNING


def test_a_branch_that_starts_at_zero_explains_missing_gradients() -> None:
    branch = ("norm2", "BatchNorm2d", 0.0, 0.0)
    verdict = judge((LN10, LN10), *SOUND[:2], branch, *SOUND[1:], without_gradient=("conv1.weight",))
    assert [finding.severity for finding in verdict.findings] == [Severity.INFO]


@pytest.mark.parametrize("failure", [Failure.DIVERGED, Failure.ERROR, Failure.WORKER_LOST])
def test_initialisations_that_cannot_be_measured_fail_with_their_reason(failure: Failure) -> None:
    definition = study(recipe={"initial_loss": {"seeds": 2}})
    plan = planned(STAGE, definition)
    seen = layers(("conv1", "Conv2d", 0.0, 1e9))
    broken = failed(plan.jobs[1], failure, reason="that is why", layers=seen)
    verdict = judged(definition, plan, [ended(plan.jobs[0], step_losses=(2.3,)), broken])
    assert verdict.outcome is Outcome.FAIL
    assert "that is why" in verdict.summary
    told = verdict.findings[0]
    assert ("layer" in told.evidence, "too large" in told.advice) == (failure is Failure.DIVERGED,) * 2
    assert ("Correct what raised" in told.advice) is (failure is not Failure.DIVERGED)


def test_scales_beyond_all_numbers_leave_readable_evidence() -> None:
    verdict = judge((1e30, 1e30), ("conv1", "Conv2d", math.nan, math.inf), ("linear", "Linear", 0.0, math.nan))
    json.dumps([dict(finding.evidence) for finding in verdict.findings], allow_nan=False)
    assert verdict.outcome is Outcome.FAIL


def unhealthy(*described: tuple[str, str, float, float]) -> str | None:
    found = first_unhealthy(layers(*described))
    return None if found is None else found.layer.name


def test_the_scale_of_a_layer_is_judged_by_what_it_sees() -> None:
    grown = ("conv1", "Conv2d", 0.0, 3.0), ("conv2", "Conv2d", 0.0, 9.0), ("conv3", "Conv2d", 0.0, 27.0)
    assert unhealthy(*grown, ("head", "Linear", 0.0, 1.0)) is None
    assert unhealthy(("conv1", "Conv2d", 0.0, 6.0), ("head", "Linear", 0.0, 1.0)) == "conv1"
    assert unhealthy(*grown, ("conv4", "Conv2d", 0.0, 101.0), ("head", "Linear", 0.0, 1.0)) == "conv4"
    assert unhealthy(("conv1", "Conv2d", 0.0, 0.04), ("head", "Linear", 0.0, 0.1)) == "conv1"


def test_a_head_may_be_small_and_not_large() -> None:
    assert unhealthy(("conv1", "Conv2d", 0.0, 1.0), ("head", "Linear", 0.0, 1e-4)) is None
    assert unhealthy(("conv1", "Conv2d", 0.0, 1.0), ("head", "Linear", 0.0, 5.0)) == "head"


def test_a_dead_branch_is_not_a_dead_network() -> None:
    branch = LayerScale("norm2", "BatchNorm2d", 0.0, 0.0, 1.0)
    assert dead_from((*layers(*SOUND[:2]), branch, *layers(*SOUND[1:]))) is None
    dead = layers(*SOUND[:1], ("relu1", "ReLU", 0.0, 0.0), ("linear", "Linear", 0.1, 0.0))
    assert dead_from(dead) == dead[1]
    flat = layers(*SOUND[:2], ("head", "Conv2d", 0.0, 0.0), ("flatten", "Flatten", 0.0, 0.0))
    assert dead_from(flat) is None
