"""How long attempts to learn a sample in a large network go on, and what a failure without a proof is worth."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import pytest

from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import LEAST
from hpsearch.gate.patience import cannot_arrive
from hpsearch.gate.stage_run import run_stage
from hpsearch.job import Job
from hpsearch.preflight.check import check_definition
from hpsearch.recipe.overfit.stage import plan
from hpsearch.stage import StageName
from hpsearch.trial import FinishedTrial, TrialResult, TrialState
from hpsearch.verdict import Outcome
from tests.gate.gate_cases import small

STUDY = small()
DATASET = check_definition(STUDY)
JOB = plan(STUDY, DATASET.task, (), (), None).jobs[0]  # type: ignore[arg-type]
LIMITED = replace(LEAST, most_steps=40, steps_in_all=120)


class Unlearnable(CheckBench):
    """Every loss falls below that of guessing and never comes to zero."""

    iterations = 0
    falls = False
    """Slowly to the end, or at once and no farther."""
    heights = (1.2,)
    """At which the loss stands at one rate after the other."""
    tried = 0

    def train(self, job: Job, enough: Callable[[Sequence[float]], bool] | None = None) -> FinishedTrial:
        """As many iterations as are allowed."""
        losses: list[float] = []
        height = self.heights[self.tried % len(self.heights)]
        self.tried += 1
        for step in count(1):
            losses.append(2.3 * 0.99**step if self.falls else max(height, 2.3 - 0.2 * step))
            if step == job.budget.steps or (enough is not None and enough(losses)):
                break
        self.iterations += len(losses)
        result = TrialResult(
            job.stage,
            job.number,
            TrialState.COMPLETE,
            step_losses=tuple(losses),
            step_accuracies=(0.3,) * len(losses),
            learned=False,
        )
        return FinishedTrial(job, result)


@pytest.mark.parametrize(("times", "expected"), [(5, False), (20, True)])
def test_a_rate_cannot_arrive_from_a_tenth_of_the_way_downwards(times: int, expected: bool) -> None:
    """``times``: so much farther the rate that has learned has brought the weights."""

    def trial(rate: float, steps: int) -> FinishedTrial:
        job = replace(JOB, optimizer=replace(JOB.optimizer, learning_rate=rate))
        return FinishedTrial(job, TrialResult(job.stage, 0, TrialState.COMPLETE, step_losses=(2.3,) * steps))

    learned, idle = trial(0.1, 20), trial(0.1 / times, 5)
    assert cannot_arrive(idle, learned, 20) is expected
    assert cannot_arrive(idle, learned, 20 * times) is False  # with so many iterations it comes as far


def test_all_attempts_together_have_the_iterations_of_three() -> None:
    bench = Unlearnable(STUDY, DATASET)
    bench.falls = True
    run = run_stage(bench, StageName.OVERFIT, LIMITED)
    assert len(run.plan.jobs) > 3
    assert bench.iterations == 120
    assert run.verdict is None
    assert run.given_up == 80


def test_losses_that_fell_and_stand_again_at_two_rates_are_a_verdict() -> None:
    bench = Unlearnable(STUDY, DATASET)
    run = run_stage(bench, StageName.OVERFIT, LIMITED)
    assert bench.iterations == 60
    assert run.verdict is not None
    assert run.verdict.outcome is Outcome.FAIL
    assert [one.code for one in run.verdict.findings] == ["stalled-above-zero"]


def test_losses_that_stand_at_different_heights_are_the_rates_doing() -> None:
    bench = Unlearnable(STUDY, DATASET)
    bench.heights = (1.2, 0.8, 1.5, 0.5)
    run = run_stage(bench, StageName.OVERFIT, LIMITED)
    assert bench.tried == 4
    assert run.verdict is None
    assert len(run.unproved) == 4
