"""A run of a short sweep ends as soon as it is settled, and is not trained where an attempt has shown it already."""

from dataclasses import replace
from typing import Any

import pytest

from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import LEAST
from hpsearch.gate.sentences import left_out
from hpsearch.gate.settled import is_settled, twin
from hpsearch.gate.stage_run import Before, StageRun, run_stage
from hpsearch.gate.standing import is_hopeless
from hpsearch.preflight.check import check_definition
from hpsearch.recipe.lr_sweep.stage import plan
from hpsearch.recipe.overfit import stage as overfit
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.trial import FinishedTrial, TrialResult, TrialState
from hpsearch.verdict import Outcome
from tests.gate.gate_cases import small

FALLING = [2.3 - 0.15 * step for step in range(12)]


@pytest.mark.parametrize(
    ("losses", "settled"),
    [
        (FALLING, True),
        (FALLING[:7], False),  # too few to trust
        ([2.3 - 0.002 * step for step in range(20)], False),  # too little
        ([2.3 - 0.01 * step for step in range(12)], False),  # significant, and not yet by twice as much as that takes
        ([2.3 - 0.01 * step for step in range(20)], True),
        ([2.3, 1.2, 2.3, 1.2, 2.3, 1.2, 1.3, 1.4, 1.2], False),  # noise
        ([2.3, 9.0, 6.0, 3.0], False),  # may still end there
        ([2.3, 9.0, 6.0, 3.0, 2.4, 2.3, 2.3], True),  # whatever comes, it was unstable
    ],
)
def test_what_settles_a_run(losses: list[float], settled: bool) -> None:
    study = small()
    task = check_definition(study).task
    job = plan(study, task, (), (), None).jobs[0]  # type: ignore[arg-type]
    assert is_settled(losses, job, task) is settled


@pytest.mark.parametrize(
    ("losses", "hopeless"),
    [
        ([2.3] * 19, False),  # not yet half of them
        ([2.3] * 20, True),
        ([2.3] * 19 + [2.2], False),  # it has begun to fall
        ([2.3, 5.0] * 10, True),
        ([2.3 - 0.001 * step for step in range(20)], False),  # it is on its way
        ([2.3 - 0.001 * step for step in range(40)], True),  # but does not arrive
        ([2.3 - 1e-5 * step for step in range(20)], True),  # hardly moves
        ([2.3, 9.0, 6.0, 2.0] + [2.5] * 30, False),  # it has been below guessing
        ([2.3 - 0.1 * step for step in range(10)] + [1.3] * 20, True),  # it fell, and stands
        ([2.3 - 0.05 * step for step in range(10)] + [1.8] * 20, False),  # where the frequencies of the classes take it
        ([2.3 - 0.1 * step for step in range(10)] + [1.3 - 0.0003 * step for step in range(20)], True),  # for ever so
        ([2.3 - 0.1 * step for step in range(10)] + [1.3 - 0.003 * step for step in range(20)], False),  # not for ever
        ([2.3 - 0.04 * step for step in range(30)], False),  # it falls
    ],
)
def test_an_attempt_is_given_up_halfway_only_if_it_never_left_its_place(losses: list[float], hopeless: bool) -> None:
    study = small()
    task = check_definition(study).task
    job = overfit.plan(study, task, (), (), None).jobs[0]  # type: ignore[arg-type]
    job = replace(job, budget=replace(job.budget, samples=16))
    assert is_hopeless(losses, job, 40, task) is hopeless


@pytest.mark.parametrize(
    ("changes", "taken_over"),
    [
        ({}, 1),
        ({"loss": {"label_smoothing": 0.1}}, 0),
        ({"network": {"name": "convnet", "depth": 1, "width": 8, "dropout": 0.2}}, 0),
        ({"optimizer": {"learning_rate": 0.05, "weight_decay": 0.0, "max_norm": 3.0}}, 0),
    ],
)
def test_a_sweep_takes_over_what_was_trained_alike(changes: dict[str, object], taken_over: int) -> None:
    study = small(**changes)
    run = swept(study)
    assert run.taken_over == taken_over
    assert run.verdict is not None
    assert run.verdict.outcome is Outcome.PASS
    assert {trial.result.stage for trial in run.finished} == {StageName.LR_SWEEP}
    told = " ".join(left_out(study, StageName.LR_SWEEP, LEAST, run))
    assert ("learn a sample by heart" in told) is bool(taken_over)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ({}, True),
        ({"optimizer": {"weight_decay": 1e-6}}, True),  # next to nothing in so few iterations
        ({"optimizer": {"learning_rate": 0.06}}, False),
        ({"optimizer": {"name": "adam"}}, False),
        ({"optimizer": {"momentum": 0.5}}, False),
        ({"network": {"width": 16}}, False),
        ({"precision": "bf16"}, False),
        ({"batch_size": 16}, False),
        ({"budget": {"samples": 32}}, False),
    ],
)
def test_another_training_is_not_taken_over(other: dict[str, Any], alike: bool) -> None:
    study = small()
    task = check_definition(study).task
    job = plan(study, task, (), (), None).jobs[0]  # type: ignore[arg-type]
    job = replace(job, budget=replace(job.budget, samples=64))
    network = replace(job.network, parameters={**job.network.parameters, **other.get("network", {})})
    attempt = replace(
        job,
        stage=StageName.OVERFIT,
        optimizer=replace(job.optimizer, **other.get("optimizer", {})),
        network=network,
        precision=other.get("precision", job.precision),
        batch_size=other.get("batch_size", job.batch_size),
        budget=replace(job.budget, **other.get("budget", {})),
    )
    result = TrialResult(StageName.OVERFIT, 0, TrialState.COMPLETE, step_losses=tuple(FALLING), learned=True)
    found = twin(job, [FinishedTrial(attempt, result)], task, drops_out=False)
    assert (found is not None) is alike


def swept(study: StudyDefinition) -> StageRun:
    dataset = check_definition(study)
    bench = CheckBench(study, dataset)
    first = run_stage(bench, StageName.OVERFIT, LEAST)
    return run_stage(bench, StageName.LR_SWEEP, LEAST, Before(first.finished, first.learned_at))
