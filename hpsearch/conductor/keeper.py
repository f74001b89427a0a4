"""Keeps a lease alive while the conductor works, and hears whether the work is to stop."""

import threading
import time
from types import TracebackType
from typing import Self

from hpsearch.conductor.halt import CAUSE_OF_WISH, Cause, Halted
from hpsearch.conductor.holder import surely_dead
from hpsearch.conductor.observer import Observer
from hpsearch.errors import DatabaseUnavailableError, LeaseLostError
from hpsearch.store.port import Lease, Renewal, StudyStore

BEATS_PER_LEASE = 3
"""Renewals within the life of one lease, so that a single late one costs nothing."""
SHORTEST_BEAT_S = 0.05
"""Between two beats at the end of a study's time, which this process and the database do not measure alike."""


def obtain(store: StudyStore, study_id: int, holder: str, lease_s: float, observer: Observer) -> Lease:
    """Claims the study, waiting while a live process holds it; a dead one's lease is taken over at once."""
    while (lease := store.claim(study_id, holder, lease_s)) is None:
        other = store.holder(study_id)
        if other is not None and surely_dead(other):
            lease = store.seize(study_id, other, holder, lease_s)
            if lease is not None:
                return lease
        elif other is not None:
            observer.waiting(other)
            time.sleep(min(1.0, lease_s / BEATS_PER_LEASE))
    return lease


class Keeper:
    """Renews a lease from a thread of its own for as long as the context lasts.

    ``halt`` is set once the work has to stop; ``check`` says why.
    """

    def __init__(self, store: StudyStore, lease: Lease, lease_s: float) -> None:
        self.lease = lease
        self.halt = threading.Event()
        self._store, self._lease_s = store, lease_s
        self.cause: Cause | None = None
        """Why the work has to stop; None as long as it need not."""
        self._deciding = threading.Lock()
        self._ends_at: float | None = None
        self._ended, self._awake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beats, name=f"lease-{lease.study_id}", daemon=True)

    def __enter__(self) -> Self:
        self._awake.set()  # the first beat at once: how much time is left, and what was wished before
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._awake.set()
        self._thread.join()

    def check(self) -> None:
        """Raises Halted once the work has to stop."""
        if self.cause is not None:
            raise Halted(self.cause)

    def poke(self) -> None:
        """Something has happened to the study: the next beat is now."""
        self._awake.set()

    def stop(self) -> None:
        """The process that works on the study ends."""
        self._halt(Cause.STOPPED)

    def _halt(self, cause: Cause) -> None:
        """The first cause counts."""
        with self._deciding:
            self.cause = self.cause or cause
        self.halt.set()

    def _beats(self) -> None:
        while not self._ended.is_set():
            self._awake.wait(self._pause_s())
            self._awake.clear()
            if not self._ended.is_set():
                self._beat()

    def _beat(self) -> None:
        try:
            self._heed(self._store.renew(self.lease, self._lease_s))
        except LeaseLostError:
            self._halt(Cause.LEASE_LOST)
            self._ended.set()
        except DatabaseUnavailableError:
            # The fence still guards every write; the next beat tries again.
            if self._left_s() == 0:
                self._halt(Cause.TIME_UP)

    def _heed(self, renewal: Renewal) -> None:
        self._ends_at = None if renewal.time_left_s is None else time.monotonic() + renewal.time_left_s
        if renewal.wish is not None:
            self._halt(CAUSE_OF_WISH[renewal.wish])
        elif renewal.time_left_s is not None and renewal.time_left_s <= 0:
            self._halt(Cause.TIME_UP)

    def _left_s(self) -> float | None:
        """Seconds until the study's time is up, as far as this process knows; None: it has no limit."""
        return None if self._ends_at is None else max(0.0, self._ends_at - time.monotonic())

    def _pause_s(self) -> float:
        beat_s, left_s = self._lease_s / BEATS_PER_LEASE, self._left_s()
        if left_s is None or self.halt.is_set():
            return beat_s
        return min(beat_s, max(left_s, SHORTEST_BEAT_S))
