"""Curves drawn by hand: one that each rule finds, and a near miss that it lets pass."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hpsearch.finding import Severity
from hpsearch.job import Budget, job_for
from hpsearch.schedule import learning_rate_at
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, FinishedTrial, TrialResult, TrialState

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
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
        result = TrialResult(
            StageName.FINE, self.number, TrialState.COMPLETE, value, 1, step_losses=tuple(losses), epochs=epochs
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
STEP_EARLY = (("schedule", "step"), ("factor", 0.001), ("every", 0.1))
STEP_LATE = (("schedule", "step"), ("factor", 0.1), ("every", 0.7))


@dataclass(frozen=True)
class Case:
    """One rule with a curve that it finds and one that it lets pass."""

    code: str
    severity: Severity
    bad: Drawn
    near: Drawn
    said: str


SLOW = Drawn(falling(2.4, 1.05, 4))
"""Underfitting whose loss still falls, too slowly to come far."""
BY_HEART = Drawn(falling(2.5, 0.3, 2), constant(3.0), validation_error=constant(0.9))
RESTLESS = stepped(1.0, 1.15, 0.95, 1.12, 0.98, 1.1, 0.96, 1.14, 1.0, 1.12, 0.97, 1.1)
CASES = (
    Case("HC101", ERROR, replace(SOUND, diverged_after=9), SOUND, "iteration 10"),
    Case("HC101", ERROR, replace(SOUND, diverged_after=0), SOUND, "before any update"),
    Case(
        "HC102",
        WARNING,
        Drawn(then(straight(2.4, 9.0), 0.2, straight(4.0, 2.3))),
        Drawn(then(straight(2.4, 3.2), 0.05, falling(3.2, 0.1))),
        "rose from",
    ),
    Case("HC102", INFO, Drawn(then(straight(2.4, 9.0), 0.1, falling(3.0, 0.1))), SOUND, "rose from"),
    Case(
        "HC102",
        WARNING,
        Drawn(then(falling(2.4, 1.2), 0.4, constant(2.31))),
        Drawn(then(falling(2.4, 1.2), 0.4, constant(1.3))),
        "rising",
    ),
    Case(
        "HC102",
        WARNING,
        Drawn(then(falling(2.4, 1.2), 0.4, constant(2.27)), noise=0.01),
        Drawn(constant(2.31), noise=0.01),
        "back at",
    ),
    Case(
        "HC102",
        WARNING,
        Drawn(then(straight(2.4, 9.0), 0.2, straight(4.0, 2.3))),
        replace(LOST, loss=then(straight(2.4, 3.2), 0.05, constant(2.3))),
        "rose from",
    ),
    Case("HC102", INFO, Drawn(then(straight(2.4, 9.0), 0.05, falling(2.3, 1.3))), SOUND, "rose from"),
    Case("HC103", WARNING, Drawn(straight(2.3, 1.6)), Drawn(falling(2.3, 1.6)), "over the third before"),
    Case(
        "HC103", WARNING, Drawn(straight(2.302, 2.29), noise=1e-4), Drawn(straight(2.3, 0.3)), "over the third before"
    ),
    Case(
        "HC103",
        WARNING,
        Drawn(straight(2.5, 1.8)),
        Drawn(straight(2.5, 1.8), constant(2.6), validation_error=constant(0.9)),
        "over the third before",
    ),
    Case(
        "HC104",
        WARNING,
        Drawn(then(straight(2.3, 1.5), 0.1, constant(1.45)), optimizer=STEP_EARLY),
        Drawn(then(falling(2.3, 0.9, 8), 0.7, constant(0.8)), optimizer=STEP_LATE),
        "fell to",
    ),
    Case(
        "HC104",
        WARNING,
        Drawn(then(straight(2.3, 1.5), 0.1, constant(1.45)), optimizer=STEP_EARLY),
        Drawn(then(straight(2.3, 1.5), 0.1, falling(1.45, 0.0, 2.5)), optimizer=STEP_EARLY),
        "10% of the training",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS),
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS, optimizer=(("schedule", "cosine"),)),
        "learning rate is still",
    ),
    Case(
        "HC104",
        WARNING,
        Drawn(constant(1.9), constant(1.95), optimizer=STEP_EARLY),
        Drawn(constant(1.9), RESTLESS, optimizer=STEP_EARLY),
        "of the training",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS),
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), straight(1.5, 1.0)),
        "stayed at",
    ),
    Case(
        "HC105",
        WARNING,
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), RESTLESS),
        Drawn(then(falling(2.4, 1.0), 0.3, constant(1.0)), constant(1.02)),
        "stayed at",
    ),
    Case(
        "HC106",
        WARNING,
        Drawn(then(constant(2.3), 0.25, falling(2.3, 0.05)), noise=0.01),
        Drawn(then(constant(2.3), 0.02, falling(2.3, 0.05)), noise=0.01),
        "stood still at 2.3",
    ),
    Case(
        "HC106",
        WARNING,
        Drawn(then(constant(2.3), 0.25, falling(2.3, 0.05)), noise=0.01),
        Drawn(straight(2.3, 0.3), noise=0.01),
        "of 240 iterations",
    ),
    Case(
        "HC107",
        WARNING,
        Drawn(stepped(2.3, 0.8, 1.5, 0.7, 1.4, 0.7, 1.5, 0.7, 1.4, 0.7, 1.3, 0.7)),
        Drawn(stepped(2.3, 0.8, 0.9, 0.7, 0.76, 0.7, 0.8, 0.7, 0.8, 0.7, 0.75, 0.7)),
        "rose 5 times",
    ),
    Case("HC108", WARNING, replace(NOISY, batch_size=2), replace(SOUND, batch_size=2), "batches of 2"),
    Case("HC108", WARNING, replace(NOISY, batch_size=2), NOISY, "batches of 2"),
    Case("HC109", WARNING, SORTED, SOUND, "place of a batch"),
    Case("HC109", WARNING, SORTED, replace(SORTED, noise=0.6), "place of a batch"),
    Case("HC201", ERROR, LOST, Drawn(straight(2.3, 2.1)), "guessing has 2.303"),
    Case("HC201", ERROR, LOST, replace(LOST, validation_error=constant(0.6)), "guessing has 2.303"),
    Case("HC202", WARNING, Drawn(falling(2.4, 0.2, 1.8)), SOUND, "still falling"),
    Case(
        "HC202",
        WARNING,
        Drawn(straight(2.3, 0.8), epochs=4),
        Drawn(falling(2.3, 0.8), epochs=4),
        "between epochs 3 and 4, the last ones, and both losses fell in each of three",
    ),
    Case("HC202", WARNING, Drawn(falling(2.4, 0.2, 1.8)), Drawn(falling(2.4, 0.01, 9), straight(1.0, 0.2)), "falling"),
    Case("HC202", WARNING, Drawn(straight(2.3, 0.2)), Drawn(then(straight(2.3, 0.2), 0.6, constant(0.2))), "fell from"),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation_error=constant(0.2)),
        replace(SOUND, validation_error=constant(0.04)),
        "20.0% in validation",
    ),
    Case(
        "HC203",
        INFO,
        replace(SOUND, validation=then(straight(1.0, 0.2), 0.4, straight(0.2, 0.8)), validation_error=constant(0.03)),
        replace(SOUND, validation=then(straight(1.0, 0.2), 0.4, constant(0.21)), validation_error=constant(0.03)),
        "lowest in epoch",
    ),
    Case("HC203", INFO, replace(SOUND, validation_error=constant(0.09)), SOUND, "9.0% in validation"),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation=then(straight(1.0, 0.2), 0.4, straight(0.2, 0.8)), validation_error=constant(0.11)),
        SOUND,
        "in validation",
    ),
    Case("HC204", WARNING, Drawn(falling(2.4, 1.2)), Drawn(falling(2.4, 0.2)), "the loss hardly falls any more; the"),
    Case(
        "HC204",
        WARNING,
        SLOW,
        Drawn(falling(2.4, 0.2)),
        "falls so slowly that half as many epochs more would bring it to",
    ),
    Case(
        "HC204", WARNING, Drawn(falling(2.4, 1.2)), Drawn(falling(2.4, 1.2), validation_error=constant(0.65)), "no gap"
    ),
    Case("HC205", INFO, Drawn(falling(2.4, 0.3, 30)), SOUND, "second half"),
    Case("HC206", ERROR, BY_HEART, replace(BY_HEART, validation_error=constant(0.82)), "no better than guessing"),
    Case(
        "HC208",
        WARNING,
        Drawn(falling(2.4, 1.0), falling(2.4, 0.1), constant(0.4), constant(0.03)),
        Drawn(falling(2.4, 1.0), falling(2.4, 0.1), constant(0.1), constant(0.03)),
        "3.0% in validation",
    ),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation_error=constant(0.2)),
        replace(SOUND, validation_error=stepped(0.2, 0.2, 0.2, 0.2, 0.01, 0.2)),
        "20.0% in validation",
    ),
    Case(
        "HC203",
        WARNING,
        replace(SOUND, validation=constant(5.9), validation_error=constant(0.6)),
        replace(SOUND, validation=constant(5.9), validation_error=constant(0.02)),
        "prepared as training is",
    ),
    Case(
        "HC207",
        WARNING,
        Drawn(falling(2.4, 1.47, 12), error=constant(0.02), validation_error=constant(0.03)),
        Drawn(falling(2.4, 0.5, 12), error=constant(0.02), validation_error=constant(0.03)),
        "yet the loss",
    ),
    Case(
        "HC207",
        WARNING,
        Drawn(falling(2.4, 1.47, 12), error=constant(0.02), validation_error=constant(0.03)),
        Drawn(falling(2.4, 1.47, 12), error=constant(0.02), validation_error=constant(0.03), smoothing=0.4),
        "yet the loss",
    ),
    Case(
        "HC207",
        WARNING,
        Drawn(falling(2.4, 1.0, 12), error=constant(0.02), validation_error=constant(0.03)),
        Drawn(falling(2.4, 0.93, 12), error=constant(0.149), validation_error=constant(0.149), noise=0.001),
        "yet the loss",
    ),
)


def rates(drawn: Drawn) -> list[float]:
    """The learning rate of each iteration."""
    total = drawn.epochs * PER_EPOCH
    return [learning_rate_at(drawn.trial.job.optimizer, step, total) for step in range(total)]
