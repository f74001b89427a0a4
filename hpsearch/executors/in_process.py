"""The executor in this process: no Ray, no second process, one job after the other."""

from collections.abc import Generator, Iterator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.executors.bench import Bench, importable, one_thread
from hpsearch.executors.ledger import Ledger
from hpsearch.job import Cohort
from hpsearch.trial import TrialResult


class InProcessExecutor:
    """Trains every cohort where it is called, on one thread. A crash in a job ends this process."""

    isolates_processes = False

    def __init__(self, *, import_paths: Sequence[str] = (), device: str = "cpu") -> None:
        self._import_paths = tuple(import_paths)
        self._bench = Bench(device)

    def run(self, cohorts: Sequence[Cohort]) -> Generator[TrialResult, None, None]:
        """See the port. While the caller holds a result, the import path and torch's threads are the caller's."""
        ledger = Ledger(cohorts)
        for cohort in cohorts:
            results = self._bench.results(cohort)
            while (result := self._next(results)) is not None:
                if ledger.settle(result):
                    yield result

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
