"""The executor in this process: no Ray, no second process, one job after the other."""

import threading
from collections.abc import Generator, Iterator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.executors.bench import Bench, importable, one_thread
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.port import Arrivals
from hpsearch.job import Job
from hpsearch.trial import TrialResult


class InProcessExecutor:
    """Trains every cohort where it is called, on one thread. A crash in a job ends this process."""

    isolates_processes = False

    def __init__(self, *, import_paths: Sequence[str] = (), device: str = "cpu") -> None:
        self._import_paths = tuple(import_paths)
        self._bench = Bench(device)

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",  # noqa: ARG002  (who calls has the one worker, which is the caller)
        at_most: int | None = None,  # noqa: ARG002
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        """See the port. While the caller holds arrivals, the import path and torch's threads are the caller's.

        There is no worker to kill: ``halt`` is looked at between two jobs.
        """
        ledger = Ledger(cohorts)
        for cohort in cohorts:
            if halt is not None and halt.is_set():
                return
            yield Arrivals(cohort.jobs, ())
            results = self._bench.results(cohort)
            while not (halt is not None and halt.is_set()) and (result := self._next(results)) is not None:
                if ledger.settle(result):
                    yield Arrivals((), (result,))

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",  # noqa: ARG002
        at_most: int | None = None,  # noqa: ARG002
        halt: threading.Event | None = None,  # noqa: ARG002
    ) -> Arrangement:
        """See the port."""
        return Cohort(tuple(jobs)).arrangement

    def _next(self, results: Iterator[TrialResult]) -> TrialResult | None:
        with one_thread(), importable(self._import_paths):
            return next(results, None)

    def close(self) -> None:
        """Nothing to end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
