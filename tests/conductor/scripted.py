"""An executor that trains nothing: every result is a function of its job, so that the loop itself can be tested."""

import math
import threading
from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.executors.port import Arrivals
from hpsearch.job import Job
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, LayerScale, TrialResult, TrialState

TASK = Task("cross_entropy", (1, 8, 8), 10, 1000, 300, 300, (30,) * 10)
LAYERS = (LayerScale("0", "Conv2d", 0.0, 1.0, 0.0), LayerScale("1", "Linear", 0.0, 0.1, 0.0))


def accuracy(job: Job) -> float:
    """Best at a learning rate of 0.03; a little different for every trial."""
    distance = abs(math.log10(job.optimizer.learning_rate / 0.03))
    return round((0.95 - 0.1 * min(distance, 5.0) + 0.0001 * (job.weights_seed % 97)) * 300) / 300


def learning(job: Job) -> TrialResult:
    """What a sound network would give."""
    if job.budget.epochs is not None:
        epochs = tuple(EpochRecord(i, 1.0 / i, 0.9, 1.0 / i, accuracy(job)) for i in range(1, job.budget.epochs + 1))
        if job.budget.until_epoch is not None:
            return to_the_rung(job, epochs)
        tested = {"test_loss": 0.2, "test_accuracy": 0.9} if job.evaluate_test else {}
        return TrialResult(
            job.stage, job.number, TrialState.COMPLETE, value=accuracy(job), best_epoch=1, epochs=epochs, **tested
        )
    steps = job.budget.steps or 1
    falling = tuple(2.3 * 0.95**i + 0.001 * (i % 3) for i in range(steps))
    learned = True if job.budget.until_learned else None
    return TrialResult(
        job.stage, job.number, TrialState.COMPLETE, step_losses=falling, step_accuracies=(1.0,) * steps,
        layers=LAYERS, learned=learned,
    )  # fmt: skip


def to_the_rung(job: Job, epochs: tuple[EpochRecord, ...]) -> TrialResult:
    """What training up to a rung gives."""
    seen = epochs[: job.budget.until_epoch]
    return TrialResult(job.stage, job.number, TrialState.PRUNED, reason=f"stopped after {len(seen)}", epochs=seen)


def stuck(job: Job) -> TrialResult:
    """What a network that cannot learn would give."""
    if job.stage is not StageName.OVERFIT:
        return learning(job)
    losses = (2.3,) * (job.budget.steps or 1)
    return TrialResult(
        job.stage, job.number, TrialState.COMPLETE, step_losses=losses, step_accuracies=(0.1,) * len(losses),
        layers=LAYERS, learned=False,
    )  # fmt: skip


class ScriptedExecutor:
    """Gives ``script(job)`` for every job; raises ``KeyboardInterrupt`` after ``stop_after`` results.

    ``on_result`` is called with the number of results so far before each one is handed out.
    """

    isolates_processes = False

    def __init__(
        self,
        script: Callable[[Job], TrialResult] = learning,
        stop_after: int | None = None,
        on_result: Callable[[int], None] | None = None,
    ) -> None:
        self.script, self.stop_after, self.on_result = script, stop_after, on_result
        self.trained: list[tuple[StageName, int]] = []
        self.seeds: list[int] = []
        self.runs: list[tuple[str, int | None]] = []
        self.halts: list[threading.Event] = []
        self.arrangement: Arrangement | None = Arrangement()
        """What a measurement gives."""
        self.measured: list[tuple[int, ...]] = []
        self.cohorts: list[Cohort] = []
        self.closed = 0
        self.has_ended = False
        """Whether a run has ended, whichever way."""

    @property
    def halted(self) -> bool:
        """Whether the last run is to end."""
        return bool(self.halts) and self.halts[-1].is_set()

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        self.runs.append((turn, at_most))
        self.cohorts += cohorts
        if halt is not None:
            self.halts.append(halt)
        try:
            yield from self._arrivals(cohorts, halt)
        finally:
            self.has_ended = True

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Arrangement | None:
        self.measured.append(tuple(job.number for job in jobs))
        return self.arrangement

    def _arrivals(self, cohorts: Sequence[Cohort], halt: threading.Event | None) -> Generator[Arrivals, None, None]:
        for cohort in reversed(cohorts):  # no order is promised
            yield Arrivals(cohort.jobs, ())
            for job in cohort.jobs:
                if self.stop_after is not None and len(self.trained) >= self.stop_after:
                    raise KeyboardInterrupt
                if halt is not None and halt.is_set():
                    return
                self.trained.append((job.stage, job.number))
                self.seeds.append(job.weights_seed)
                result = self.script(job)
                if self.on_result is not None:
                    self.on_result(len(self.trained))
                yield Arrivals((), (result,))

    def close(self) -> None:
        self.closed += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
