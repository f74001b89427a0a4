"""The feed between the callers of ``run`` and the one Tune loop that serves them all: orders in, events out.

Every method may be called from any thread; those marked (Tune) are called by the loop's thread alone.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from hpsearch.cohort import Cohort
from hpsearch.executors.line import Broken, Line, Lost, Reported, Started, next_line
from hpsearch.trial import TrialResult


@dataclass(eq=False)
class Order:
    """One cohort for one worker. Only the feed changes it."""

    cohort: Cohort
    line: Line
    reported: int = 0
    kill: Callable[[], None] | None = None
    """Kills the worker process; None until there is one."""
    is_ready: bool = False


@dataclass
class Feed:
    """Orders that wait for a worker and orders that have one."""

    workers: int
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _lines: list[Line] = field(default_factory=list)
    """Those with orders that wait."""
    _placed: dict[str, Order] = field(default_factory=dict)
    _placements: int = 0
    _served: dict[str, int] = field(default_factory=dict)
    """By turn, the number of the last placement for it."""
    _end: str | None = None

    def submit(self, cohort: Cohort, line: Line) -> None:
        """Lets a cohort be trained by the next free worker; what comes of it goes to the line's inbox."""
        with self._changed:
            if self._end is not None:
                line.inbox.put(Broken(self._end))
                return
            if not line.waiting:
                self._lines.append(line)
            line.waiting.append(cohort)
            self._changed.notify_all()

    def withdraw(self, line: Line) -> None:
        """Forgets the orders of ``line``; workers that train one of them are killed."""
        with self._changed:
            line.withdrawn = True
            line.waiting.clear()
            self._lines = [one for one in self._lines if one is not line]
            for order in self._placed.values():
                if order.line is line and order.kill is not None:
                    order.kill()

    def end(self, reason: str) -> None:
        """Takes no more orders, withdraws all there are, and tells everybody who waits for one."""
        with self._changed:
            self._end = self._end or reason
            for line in {*self._lines, *(order.line for order in self._placed.values())}:
                line.inbox.put(Broken(self._end))
                self.withdraw(line)
            self._changed.notify_all()

    @property
    def has_ended(self) -> bool:
        """Whether ``end`` was called."""
        return self._end is not None

    def place(self, trial_id: str, patience_s: float | None = None) -> Cohort | None:
        """(Tune) The next cohort, from now on known by ``trial_id``; None if there is none for now.

        While no order has a worker the call waits for one (or for the end): for ``patience_s``, without it for ever.
        """
        with self._changed:
            if not self._placed:
                self._changed.wait_for(lambda: self._lines or self._end is not None, patience_s)
            if len(self._placed) >= self.workers:
                return None
            line = next_line(self._lines, [order.line for order in self._placed.values()], self._served)
            if line is None:
                return None
            self._placements += 1
            line.served = self._served[line.turn] = self._placements
            order = self._placed[trial_id] = Order(line.waiting.popleft(), line)
            if not line.waiting:
                self._lines.remove(line)
            self._forget_turns()
            return order.cohort

    def started(self, trial_id: str, kill: Callable[[], None]) -> None:
        """(Tune) The order has a worker process."""
        with self._changed:
            order = self._placed[trial_id]
            order.kill = kill
            if order.line.withdrawn:
                kill()
            else:
                order.line.inbox.put(Started(order.cohort))

    def ready(self, trial_id: str) -> None:
        """(Tune) The order's worker can train from now on."""
        with self._changed:
            self._placed[trial_id].is_ready = True

    def reported(self, trial_id: str, result: TrialResult) -> bool:
        """(Tune) A member has its result; True if it was the last one of its order, which is then done."""
        with self._changed:
            order = self._placed[trial_id]
            order.reported += 1
            if not order.line.withdrawn:
                order.line.inbox.put(Reported(result))
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
            if order is not None and not order.line.withdrawn:
                order.line.inbox.put(Lost(order.cohort, reason, order.is_ready))

    def _forget_turns(self) -> None:
        """A turn that neither waits nor trains begins anew when it comes again."""
        here = {line.turn for line in self._lines} | {order.line.turn for order in self._placed.values()}
        self._served = {turn: served for turn, served in self._served.items() if turn in here}
