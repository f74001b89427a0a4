"""Small studies, plans and results to fill a store with."""

from collections.abc import Sequence
from typing import Any

from hpsearch.finding import Finding, Severity
from hpsearch.job import Budget, Job, job_for
from hpsearch.space import Choice, Grid, Int, LogUniform, Point, Space, Uniform
from hpsearch.stage import StageName
from hpsearch.store.port import Lease, StudyStore
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, LayerScale, TrialResult, TrialState
from hpsearch.verdict import Outcome, Verdict

TASK = Task("cross_entropy", (1, 8, 8), 10, 1000, 400, 397, (40,) * 10)
REGRESSION = Task("l2", (1, 8, 8), 1, 1000, 400, 397)

SPACE: Space = {
    "optimizer.learning_rate": LogUniform(1e-4, 1.0),
    "optimizer.momentum": Uniform(0.0, 0.99),
    "network.depth": Int(1, 8),
    "network.width": Choice((16, 32)),
    "network.activation": Choice(("relu", "elu", None, True)),
    "data.batch_size": Grid((32, 64, 128)),
}


def definition(name: str = "digits", **sections: Any) -> StudyDefinition:
    return StudyDefinition.model_validate(
        {
            "name": name,
            "data": {"dataset": "digits", "batch_size": {"grid": [32, 64, 128]}},
            "network": {
                "name": "convnet",
                "depth": {"int": [1, 8]},
                "width": {"choice": [16, 32]},
                "activation": {"choice": ["relu", "elu", None, True]},
            },
            "optimizer": {
                "learning_rate": {"log_uniform": [1e-4, 1.0]},
                "momentum": {"uniform": [0.0, 0.99]},
                "weight_decay": 0.0,
            },
            **sections,
        }
    )


def point(number: int) -> Point:
    """A point of ``SPACE``, another one for each number."""
    u = (number * 0.618 + 0.1) % 1
    return {
        path: distribution.quantile((u * (place + 1)) % 1) for place, (path, distribution) in enumerate(SPACE.items())
    }


def jobs(
    stage: StageName = StageName.COARSE, count: int = 3, first: int = 0, study: StudyDefinition | None = None
) -> list[Job]:
    budget = Budget(epochs=2) if stage in (StageName.COARSE, StageName.FINE, StageName.TEST) else Budget(steps=3)
    study = definition() if study is None else study
    return [job_for(study, stage, number, point(number), budget) for number in range(first, first + count)]


def complete(job: Job, value: float | None = 0.5, **fields: Any) -> TrialResult:
    """A result of two epochs whose best is the second one."""
    first = None if value is None else value / 2
    epochs = (EpochRecord(1, 2.0, 0.25, 2.1, first), EpochRecord(2, 1.0, 0.75, 1.5, value))
    return TrialResult(
        job.stage,
        job.number,
        TrialState.COMPLETE,
        **{
            "value": value,
            "best_epoch": 2,
            "epochs": epochs,
            "step_losses": (2.5, 2.0, 1.0),
            "layers": (LayerScale("conv1", "Conv2d", 0.0, 1.0, 0.5),),
            "without_gradient": ("fc.bias",),
            "duration_s": 1.5,
            **fields,
        },
    )


def broken(job: Job, reason: str = "the loss became NaN in iteration 3") -> TrialResult:
    """A result that ends in NaN."""
    return TrialResult(
        job.stage,
        job.number,
        TrialState.FAILED,
        failure=Failure.DIVERGED,
        reason=reason,
        step_losses=(2.5, float("inf"), float("nan")),
        epochs=(EpochRecord(1, float("inf"), 0.1, float("nan"), float("nan")),),
    )


def stopped(
    job: Job, reason: str = "stopped after epoch 1: 3rd of 3, the best 1 goes on", **fields: Any
) -> TrialResult:
    """A result of one epoch whose trial was stopped on purpose."""
    return TrialResult(
        job.stage,
        job.number,
        TrialState.PRUNED,
        reason=reason,
        **{"epochs": (EpochRecord(1, 2.0, 0.25, 2.1, 0.3),), "step_losses": (2.5, 2.0), "duration_s": 0.5, **fields},
    )


def verdict(stage: StageName = StageName.COARSE, round_number: int = 0, **fields: Any) -> Verdict:
    finding = Finding(
        "loss-did-not-move", Severity.WARNING, "It stays.", {"rates": [0.1, float("nan")]}, "Raise it.", "measured"
    )
    return Verdict(
        stage,
        **{
            "outcome": Outcome.PASS,
            "summary": "Trial 1 is the best with 0.9.",
            "round": round_number,
            "measured": {"best": 0.9, "worst": float("-inf")},
            "expected": {"best": "above guessing"},
            "findings": (finding,),
            "handed_on": SPACE,
            "handed_on_reason": "around the best",
            "best_trial": 1,
            **fields,
        },
    )


def begun(store: StudyStore, study: StudyDefinition | None = None, task: Task = TASK, holder: str = "me") -> Lease:
    """A study that is being worked on, for an hour."""
    record = store.create(definition() if study is None else study)
    lease = store.claim(record.id, holder, 3600)
    assert lease is not None
    store.set_task(lease, task)
    return lease


def started(
    store: StudyStore, lease: Lease, planned: Sequence[Job], round_number: int = 0, space: Space = SPACE
) -> None:
    """A round whose trials wait."""
    store.start_round(lease, planned[0].stage, round_number, planned, space)
