"""Works on the checks that users have asked the service for: a thread and a process for each, a few at a time."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Protocol, Self

from hpsearch.checked import CHECK_RING, CheckOutcome, CheckState
from hpsearch.conductor.check_program import DEFINITION, DOSE
from hpsearch.conductor.checking import Checker, CheckError
from hpsearch.conductor.logs import LOGGER
from hpsearch.conductor.patience import patiently
from hpsearch.conductor.wakes import Bell, Ring, Wakes
from hpsearch.errors import DatabaseUnavailableError, DefinitionError, HpsearchError, LeaseLostError
from hpsearch.store.check_queue import CheckClaim
from hpsearch.store.codecs import definition_document

SWEEP_S = 3600.0
"""Between two looks for checks that nobody needs any more."""


class Queue(Protocol):
    """Checks that wait. Every method raises DatabaseUnavailableError."""

    def next_check(self, holder: str, seconds: float, most_of_owner: int, active: Collection[int]) -> CheckClaim | None:
        """Claims the check whose turn it is, and none of those in ``active``; None if there is none.

        ``holder`` has so many of one owner at most.
        """

    def renew(self, claim: CheckClaim, seconds: float) -> None:
        """Keeps the claim; raises LeaseLostError."""

    def finish(self, claim: CheckClaim, outcome: CheckOutcome) -> None:
        """Writes what came of it; raises LeaseLostError."""

    def release(self, claim: CheckClaim) -> None:
        """Lets the check wait again."""

    def sweep(self) -> None:
        """Forgets old checks."""


@dataclass(frozen=True)
class CheckPace:
    """How many checks, and how long each may take. Seconds."""

    at_once: int = 2
    """Each needs a core and some 500 MB. One owner has one place less: hanging checks leave room for the others'."""
    lease_s: float = 15.0
    look_s: float = 3.0
    """Between two looks when no bell rings."""
    spare_s: float = 120.0
    """Beside its budget a check may take so long: importing, loading data, advice, a machine that does much else."""
    usual_s: float = 600.0
    """That a check without a budget may take."""
    whole_s: float = 3600.0
    """That one of whole stages may take."""
    patience_s: float = 60.0
    """That an outcome waits for a database that is away."""

    def limit_s(self, claim: CheckClaim) -> float:
        """How long the process of a check may live."""
        dose = claim.check.dose
        if dose.budget_s is not None:
            return dose.budget_s + self.spare_s
        return self.whole_s if dose.whole else self.usual_s


class StoppedError(HpsearchError):
    """Within the work on a check: the conductor stops."""


class CheckService:
    """Works within its context, in threads of its own. Nothing that goes wrong in a check ends it.

    ``pace.at_once`` checks are worked on, in as many processes of ``checker``, which has to allow as many: whoever
    waits there has a claim already, and its time runs.
    """

    def __init__(
        self, queue: Queue, bell: Bell, checker: Checker, *, holder: str, pace: CheckPace = CheckPace()
    ) -> None:
        """``holder``: name of this process."""
        self._queue, self._bell, self._checker, self._holder, self._pace = queue, bell, checker, holder, pace
        self._log = logging.getLogger(LOGGER)
        self._wakes, self._halt, self._lock = Wakes(), threading.Event(), threading.Lock()
        self._active: dict[threading.Thread, int] = {}  # to the numbers of their checks
        self._sweeps_at = 0.0
        self._thread = threading.Thread(target=self._run, name="checks", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops; checks that are not at their end wait again, for the next conductor."""
        self._halt.set()
        self._wakes.call()
        self._thread.join()
        with self._lock:
            active = list(self._active)
        for thread in active:
            thread.join()

    def _run(self) -> None:
        silence = self._bell.subscribe(self._hear)
        try:
            while not self._halt.is_set():
                self._look()
                self._wakes.wait(self._pace.look_s)
        finally:
            silence()

    def _hear(self, ring: Ring | None) -> None:
        """(the bell's thread)"""
        if ring is None or ring.kind == CHECK_RING:
            self._wakes.call()

    def _look(self) -> None:
        try:
            if time.monotonic() >= self._sweeps_at:
                self._queue.sweep()
                self._sweeps_at = time.monotonic() + SWEEP_S
            while self._has_room() and (claim := self._claim()) is not None:
                self._begin(claim)
        except DatabaseUnavailableError as error:
            self._log.warning("database_unavailable", extra={"reason": str(error)})
        except Exception as error:  # noqa: BLE001  (a bug there must not end the service)
            self._log.exception("look_failed", extra={"reason": f"{type(error).__name__}: {error}"})

    def _claim(self) -> CheckClaim | None:
        with self._lock:
            active = list(self._active.values())
        return self._queue.next_check(self._holder, self._pace.lease_s, max(1, self._pace.at_once - 1), active)

    def _has_room(self) -> bool:
        with self._lock:
            return len(self._active) < self._pace.at_once and not self._halt.is_set()

    def _begin(self, claim: CheckClaim) -> None:
        thread = threading.Thread(target=self._work, args=(claim,), name=f"check-{claim.check.id}", daemon=True)
        with self._lock:
            self._active[thread] = claim.check.id
        self._log.info("check_claimed", extra={"check": claim.check.id, "owner": claim.check.owner})
        thread.start()

    def _work(self, claim: CheckClaim) -> None:
        """(a check's own thread)"""
        try:
            outcome = self._outcome(claim)
            patiently(lambda: self._queue.finish(claim, outcome), self._pace.patience_s, self._halt)
            level = logging.WARNING if outcome.state is CheckState.FAILED else logging.INFO
            extra = {"check": claim.check.id, "state": outcome.state, "reason": outcome.reason}
            self._log.log(level, "check_ended", extra=extra)
        except StoppedError:
            self._release(claim)
        except HpsearchError as error:
            self._log.info("check_left", extra={"check": claim.check.id, "reason": str(error)})
        except BaseException as error:  # noqa: BLE001  (one check must not end the others)
            reason = f"{type(error).__name__}: {error}"
            self._log.exception("check_broke", extra={"check": claim.check.id, "reason": reason})
            with contextlib.suppress(HpsearchError):  # else whoever claims it next fails alike
                self._queue.finish(claim, CheckOutcome(reason=f"the service failed to do it: {reason[:500]}"))
        finally:
            with self._lock:
                self._active.pop(threading.current_thread(), None)
            self._wakes.call()

    def _outcome(self, claim: CheckClaim) -> CheckOutcome:
        """Raises LeaseLostError and StoppedError; whatever else goes wrong is an outcome."""
        definition, dose = claim.definition, claim.check.dose
        question = {DEFINITION: definition_document(definition), DOSE: asdict(dose)}
        named = definition.network.factory is None and definition.data.factory is None
        try:
            # A process that has run somebody's own code is not used for anybody else.
            return CheckOutcome(self._checker.answer(question, self._heed(claim), keep=named)["report"])
        except DefinitionError as error:
            return CheckOutcome(problems=error.problems)
        except CheckError as error:
            extra = {"check": claim.check.id, "owner": claim.check.owner, "reason": str(error)}
            self._log.warning("check_died", extra=extra, exc_info=error)  # with what the process has printed
            return CheckOutcome(reason=str(error))

    def _heed(self, claim: CheckClaim) -> Callable[[], None]:
        """Called while the process works: keeps the claim, and raises once the work has to stop."""
        limit_s = self._pace.limit_s(claim)
        until, renews_at = time.monotonic() + limit_s, time.monotonic()

        def heed() -> None:
            nonlocal renews_at
            if self._halt.is_set():
                raise StoppedError("the service stopped")
            if time.monotonic() >= until:
                raise CheckError(
                    f"the check took longer than {limit_s:g} s, and its process was ended; see that its data can be "
                    "read and its network be trained in that time, or lower the budget"
                )
            if time.monotonic() >= renews_at:
                renews_at = time.monotonic() + self._pace.lease_s / 3
                try:
                    self._queue.renew(claim, self._pace.lease_s)
                except DatabaseUnavailableError as error:  # the fence guards the outcome
                    self._log.warning("database_unavailable", extra={"reason": str(error)})

        return heed

    def _release(self, claim: CheckClaim) -> None:
        try:
            self._queue.release(claim)
        except LeaseLostError as error:
            self._log.info("check_left", extra={"check": claim.check.id, "reason": str(error)})
        except DatabaseUnavailableError as error:
            self._log.warning("database_unavailable", extra={"reason": str(error)})
