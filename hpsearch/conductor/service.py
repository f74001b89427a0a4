"""The conductor of the service: takes studies from the queue, one thread each, until it is told to stop."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hpsearch.conductor.checking import CheckError
from hpsearch.conductor.endings import PASSING, Setbacks, ending_after
from hpsearch.conductor.halt import SERVICE_STOPPED, Outcome
from hpsearch.conductor.keeper import Keeper
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.logs import LOGGER, StudyLog
from hpsearch.conductor.shelf import clear_ended
from hpsearch.conductor.wakes import RELEVANT, Bell, Ring, Wakes
from hpsearch.conductor.workshop import Factory, Workshop
from hpsearch.errors import DatabaseUnavailableError, HpsearchError, LeaseLostError
from hpsearch.progress import EventKind
from hpsearch.results import StudyRecord
from hpsearch.store.port import Claim, Lease, StudyStore
from hpsearch.study import StudyState

CLEAR_S = 3600.0
"""Between two looks for checkpoints of studies that ended elsewhere."""


class Queue(Protocol):
    """Studies that wait for a conductor. Every method raises DatabaseUnavailableError."""

    def next_study(self, holder: str, seconds: float, mine: Collection[int]) -> Claim | None:
        """Claims the study whose turn it is, but none of ``mine``; None if there is none."""

    def sweep(self) -> list[int]:
        """Ends studies whose time is up and fulfils wishes that nobody else will; gives back which."""


@dataclass(frozen=True)
class Pace:
    """How often the service looks, and how long it waits. Seconds."""

    lease_s: float = 15.0
    look_s: float = 3.0
    """Between two looks into the queue when no bell rings: for studies that may be tried again, dead leases, and
    rings that were lost."""
    idle_s: float = 20.0
    """That workers are kept while no study trains."""
    leaving_s: float = 8.0
    """That studies have to stop when the service does; the others are taken from their threads."""
    patience_s: float = 60.0
    """That a result waits for a database that is away."""
    first_retry_s: float = 5.0
    """Until a study is tried again whose workers have failed; doubled each time they fail again."""


class ConductorService:
    """Works on up to ``slots`` studies at the same time. Nothing that goes wrong in one of them ends it."""

    def __init__(
        self,
        store: StudyStore,
        queue: Queue,
        bell: Bell,
        executor_factory: Factory,
        load: Callable[[StudyRecord, threading.Event, bool], Loaded],
        *,
        holder: str,
        slots: int = 16,
        pace: Pace = Pace(),
        checkpoints: Path | None = None,
    ) -> None:
        """``executor_factory`` is called with the first study that trains; ``load`` checks a definition, and
        its data where it is told to, and says what they are, or raises DefinitionError; when the event is set nobody
        waits for that any more.
        ``holder``: name of this process; ``checkpoints``: folder for them."""
        self._store, self._queue, self._bell, self._load = store, queue, bell, load
        self._holder, self._slots, self._pace, self._checkpoints = holder, slots, pace, checkpoints
        self._workshop = Workshop(executor_factory, pace.idle_s)
        self._log = logging.getLogger(LOGGER)
        self._wakes = Wakes()
        self._stopping = False
        self._active: dict[Lease, tuple[threading.Thread, Keeper]] = {}
        self._lock = threading.Lock()
        self._setbacks = Setbacks(pace.first_retry_s)
        self._rests_until = 0.0
        self._clears_at = 0.0

    def run(self) -> None:
        """Works until ``stop``; every study is released then."""
        self._log.info("conductor_started", extra={"holder": self._holder})
        silence = self._bell.subscribe(self._hear)
        try:
            while not self._stopping:
                self._look()
                self._wakes.wait(self._pace.look_s)
        finally:
            silence()
            self._leave()
            self._log.info("conductor_stopped", extra={"holder": self._holder})

    def stop(self) -> None:
        """Ends ``run``. May be called from any thread and from a signal handler."""
        self._stopping = True
        self._wakes.call()

    def _hear(self, ring: Ring | None) -> None:
        """(the bell's thread)"""
        if ring is not None and ring.kind not in RELEVANT:
            return
        with self._lock:
            keepers = [keeper for _, keeper in self._active.values()]
        for keeper in keepers:
            if ring is None or keeper.lease.study_id == ring.study_id:
                keeper.poke()
        if ring is None or ring.kind == EventKind.STATE:
            self._wakes.call()

    def _look(self) -> None:
        try:
            self._workshop.tidy()
            swept = self._queue.sweep()
            for study_id in swept:
                self._log.info("study_swept", extra={"study": study_id})
            self._clear(swept)
            while self._has_room() and (claim := self._claim()) is not None:
                self._begin(claim)
        except DatabaseUnavailableError as error:
            self._log.warning("database_unavailable", extra={"reason": str(error)})
        except Exception as error:  # noqa: BLE001  (a bug there must not end the service)
            self._log.exception("look_failed", extra={"reason": f"{type(error).__name__}: {error}"})

    def _clear(self, swept: Collection[int]) -> None:
        """Throws away the checkpoints of studies that ended while nobody here worked on them."""
        if time.monotonic() >= self._clears_at:
            clear_ended(self._checkpoints, self._store.studies)
            self._clears_at = time.monotonic() + CLEAR_S
        elif swept:
            clear_ended(self._checkpoints, self._store.studies, swept)

    def _claim(self) -> Claim | None:
        with self._lock:
            mine = [lease.study_id for lease in self._active]
        return self._queue.next_study(self._holder, self._pace.lease_s, mine)

    def _has_room(self) -> bool:
        with self._lock:
            free = len(self._active) < self._slots
        return free and not self._stopping and time.monotonic() >= self._rests_until

    def _begin(self, claim: Claim) -> None:
        keeper = Keeper(self._store, claim.lease, self._pace.lease_s)
        thread = threading.Thread(target=self._work, args=(claim, keeper), name=f"study-{claim.study.id}", daemon=True)
        with self._lock:
            self._active[claim.lease] = (thread, keeper)
        study = claim.study
        self._log.info("study_claimed", extra={"study": study.id, "owner": study.owner, "holder": self._holder})
        thread.start()

    def _work(self, claim: Claim, keeper: Keeper) -> None:
        """(a study's own thread)"""
        from hpsearch.conductor.conduct import Conductor  # noqa: PLC0415  (SciPy: 50 MB that an idle service saves)

        study = claim.study
        conductor = Conductor(
            self._store,
            self._workshop,
            StudyLog(self._log, study.id, lambda: self._setbacks.worked(study.id)),
            self._holder,
            self._pace.lease_s,
            patience_s=self._pace.patience_s,
            shares_workers=True,
            checkpoints=self._checkpoints,
            after_error=lambda error: self._ending(study.id, error),
        )
        try:
            outcome = conductor.under(keeper, study, lambda data: self._load(study, keeper.halt, data))
        except LeaseLostError as error:
            self._log.info("study_lost", extra={"study": study.id, "reason": str(error)})
        except HpsearchError as error:
            shown = error if isinstance(error, CheckError) else None  # with what the process that checked has printed
            self._log.warning("study_stopped", extra={"study": study.id, "reason": str(error)}, exc_info=shown)
        except BaseException as error:  # noqa: BLE001  (nor may one study)
            self._log.exception("study_broke", extra={"study": study.id, "reason": f"{type(error).__name__}: {error}"})
        else:
            self._setbacks.over(study.id)
            self._log.info(
                "study_released", extra={"study": study.id, "state": outcome.state, "reason": outcome.reason}
            )
        finally:
            with self._lock:
                self._active.pop(claim.lease, None)
            self._wakes.call()

    def _ending(self, study_id: int, error: BaseException) -> Outcome:
        """Where the workers of several studies fail in a row nothing is claimed for a while."""
        if not isinstance(error, PASSING):
            return ending_after(error)
        retry_s, tries = self._setbacks.failed(study_id, alone=isinstance(error, CheckError))
        self._rests_until = time.monotonic() + self._setbacks.rest_s
        return ending_after(error, retry_s, tries)

    def _leave(self) -> None:
        """Stops all studies and releases them, their threads or not."""
        with self._lock:
            active = dict(self._active)
        for _, keeper in active.values():
            keeper.stop()
        until = time.monotonic() + self._pace.leaving_s
        for lease, (thread, _) in active.items():
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                self._take_from_thread(lease)
        self._workshop.close()

    def _take_from_thread(self, lease: Lease) -> None:
        """Releases a study whose thread does not stop, for it reads data or waits for the database."""
        try:
            self._store.release(lease, StudyState.INTERRUPTED, SERVICE_STOPPED)
        except HpsearchError as error:
            self._log.warning("study_left", extra={"study": lease.study_id, "reason": str(error)})
