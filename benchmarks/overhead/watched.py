"""An executor that notes which cohorts it was given, on the way to the real one."""

import threading
from collections.abc import Generator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.executors.port import Arrivals, Executor
from hpsearch.job import Job


class WatchedExecutor:
    """Does whatever the other one does."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.isolates_processes = executor.isolates_processes
        self.cohorts: list[Cohort] = []
        """All that were run."""

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        """See the port."""
        self.cohorts += cohorts
        return self._executor.run(cohorts, turn=turn, at_most=at_most, halt=halt)

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Arrangement | None:
        """See the port."""
        return self._executor.measure(jobs, turn=turn, at_most=at_most, halt=halt)

    def close(self) -> None:
        """See the port."""
        self._executor.close()

    def __enter__(self) -> Self:
        self._executor.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.__exit__(kind, error, trace)
