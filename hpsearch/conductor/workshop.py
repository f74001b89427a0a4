"""The workshop: one executor for all studies of this process, there only while somebody trains."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.errors import WorkerError
from hpsearch.executors.port import Arrivals, Executor
from hpsearch.job import Job

Factory = Callable[[], Executor]


class Workshop:
    """An executor that gets its own executor with the first run and gives it back when nobody has run for a while.

    One whose workers have failed is given back as soon as nobody uses it any more; the next run gets a new one.
    """

    isolates_processes = True

    def __init__(self, factory: Factory, idle_s: float) -> None:
        self._factory, self._idle_s = factory, idle_s
        self._lock = threading.Lock()
        self._executor: Executor | None = None
        self._users = 0
        self._has_failed = False
        self._idle_since = 0.0

    @property
    def is_open(self) -> bool:
        """Whether there is an executor."""
        return self._executor is not None

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        """See the port."""
        executor = self._enter()
        failed = False
        try:
            yield from executor.run(cohorts, turn=turn, at_most=at_most, halt=halt)
        except WorkerError:
            failed = True
            raise
        finally:
            self._leave(failed)

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Arrangement | None:
        """See the port."""
        executor = self._enter()
        failed = False
        try:
            return executor.measure(jobs, turn=turn, at_most=at_most, halt=halt)
        except WorkerError:
            failed = True
            raise
        finally:
            self._leave(failed)

    def tidy(self) -> None:
        """Gives the executor back if nobody has used it for a while."""
        with self._lock:
            if self._users == 0 and time.monotonic() - self._idle_since >= self._idle_s:
                self._give_back()

    def close(self) -> None:
        """Gives the executor back; whoever uses it still gets a WorkerError."""
        with self._lock:
            self._give_back()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter(self) -> Executor:
        with self._lock:
            if self._executor is None:
                executor = self._factory()
                executor.__enter__()
                self._executor = executor
            self._users += 1
            return self._executor

    def _leave(self, failed: bool) -> None:
        with self._lock:
            self._users -= 1
            self._idle_since = time.monotonic()
            self._has_failed = self._has_failed or failed
            if self._users == 0 and self._has_failed:
                self._give_back()

    def _give_back(self) -> None:
        executor, self._executor, self._has_failed = self._executor, None, False
        if executor is not None:
            executor.close()
