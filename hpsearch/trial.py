"""A trial: one point in one stage, and what came of training it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from hpsearch.class_counts import ClassCounts
from hpsearch.job import Job
from hpsearch.look import Look
from hpsearch.stage import StageName
from hpsearch.study import Objective

ROUNDING = 1e-9
"""By which an accuracy that was computed on another way may differ."""


class TrialState(StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    """Stopped on purpose before its budget was spent, because others of its stage promised more."""
    FAILED = "failed"


class Failure(StrEnum):
    """Why a trial failed."""

    DIVERGED = "diverged"
    """The loss became NaN or infinite."""
    ERROR = "error"
    """The network, the data or the training raised an exception."""
    WORKER_LOST = "worker_lost"
    """The process that trained it died."""


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch looked like. Losses are means over samples, accuracies are shares in [0, 1]."""

    epoch: int
    """From 1."""
    train_loss: float
    train_accuracy: float | None
    """Over the epoch's batches as they were trained on; None for regression."""
    val_loss: float
    val_accuracy: float | None

    def metric(self, name: Literal["val_accuracy", "val_loss"]) -> float:
        """The value of a metric in this epoch; raises ValueError for accuracy in regression."""
        value = self.val_accuracy if name == "val_accuracy" else self.val_loss
        if value is None:
            raise ValueError("regression has no accuracy; use the metric val_loss")
        return value


@dataclass(frozen=True)
class LayerScale:
    """How large the outputs of one layer are at initialisation, over one batch."""

    name: str
    kind: str
    """Class of the module, for example Conv2d."""
    mean: float
    std: float
    zero_share: float
    """Share of outputs that are exactly zero, in [0, 1]."""


@dataclass(frozen=True)
class TrialResult:
    """What came of a job. A complete trial has a finite value if its budget was in epochs; any other has none."""

    stage: StageName
    number: int
    state: TrialState
    value: float | None = None
    """The objective's metric in the best epoch."""
    best_epoch: int | None = None
    """Which epoch that was, from 1; the first one, if several are equal."""
    failure: Failure | None = None
    reason: str | None = None
    """Why it failed or was pruned, in one sentence for the user."""
    step_losses: tuple[float, ...] = ()
    """Training loss of every iteration, before its update; the first one is the loss at initialisation. The last
    one may be NaN or infinite."""
    step_accuracies: tuple[float, ...] = ()
    """Training accuracy of every iteration (budgets in steps); empty for regression."""
    epochs: tuple[EpochRecord, ...] = ()
    layers: tuple[LayerScale, ...] = ()
    """At initialisation, in the order of the forward pass."""
    without_gradient: tuple[str, ...] = ()
    """Names of parameters that got no gradient, or a zero one, in the first iteration."""
    looks: tuple[Look, ...] = ()
    """Inside the network, at iterations that follow from the budget alone; in their order."""
    learned: bool | None = None
    """Whether every sample was predicted right within the budget; None if that was not asked."""
    class_counts: ClassCounts | None = None
    """How many validation samples of each class were right after the last epoch; None for regression, and for budgets
    in steps."""
    test_loss: float | None = None
    test_accuracy: float | None = None
    parameter_count: int | None = None
    """Numbers in the network's weights and biases; None where trials are not compared (budgets in steps)."""
    multiply_adds: int | None = None
    """Of the network for one sample; None as above, and for a network whose arithmetic cannot be watched."""
    duration_s: float = field(default=0.0, compare=False)
    alone_because: str | None = field(default=None, compare=False)
    """Why the job trained alone although its cohort was to be trained as one network; None if there was no reason."""

    def __post_init__(self) -> None:
        if self.state is TrialState.COMPLETE:
            if self.failure is not None or (self.value is not None and not math.isfinite(self.value)):
                raise ValueError("a complete trial has no failure and no NaN or infinite value")
        elif not self.reason or self.value is not None:
            raise ValueError(f"a {self.state} trial has a reason and no value")
        elif (self.failure is None) != (self.state is TrialState.PRUNED):
            raise ValueError("a failed trial has a failure, and no other has one")
        if self.class_counts is not None:
            self._check_counts(self.class_counts)

    def _check_counts(self, counts: ClassCounts) -> None:
        """Raises ValueError for counts of another epoch than the last, or of another accuracy."""
        if not self.epochs:
            raise ValueError("classes are counted after an epoch, and there is none")
        last = self.epochs[-1]
        if counts.epoch != last.epoch:
            raise ValueError(f"classes were counted in epoch {counts.epoch}, and the last one is {last.epoch}")
        if last.val_accuracy is None or abs(last.val_accuracy - counts.accuracy) > ROUNDING:
            raise ValueError(f"classes come to an accuracy of {counts.accuracy}, and epoch {last.epoch} had another")


@dataclass(frozen=True)
class FinishedTrial:
    """A job together with its result."""

    job: Job
    result: TrialResult

    def __post_init__(self) -> None:
        if (self.job.stage, self.job.number) != (self.result.stage, self.result.number):
            raise ValueError("the result belongs to another job")


def failed(job: Job, failure: Failure, reason: str) -> TrialResult:
    """The result of a job that ended without anything to show."""
    return TrialResult(job.stage, job.number, TrialState.FAILED, failure=failure, reason=reason)


def ranked(trials: Sequence[FinishedTrial], objective: Objective) -> list[FinishedTrial]:
    """The complete trials that have a value, best first; equal ones in trial order."""
    sign = -1.0 if objective.sense == "maximize" else 1.0
    scored = [(sign * trial.result.value, trial) for trial in trials if trial.result.value is not None]
    return [trial for _, trial in sorted(scored, key=lambda pair: (pair[0], pair[1].job.number))]
