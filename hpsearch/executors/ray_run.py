"""One run on Ray Tune: what has happened to its cohorts, put together from the events of the feed."""

from collections.abc import Sequence
from queue import Empty

from hpsearch.cohort import Cohort
from hpsearch.errors import WorkerError
from hpsearch.executors.feed import Feed
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.line import Broken, Line, Lost, Reported, Started
from hpsearch.executors.port import Arrivals
from hpsearch.job import Job
from hpsearch.trial import TrialResult

LOST_STARTS = 3
"""So many workers in a row that died before they were ready mean that none will be."""

Event = Started | Reported | Lost | Broken


class RayRun:
    """Belongs to the thread that iterates over the run."""

    def __init__(self, feed: Feed, line: Line, ledger: Ledger) -> None:
        self._feed, self._line, self._ledger = feed, line, ledger
        self._lost_starts = 0
        self._broken: str | None = None

    @property
    def is_settled(self) -> bool:
        """Whether every job has its result."""
        return self._ledger.is_settled

    def begin(self, cohorts: Sequence[Cohort]) -> None:
        """Gets in line."""
        for cohort in cohorts:
            self._feed.submit(cohort, self._line)

    def end(self) -> None:
        """Leaves; workers that train for this run are killed."""
        self._feed.withdraw(self._line)

    def arrivals(self, patience_s: float) -> Arrivals | None:
        """Everything that has happened since the last time; None if that is nothing even after ``patience_s``.

        Raises WorkerError if nothing will happen any more, once all that did happen has been given back.
        """
        if self._broken is not None:
            raise WorkerError(self._broken)
        started: list[Job] = []
        results: list[TrialResult] = []
        for event in self._events(patience_s):
            if isinstance(event, Started):
                started += event.cohort.jobs
            else:
                results += self._results(event)
        if not started and not results:
            if self._broken is not None:
                raise WorkerError(self._broken)
            return None
        return Arrivals(tuple(started), tuple(results))

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
            return (event.result,) if self._ledger.settle(event.result) else ()
        if isinstance(event, Broken):
            self._broken = event.reason
        elif event.was_ready:
            after = self._ledger.after_loss(event.cohort, event.reason)
            self.begin(after.again)
            return after.given_up
        else:
            self._lost_starts += 1
            if self._lost_starts >= LOST_STARTS:
                self._broken = _no_start(event.reason)
            else:
                self.begin([event.cohort])
        return ()


def _no_start(reason: str) -> str:
    return (
        f"{LOST_STARTS} workers in a row died before they could train: {reason}; "
        f"see that torch can be imported and the data be loaded in the memory that one worker has"
    )
