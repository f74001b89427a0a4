"""The executor in this process: no Ray, no second process, one job after the other."""

import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.bench import Bench, importable, one_thread
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.line import Answer, Order
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
        waiting = deque(Order(cohort) for cohort in cohorts)
        while waiting:
            if halt is not None and halt.is_set():
                return
            order = waiting.popleft()
            if not (owed := ledger.owed(order)):  # given up meanwhile
                continue
            yield Arrivals(owed, ())
            answers = self._bench.answers(order)
            while not (halt is not None and halt.is_set()) and (answer := self._next(answers)) is not None:
                if isinstance(answer, OutOfMemory):
                    after = ledger.after_lack(order, answer)
                    waiting += after.again
                    if after.given_up:
                        yield Arrivals((), after.given_up)
                elif isinstance(answer, TrialResult) and ledger.settle(answer):
                    yield Arrivals((), (answer,))

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",  # noqa: ARG002
        at_most: int | None = None,  # noqa: ARG002
        halt: threading.Event | None = None,  # noqa: ARG002
    ) -> Arrangement | None:
        """See the port."""
        members = Cohort(tuple(jobs)).jobs
        with one_thread(), importable(self._import_paths):
            found = self._bench.measurement(members)
        return found.arrangement if found.trouble is None else None

    def _next(self, answers: Iterator[Answer]) -> Answer | None:
        with one_thread(), importable(self._import_paths):
            return next(answers, None)

    def close(self) -> None:
        """Nothing to end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
