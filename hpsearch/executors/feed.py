"""The feed between the callers of ``run`` and the workers that serve them all: orders in, events out.

Every method may be called from any thread. A worker is known by a name of its own.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from hpsearch.executors.line import Answer, Broken, Line, Lost, Order, Reported, Started, next_line

FRESH_DEATHS = 3
"""So many new workers in a row that died before they took an order up mean that something is wrong with it or them."""


@dataclass(eq=False)
class Placed:
    """An order that has a worker. Only the feed changes it."""

    order: Order
    line: Line
    kill: Callable[[], None]
    """Kills the worker process."""
    answered: int = 0
    is_ready: bool = False


@dataclass
class Feed:
    """Orders that wait for a worker and orders that have one."""

    workers: int
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _lines: list[Line] = field(default_factory=list)
    """Those with orders that wait."""
    _placed: dict[str, Placed] = field(default_factory=dict)
    _placements: int = 0
    _served: dict[str, int] = field(default_factory=dict)
    """By turn, the number of the last placement for it."""
    _end: str | None = None

    def submit(self, order: Order, line: Line) -> None:
        """Lets the next free worker see to an order; what comes of it goes to the line's inbox."""
        with self._changed:
            if self._end is not None:
                line.inbox.put(Broken(self._end))
                return
            self._wait_in(line)
            line.waiting.append(order)
            self._changed.notify_all()

    def drop(self, line: Line, is_needless: Callable[[Order], bool]) -> None:
        """Forgets those orders of ``line`` that wait for a worker and are not needed any more."""
        with self._changed:
            left = [order for order in line.waiting if not is_needless(order)]
            line.waiting.clear()
            line.waiting.extend(left)
            if not left:
                self._lines = [one for one in self._lines if one is not line]
            self._changed.notify_all()

    def withdraw(self, line: Line) -> None:
        """Forgets the orders of ``line``; workers that work on one of them are killed."""
        with self._changed:
            line.withdrawn = True
            line.waiting.clear()
            self._lines = [one for one in self._lines if one is not line]
            for placed in self._placed.values():
                if placed.line is line:
                    placed.kill()

    def end(self, reason: str) -> None:
        """Takes no more orders, withdraws all there are, and tells everybody who waits for one."""
        with self._changed:
            self._end = self._end or reason
            for line in {*self._lines, *(placed.line for placed in self._placed.values())}:
                line.inbox.put(Broken(self._end))
                self.withdraw(line)
            self._changed.notify_all()

    @property
    def has_ended(self) -> bool:
        """Whether ``end`` was called."""
        return self._end is not None

    @property
    def wanted(self) -> int:
        """How many workers there should be for the orders there are: no more while the next order waits for memory."""
        with self._changed:
            at_work = [placed.line for placed in self._placed.values()]
            if self._must_leave or self._next_line() is None:
                return len(at_work)
            free = (
                len(line.waiting)
                if line.at_most is None
                else min(len(line.waiting), line.at_most - at_work.count(line))
                for line in self._lines
            )
            return min(self.workers, len(at_work) + sum(free))

    def wait(self, condition: Callable[[], bool], patience_s: float) -> None:
        """Until the condition holds, which is looked at whenever something has changed, or patience is at its end."""
        with self._changed:
            self._changed.wait_for(condition, patience_s)

    def nudge(self) -> None:
        """Lets whoever waits look again."""
        with self._changed:
            self._changed.notify_all()

    def place(self, worker: str, kill: Callable[[], None], patience_s: float) -> Order | None:
        """The next order for a worker that is free; waits for one. None: the worker is not needed any more.

        That is so when patience is at its end, when the feed has ended, and beside an order that wants to be alone.
        """
        with self._changed:
            found: list[Line] = []

            def is_decided() -> bool:
                found[:] = [line for line in (self._next_line(),) if line is not None]
                return bool(found) or self._end is not None or self._must_leave

            self._changed.wait_for(is_decided, patience_s)
            if not found or self._end is not None:
                return None
            (line,) = found
            self._placements += 1
            line.served = self._served[line.turn] = self._placements
            placed = self._placed[worker] = Placed(line.waiting.popleft(), line, kill)
            if not line.waiting:
                self._lines.remove(line)
            self._forget_turns()
            if placed.order.share is None:
                self._changed.notify_all()
            return placed.order

    def started(self, worker: str) -> None:
        """The worker has taken its order up."""
        with self._changed:
            placed = self._placed[worker]
            placed.line.fresh_deaths = 0
            if not placed.line.withdrawn:
                placed.line.inbox.put(Started(placed.order))

    def put_back(self, worker: str, reason: str, *, is_fresh: bool) -> None:
        """The worker was dead before it could take its order up: the order is the next one of its line again.

        Whoever dies idle says nothing of the order. But if ``FRESH_DEATHS`` workers in a row that never took any order
        up (``is_fresh``) have died over those of this line, the order counts as lost.
        """
        with self._changed:
            placed = self._placed.pop(worker, None)  # the loop may have ended meanwhile
            if placed is not None and not placed.line.withdrawn:
                line = placed.line
                line.fresh_deaths += is_fresh
                if is_fresh and line.fresh_deaths >= FRESH_DEATHS:
                    line.inbox.put(Lost(placed.order, reason, was_ready=False))
                else:
                    self._wait_in(line)
                    line.waiting.appendleft(placed.order)
            self._changed.notify_all()

    def ready(self, worker: str) -> None:
        """The worker can train from now on."""
        with self._changed:
            self._placed[worker].is_ready = True

    def reported(self, worker: str, answer: Answer) -> bool:
        """There is an answer; True if it was the last one of its order, which is then done."""
        with self._changed:
            placed = self._placed[worker]
            placed.answered += 1
            if not placed.line.withdrawn:
                placed.line.inbox.put(Reported(answer, placed.order))
            done = placed.answered == placed.order.answers
            if done:
                del self._placed[worker]
                self._changed.notify_all()
            return done

    def lost(self, worker: str, reason: str, *, is_accident: bool = False) -> None:
        """The worker died over its order, or by an accident that has nothing to do with it."""
        with self._changed:
            placed = self._placed.pop(worker, None)
            if placed is not None and not placed.line.withdrawn:
                placed.line.inbox.put(Lost(placed.order, reason, placed.is_ready, is_accident))
            self._changed.notify_all()

    def abandon(self, reason: str) -> None:
        """The workers are gone: like ``end``, but there is nothing left to kill."""
        with self._changed:
            for placed in self._placed.values():
                placed.kill = _nothing
            self.end(reason)
            self._placed.clear()

    @property
    def _must_leave(self) -> bool:
        return any(placed.order.share is None for placed in self._placed.values())

    def _next_line(self) -> Line | None:
        """Whose order a free worker gets; an order waits until what it takes of the workers' memory is free."""
        line = next_line(self._lines, [placed.line for placed in self._placed.values()], self._served)
        if line is None:
            return None
        share = line.waiting[0].share
        taken = sum(placed.order.share or self.workers for placed in self._placed.values())
        needed = self.workers if share is None else min(share, self.workers)
        return line if taken + needed <= self.workers else None

    def _wait_in(self, line: Line) -> None:
        if not line.waiting:
            self._lines.append(line)

    def _forget_turns(self) -> None:
        """A turn that neither waits nor is worked for begins anew when it comes again."""
        here = {line.turn for line in self._lines} | {placed.line.turn for placed in self._placed.values()}
        self._served = {turn: served for turn, served in self._served.items() if turn in here}


def _nothing() -> None:
    """Kills no one."""
