"""Keeps a lease alive while the conductor works."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def kept(store: StudyStore, lease: Lease, lease_s: float) -> Iterator[threading.Event]:
    """Renews the lease from a thread of its own; the event is set when it is lost."""
    lost, ended = threading.Event(), threading.Event()

    def beat() -> None:
        while not ended.wait(lease_s / BEATS_PER_LEASE):
            try:
                store.renew(lease, lease_s)
            except LeaseLostError:
                lost.set()
                return
            except DatabaseUnavailableError:
                continue  # the fence still guards every write; the next beat tries again

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()
