"""One measurement on a pool: on as many workers side by side as will train, so that they are as slow as then."""

import threading
from collections import Counter
from collections.abc import Iterable
from queue import Empty

from hpsearch.errors import WorkerError
from hpsearch.executors.feed import Feed
from hpsearch.executors.line import Broken, Event, Line, Order, Reported, Started
from hpsearch.executors.measurement import Measurement
from hpsearch.executors.pool_run import HALT_BEAT_S


class PoolMeasuring:
    """Belongs to the thread that waits for the measurement."""

    def __init__(self, feed: Feed, line: Line) -> None:
        self._feed, self._line = feed, line

    def result(self, order: Order, workers: int, halt: threading.Event | None) -> Measurement | None:
        """What most of the workers found; None if all of them died over it, or if the run was halted.

        Workers that others have are not waited for once there is one answer. Raises WorkerError if there are no
        workers (any more).
        """
        count = min(workers, self._line.at_most or workers)
        for _ in range(count):
            self._feed.submit(order, self._line)
        found: list[Measurement] = []
        begun = ended = 0
        try:
            while ended < count:
                is_enough = bool(found) and begun == ended
                event = self._event(0.0 if is_enough else HALT_BEAT_S)
                if is_enough and event is None:  # all that has come is looked at: the next one may have begun by now
                    break
                if halt is not None and halt.is_set():
                    return None
                if isinstance(event, Broken):
                    raise WorkerError(event.reason)
                if isinstance(event, Started):
                    begun += 1
                elif event is not None:
                    ended += 1
                    begun = max(begun, ended)  # one whose worker died before it had begun
                    if isinstance(event, Reported) and isinstance(event.answer, Measurement):
                        found.append(event.answer)
        finally:
            self._feed.withdraw(self._line)
        return agreed(found)

    def _event(self, patience_s: float) -> Event | None:
        try:
            return self._line.inbox.get(timeout=patience_s)
        except Empty:
            return None


def agreed(found: Iterable[Measurement]) -> Measurement | None:
    """The first of those with the arrangement that most have found, those without trouble before all others."""
    sound = [one for one in found if one.trouble is None] or list(found)
    counts = Counter(one.arrangement for one in sound)
    return max(sound, key=lambda one: counts[one.arrangement], default=None)
