"""The feed between the callers of ``run`` and the one Tune loop that serves them all: orders in, events out.

Every method may be called from any thread; those marked (Tune) are called by the loop's thread alone.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

from hpsearch.job import Cohort
from hpsearch.trial import TrialResult


@dataclass(frozen=True)
class Reported:
    """A member of a cohort has its result."""

    result: TrialResult


@dataclass(frozen=True)
class Lost:
    """The worker of a cohort died before all members had reported."""

    cohort: Cohort
    reason: str
    was_ready: bool
    """Whether it could have trained: torch imported, data loaded. If not, the cohort is not to blame."""


@dataclass(frozen=True)
class Broken:
    """The loop has ended; nothing more will come."""

    reason: str


Inbox = SimpleQueue[Reported | Lost | Broken]


@dataclass(eq=False)
class Order:
    """One cohort for one worker. Only the feed changes it."""

    cohort: Cohort
    inbox: Inbox
    reported: int = 0
    kill: Callable[[], None] | None = None
    """Kills the worker process; None until there is one."""
    is_ready: bool = False
    withdrawn: bool = False


@dataclass
class Feed:
    """Orders that wait for a worker and orders that have one."""

    workers: int
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _waiting: deque[Order] = field(default_factory=deque)
    _placed: dict[str, Order] = field(default_factory=dict)
    _end: str | None = None

    def submit(self, cohort: Cohort, inbox: Inbox) -> None:
        """Lets a cohort be trained by the next free worker; what comes of it goes to ``inbox``."""
        with self._changed:
            if self._end is not None:
                inbox.put(Broken(self._end))
                return
            self._waiting.append(Order(cohort, inbox))
            self._changed.notify_all()

    def withdraw(self, inbox: Inbox) -> None:
        """Forgets the orders of ``inbox``; workers that train one of them are killed."""
        with self._changed:
            self._waiting = deque(order for order in self._waiting if order.inbox is not inbox)
            for order in self._placed.values():
                if order.inbox is inbox:
                    order.withdrawn = True
                    if order.kill is not None:
                        order.kill()

    def end(self, reason: str) -> None:
        """Takes no more orders, withdraws all there are, and tells everybody who waits for one."""
        with self._changed:
            self._end = self._end or reason
            for inbox in {order.inbox for order in (*self._waiting, *self._placed.values())}:
                inbox.put(Broken(self._end))
                self.withdraw(inbox)
            self._changed.notify_all()

    @property
    def has_ended(self) -> bool:
        """Whether ``end`` was called."""
        return self._end is not None

    def place(self, trial_id: str) -> Cohort | None:
        """(Tune) The next cohort, from now on known by ``trial_id``; None if there is none for now.

        While no order has a worker there is nothing to look after, and the call waits for one (or for the end).
        """
        with self._changed:
            if not self._placed:
                self._changed.wait_for(lambda: self._waiting or self._end is not None)
            if not self._waiting or len(self._placed) >= self.workers:
                return None
            order = self._placed[trial_id] = self._waiting.popleft()
            return order.cohort

    def started(self, trial_id: str, kill: Callable[[], None]) -> None:
        """(Tune) The order has a worker process."""
        with self._changed:
            order = self._placed[trial_id]
            order.kill = kill
            if order.withdrawn:
                kill()

    def ready(self, trial_id: str) -> None:
        """(Tune) The order's worker can train from now on."""
        with self._changed:
            self._placed[trial_id].is_ready = True

    def reported(self, trial_id: str, result: TrialResult) -> bool:
        """(Tune) A member has its result; True if it was the last one of its order, which is then done."""
        with self._changed:
            order = self._placed[trial_id]
            order.reported += 1
            if not order.withdrawn:
                order.inbox.put(Reported(result))
            done = order.reported == len(order.cohort.jobs)
            if done:
                del self._placed[trial_id]
            return done

    def abandon(self, reason: str) -> None:
        """(Tune) The loop is over, and its workers with it: like ``end``, but there is nothing left to kill."""
        with self._changed:
            for order in self._placed.values():
                order.kill = None
            self.end(reason)
            self._placed.clear()

    def lost(self, trial_id: str, reason: str) -> None:
        """(Tune) The order's worker died."""
        with self._changed:
            order = self._placed.pop(trial_id, None)
            if order is not None and not order.withdrawn:
                order.inbox.put(Lost(order.cohort, reason, order.is_ready))
