"""Keeps a lease alive while the conductor works."""

import threading
import time
from types import TracebackType
from typing import Self

from hpsearch.conductor.holder import surely_dead
from hpsearch.conductor.observer import Observer
from hpsearch.errors import DatabaseUnavailableError, LeaseLostError
from hpsearch.store.port import Lease, StudyStore

BEATS_PER_LEASE = 3
"""Renewals within the life of one lease, so that a single late one costs nothing."""


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
    """Renews a lease from a thread of its own for as long as the context lasts."""

    def __init__(self, store: StudyStore, lease: Lease, lease_s: float) -> None:
        self.lease = lease
        self._store, self._lease_s = store, lease_s
        self._lost, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raises LeaseLostError once a renewal was refused."""
        if self._lost.is_set():
            raise LeaseLostError("another conductor has taken the study over; it goes on there")

    def _beat(self) -> None:
        while not self._ended.wait(self._lease_s / BEATS_PER_LEASE):
            try:
                self._store.renew(self.lease, self._lease_s)
            except LeaseLostError:
                self._lost.set()
                return
            except DatabaseUnavailableError:
                continue  # the fence still guards every write; the next beat tries again
