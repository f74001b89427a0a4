"""An executor with a pool of worker processes: what all of them do alike, whoever starts the processes."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.errors import WorkerError
from hpsearch.executors.feed import Feed
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.line import Line, Measuring, Order
from hpsearch.executors.memory import Memory
from hpsearch.executors.pool_measuring import PoolMeasuring
from hpsearch.executors.pool_run import HALT_BEAT_S, PoolRun
from hpsearch.executors.port import Arrivals
from hpsearch.job import Job

IDLE_S = 20.0
"""Seconds that a worker stays warm without anything to train."""
CLOSING_S = 30.0
"""Seconds that closing waits for the workers to end; what is left after that ends with the process."""
AGAIN = "give the same command again"


class PooledExecutor(ABC):
    """``run`` may be called from several threads at once; all share the workers.

    Whatever starts and ends the workers lives in a thread of its own, so that signals stay with their owner and the
    caller can go on meanwhile.
    """

    isolates_processes = True

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._feed = Feed(workers)
        self._memory = Memory(workers)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @abstractmethod
    def _served(self) -> None:
        """The thread's work: workers see to what the feed holds until the feed has ended, and then they end.

        Raises WorkerError if there can be no workers (any more).
        """

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        """See the port."""
        run = PoolRun(self._feed, Line(turn, at_most), Ledger(cohorts, self._memory.share), self._memory)
        self._start()
        try:
            run.begin([Order(cohort, self._memory.share(cohort)) for cohort in cohorts])
            while not run.is_settled:
                arrived = run.arrivals(HALT_BEAT_S)
                if halt is not None and halt.is_set():
                    return
                if arrived is not None:
                    yield arrived
        finally:
            run.end()

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Arrangement | None:
        """See the port."""
        members = Cohort(tuple(jobs)).jobs
        measuring = PoolMeasuring(self._feed, Line(turn, at_most))
        self._start()
        measurement = measuring.result(Order(Measuring(members)), self._workers, halt)
        if measurement is None:
            return None
        self._memory.learn(members[0], measurement)
        return measurement.arrangement if measurement.trouble is None else None

    def close(self) -> None:
        """See the port."""
        self._feed.end(f"the workers were sent home while trials were still missing; {AGAIN}")
        if self._thread is not None:
            self._thread.join(CLOSING_S)

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="hpsearch-workers", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        """The thread. It is a daemon, so that it never holds the process up."""
        try:
            self._served()
        except WorkerError as error:
            self._feed.abandon(str(error))
        except Exception as error:  # noqa: BLE001  (whoever waits for results must hear of it)
            self._feed.abandon(f"there are no workers any more ({type(error).__name__}: {error}); {AGAIN}")
        else:
            self._feed.abandon("the workers have ended")
