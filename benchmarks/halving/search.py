"""One search by the real trainer of a study, round after round, on one thread of this process."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.conductor.keeper import Keeper
from hpsearch.conductor.means import Means
from hpsearch.conductor.observer import Silent
from hpsearch.conductor.shelf import Shelf
from hpsearch.conductor.trainer import Trainer
from hpsearch.executors.in_process import InProcessExecutor
from hpsearch.job import Job
from hpsearch.preflight.check import check_definition
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.search.searching import halved, search_jobs
from hpsearch.search import sampling
from hpsearch.stage import StageName
from hpsearch.store.memory import MemoryStore
from hpsearch.study import StudyDefinition, objective_for
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import TrialResult

LEASE_S = 3600.0


ARRANGEMENT = Arrangement(members=8, stacked=True, memory_format="channels_last")
"""What a measurement found on a quiet machine."""


class SameArrangement(InProcessExecutor):
    """All searches train in the same way, so that nothing but halving differs."""

    def measure(
        self,
        jobs: Sequence[Job],  # noqa: ARG002
        *,
        turn: str = "",  # noqa: ARG002
        at_most: int | None = None,  # noqa: ARG002
        halt: threading.Event | None = None,  # noqa: ARG002
    ) -> Arrangement:
        """See the port."""
        return ARRANGEMENT


@dataclass(frozen=True)
class Ended:
    """A trial, and when it was stored."""

    job: Job
    result: TrialResult
    at_s: float
    """Of the process's own time since the search began."""

    @property
    def value(self) -> float:
        """Its accuracy; less than any for a trial that was stopped or failed."""
        return -1.0 if self.result.value is None else self.result.value


class Times(Silent):
    """Notes when each result was stored."""

    def __init__(self) -> None:
        self._ended: list[tuple[TrialResult, float]] = []

    def trial_finished(self, result: TrialResult) -> None:
        """It is stored."""
        self._ended.append((result, time.process_time()))

    def taken(self) -> list[tuple[TrialResult, float]]:
        """All since the last time."""
        found, self._ended = self._ended, []
        return found


class Search:
    """The coarse stage of a definition, of which any number of rounds are trained, each at new points."""

    def __init__(self, definition: dict[str, Any], folder: Path) -> None:
        """``folder``: where trials wait at a rung."""
        self._study = StudyDefinition.model_validate(definition)
        self._dataset = check_definition(self._study)
        self.ended: list[Ended] = []
        """In the order in which they were stored."""
        self.seconds = 0.0
        """Of the process's own time, over all rounds."""
        self.rounds = 0
        self._times = Times()
        self._store = store = MemoryStore()
        record = store.create(self._study)
        lease = store.claim(record.id, "benchmark", LEASE_S)
        if lease is None:
            raise SystemExit("the study was just made, and nobody can have it")
        keeper, shelf = Keeper(store, lease, LEASE_S), Shelf(folder)
        means = Means(store, SameArrangement(), self._times, keeper, "", None, 1.0, shelf)
        objective = objective_for(self._study.objective, self._dataset.task)
        self._trainer = Trainer(means, self._dataset.task, objective, store.results(record.id))
        self._lease = lease

    def one_round(self) -> None:
        """Trains it."""
        began = time.process_time()
        plan = self._plan(self.rounds)
        self._store.start_round(self._lease, plan.stage, plan.round, plan.jobs, plan.space)
        self._trainer.train(plan, [])
        jobs = {job.number: job for job in plan.jobs}
        before_s, ended = self.seconds, self._times.taken()
        self.ended += [Ended(jobs[result.number], result, before_s + at_s - began) for result, at_s in ended]
        self.seconds += time.process_time() - began
        self.rounds += 1

    def _plan(self, number: int) -> Plan:
        study, settings = self._study, self._study.recipe.coarse
        first = number * settings.trials
        jobs = search_jobs(study, StageName.COARSE, settings, study.space, sampling, (number, first))
        return halved(Plan(StageName.COARSE, number, jobs, study.space, "a benchmark"), settings)

    def best(self) -> Ended:
        """The best trial, of equal ones the first in trial order."""
        return min(self.ended, key=lambda one: (-one.value, one.job.number))

    def has(self, accuracy: float) -> bool:
        """Whether some trial came to it."""
        return any(one.value >= accuracy for one in self.ended)

    def test_accuracy(self) -> float:
        """Of the best trial, trained once more, by its best epoch."""
        best = self.best()
        again = Cohort((replace(best.job, evaluate_test=True),), Arrangement(1))
        (result,) = train_cohort(again, self._dataset)
        return result.test_accuracy or 0.0

    @property
    def epochs(self) -> int:
        """That were trained, over all trials."""
        return sum(len(one.result.epochs) for one in self.ended)

    def curves(self) -> list[list[tuple[float, float]]]:
        """Validation accuracy and loss after each epoch, of the trials in trial order; none of one that failed."""
        return [
            []
            if one.result.failure is not None
            else [(epoch.val_accuracy or 0.0, epoch.val_loss) for epoch in one.result.epochs]
            for one in sorted(self.ended, key=lambda one: one.job.number)
        ]
