"""Curves drawn by hand."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hpsearch.class_counts import counted
from hpsearch.job import Budget, job_for
from hpsearch.schedule import learning_rate_at
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, FinishedTrial, TrialResult, TrialState

STUDY = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "convnet"})
TASK = Task("cross_entropy", (1, 8, 8), 10, 640, 400, 0, (40,) * 10)
GUESS = 2.302585
EPOCHS, PER_EPOCH = 12, 20
Shape = Callable[[float], float]
"""A number for each share of the training."""
POINT = {"optimizer.learning_rate": 0.01, "optimizer.weight_decay": 1e-4}


@dataclass(frozen=True)
class Drawn:
    """A training as a drawing."""

    loss: Shape
    """Of training, without noise."""
    validation: Shape | None = None
    """Its loss; by default a little above that of training."""
    error: Shape | None = None
    """Of training; by default what the loss suggests."""
    validation_error: Shape | None = None
    noise: float = 0.05
    """Of one iteration, as a share of its loss."""
    epochs: int = EPOCHS
    optimizer: Sequence[tuple[str, Any]] = ()
    diverged_after: int | None = None
    number: int = 0
    smoothing: float = 0.0
    batch_size: int = 32
    answers: Sequence[tuple[int, int, int]] = ()
    """What became of validation in the last epoch: (class, predicted class, samples)."""

    @property
    def trial(self) -> FinishedTrial:
        """The job and what was recorded."""
        job = job_for(STUDY, StageName.FINE, self.number, POINT, Budget(epochs=self.epochs))
        job = replace(
            job,
            batch_size=self.batch_size,
            optimizer=replace(job.optimizer, **dict(self.optimizer)),
            label_smoothing=self.smoothing,
        )
        draw, total = random.Random(7), self.epochs * PER_EPOCH
        losses = [self.loss(step / total) * (1 + draw.gauss(0, self.noise)) for step in range(total)]
        if self.diverged_after is not None:
            failed = TrialResult(
                StageName.FINE,
                self.number,
                TrialState.FAILED,
                failure=Failure.DIVERGED,
                reason="the loss became NaN",
                step_losses=(*losses[: self.diverged_after], float("nan")),
            )
            return FinishedTrial(job, failed)
        epochs = tuple(self._epoch(number, losses) for number in range(self.epochs))
        value = max(epoch.val_accuracy or 0.0 for epoch in epochs)
        counts = counted(self.epochs, self.answers) if self.answers else None
        if counts is not None:
            epochs = (*epochs[:-1], replace(epochs[-1], val_accuracy=counts.accuracy))
        result = TrialResult(
            StageName.FINE,
            self.number,
            TrialState.COMPLETE,
            value,
            1,
            step_losses=tuple(losses),
            epochs=epochs,
            class_counts=counts,
        )
        return FinishedTrial(job, result)

    def _epoch(self, number: int, losses: Sequence[float]) -> EpochRecord:
        part = losses[number * PER_EPOCH : (number + 1) * PER_EPOCH]
        middle, end = (number + 0.5) / self.epochs, (number + 1) / self.epochs
        held = self.validation(end) if self.validation else 1.02 * self.loss(end) + 0.01
        wrong = self.error(middle) if self.error else _wrong(self.loss(middle))
        held_wrong = self.validation_error(end) if self.validation_error else _wrong(held)
        return EpochRecord(number + 1, sum(part) / len(part), 1 - wrong, held, 1 - held_wrong)


def _wrong(loss: float) -> float:
    """A usual share of wrong predictions at a loss."""
    return min(0.9, 0.35 * loss)


def falling(start: float, end: float, pace: float = 6.0) -> Shape:
    """From start to end, quickly first: exponentially, as sound training does."""
    return lambda share: end + (start - end) * 2.0 ** (-pace * share * 1.4427)


def straight(start: float, end: float) -> Shape:
    return lambda share: start + (end - start) * share


def constant(level: float) -> Shape:
    return lambda _: level


def stepped(*levels: float) -> Shape:
    """The same time at each level."""
    return lambda share: levels[min(int(share * len(levels)), len(levels) - 1)]


def then(first: Shape, switch: float, second: Shape) -> Shape:
    """One until a share of the training, then the other, each from its own start to its own end."""
    return lambda share: first(share / switch) if share < switch else second((share - switch) / (1 - switch))


SOUND = Drawn(falling(2.4, 0.02, 12))
NOISY = replace(SOUND, loss=falling(2.4, 0.8), noise=0.9)
LOST = Drawn(constant(2.3), validation_error=constant(0.9))
SORTED = Drawn(lambda share: 1.0 + 0.3 * math.sin(2 * math.pi * EPOCHS * share))
SAWTOOTH = Drawn(lambda share: 2.4 - 1.6 * (EPOCHS * share % 1), constant(0.9), constant(0.5), constant(0.2))
"""Every epoch begins where the first one began."""
STEP_EARLY = (("schedule", "step"), ("factor", 0.001), ("every", 0.1))
STEP_LATE = (("schedule", "step"), ("factor", 0.1), ("every", 0.7))
SLOW = Drawn(falling(2.4, 1.05, 4))
"""Underfitting whose loss still falls, too slowly to come far."""
BY_HEART = Drawn(falling(2.5, 0.3, 2), constant(3.0), validation_error=constant(0.9))
RESTLESS = stepped(1.0, 1.15, 0.95, 1.12, 0.98, 1.1, 0.96, 1.14, 1.0, 1.12, 0.97, 1.1)


SWAPPED = [*((label, label, 40) for label in range(2, 10)), (0, 1, 38), (0, 0, 2), (1, 0, 39), (1, 5, 1)]
"""The labels of two classes, in validation."""


def rates(drawn: Drawn) -> list[float]:
    """The learning rate of each iteration."""
    total = drawn.epochs * PER_EPOCH
    return [learning_rate_at(drawn.trial.job.optimizer, step, total) for step in range(total)]
