"""One run on a pool of workers: what has happened to its cohorts, put together from the events of the feed."""

import time
from collections.abc import Callable, Sequence
from queue import Empty

from hpsearch.errors import WorkerError
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.fault_log import KILLED_BY_KERNEL, LOW_ON_MEMORY
from hpsearch.executors.feed import Feed
from hpsearch.executors.ledger import AfterLoss, Ledger
from hpsearch.executors.line import Broken, Event, Line, Lost, Order, Reported, Started
from hpsearch.executors.measurement import Measurement
from hpsearch.executors.memory import Memory
from hpsearch.executors.port import Arrivals
from hpsearch.job import Job
from hpsearch.trial import TrialResult

HALT_BEAT_S = 0.2
"""Seconds between two looks at whether a run is to end while nothing arrives."""
LOST_STARTS = 3
"""So many workers in a row that died before they were ready mean that none will be."""
GATHERED = 3.0
"""Where results come faster than whoever gets them can write them down, they are gathered for so many times what the
last writing took: then a transaction has many of them, and most of the time is the workers'. Heuristic."""
LONGEST_GATHERING_S = 0.1


class PoolRun:
    """Belongs to the thread that iterates over the run."""

    def __init__(
        self, feed: Feed, line: Line, ledger: Ledger, memory: Memory, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """``pause`` waits for so many seconds."""
        self._feed, self._line, self._ledger, self._memory = feed, line, ledger, memory
        self._pause = pause
        self._lost_starts = 0
        self._broken: str | None = None
        self._handed_over_s = time.monotonic()
        """When the last arrivals were."""
        self._is_flooded = False
        """Whether they had come before whoever got those before them had come back."""

    @property
    def is_settled(self) -> bool:
        """Whether every job has its result."""
        return self._ledger.is_settled

    def begin(self, orders: Sequence[Order]) -> None:
        """Gets in line."""
        for order in orders:
            self._feed.submit(order, self._line)

    def end(self) -> None:
        """Leaves; workers that train for this run are killed."""
        self._feed.withdraw(self._line)

    def arrivals(self, patience_s: float) -> Arrivals | None:
        """Everything that has happened since the last time; None if that is nothing even after ``patience_s``.

        In a flood of results it waits a little for more of them, as long as there are orders without a worker.
        Raises WorkerError if nothing will happen any more, once all that did happen has been given back.
        """
        if self._broken is not None:
            raise WorkerError(self._broken)
        self._gather()
        started: list[Job] = []
        results: list[TrialResult] = []
        for event in self._events(patience_s):
            if isinstance(event, Started):
                started += self._ledger.owed(event.order)
            else:
                results += self._results(event)
        if not started and not results:
            if self._broken is not None:
                raise WorkerError(self._broken)
            return None
        self._handed_over_s = time.monotonic()
        return Arrivals(tuple(started), tuple(results))

    def _gather(self) -> None:
        writing_s = time.monotonic() - self._handed_over_s
        if self._is_flooded and self._line.waiting:
            self._pause(min(GATHERED * writing_s, LONGEST_GATHERING_S))
        self._is_flooded = not self._line.inbox.empty()

    def _events(self, patience_s: float) -> list[Event]:
        """What lies in the inbox, up to the first that breaks the run."""
        found: list[Event] = []
        inbox = self._line.inbox
        try:
            found.append(inbox.get(timeout=patience_s))
            while not isinstance(found[-1], Broken):
                found.append(inbox.get_nowait())
        except Empty:
            pass
        return found

    def _results(self, event: Reported | Lost | Broken) -> tuple[TrialResult, ...]:
        if isinstance(event, Reported):
            self._lost_starts = 0
            return self._answered(event)
        if isinstance(event, Broken):
            self._broken = event.reason
        elif event.is_accident:
            return self._follow(self._ledger.after_accident(event.order, event.reason))
        elif event.was_ready:
            return self._after_loss(event)
        else:
            self._lost_starts += 1
            if self._lost_starts >= LOST_STARTS:
                self._broken = _no_start(event.reason)
            else:
                self.begin([event.order])
        return ()

    def _after_loss(self, event: Lost) -> tuple[TrialResult, ...]:
        if event.reason not in (LOW_ON_MEMORY, KILLED_BY_KERNEL):
            return self._follow(self._ledger.after_loss(event.order, event.reason))
        text = f"{event.reason}; {self._memory.told(event.order.work.jobs[0])}"
        return self._follow(self._ledger.after_kill(event.order, text))

    def _follow(self, after: AfterLoss) -> tuple[TrialResult, ...]:
        self.begin(after.again)
        if after.given_up:  # some of them may still wait for their turn
            self._feed.drop(self._line, lambda order: not self._ledger.owed(order))
        return after.given_up

    def _answered(self, event: Reported) -> tuple[TrialResult, ...]:
        answer = event.answer
        if isinstance(answer, Measurement):
            raise TypeError("a cohort was answered by a measurement")
        if isinstance(answer, OutOfMemory):
            return self._follow(self._ledger.after_lack(event.order, answer))
        return (answer,) if self._ledger.settle(answer) else ()


def _no_start(reason: str) -> str:
    return (
        f"{LOST_STARTS} workers in a row died before they could train: {reason}; "
        f"see that torch can be imported and the data be loaded in the memory that one worker has"
    )
