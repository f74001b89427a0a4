"""The checks that wait, for any number of conductors: claims with leases and fences as for studies."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Executable, and_, delete, select, text, update
from sqlalchemy.sql.dml import ReturningUpdate

from hpsearch.checked import CHECK_OVER, CheckOutcome, CheckRecord, CheckState
from hpsearch.errors import LeaseLostError, shown
from hpsearch.store.check_rows import checks_where
from hpsearch.store.clock import from_now, now
from hpsearch.store.codecs import definition_of
from hpsearch.store.documents import document, optional_text
from hpsearch.store.engine import nothing, transact
from hpsearch.store.tables import CHECK_OPEN, checks
from hpsearch.study import StudyDefinition

STALLS = 3
"""Conductors that died while they worked on a check, and it has failed: it may be what takes them down. One whose lease
has run out, and whose check another conductor takes up, counts as dead."""
KEPT_DAYS = 30
"""That a check is kept once it has ended."""

_READY = "(state = 'waiting' OR (state = 'running' AND lease_until <= clock_timestamp()))"
_LIVE = "live.owner = ready.owner AND live.state = 'running' AND live.lease_until > clock_timestamp()"
# Owners take turns: first who has the fewest checks worked on.
_NEXT = text(f"""
    SELECT id, stalls + (state = 'running' AND holder <> :holder)::int AS stalls FROM hpsearch.checks AS ready
    WHERE {CHECK_OPEN} AND {_READY} AND id <> ALL(:active)
      AND (SELECT count(*) FROM hpsearch.checks AS live WHERE {_LIVE} AND live.holder = :holder) < :most
    ORDER BY (SELECT count(*) FROM hpsearch.checks AS live WHERE {_LIVE}), id
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
""")  # noqa: S608 - constants of this file


@dataclass(frozen=True)
class CheckClaim:
    """A check that a conductor works on."""

    check: CheckRecord
    fence: int
    """Of its claim; who has an older one writes nothing any more."""
    definition: StudyDefinition


class CheckQueue:
    """What conductors do with checks. Every method raises DatabaseUnavailableError."""

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def next_check(
        self, holder: str, seconds: float, most_of_owner: int, active: Collection[int] = ()
    ) -> CheckClaim | None:
        """The check whose turn it is, claimed for so many seconds; None if there is none.

        ``holder`` works on ``most_of_owner`` checks of one owner at most, and is at work on those that ``active``
        names, which it does not claim again where it was late to renew. One with which ``STALLS`` conductors have
        died fails instead, and so does one whose stored definition cannot be read.
        """
        asked = {"holder": holder, "most": most_of_owner, "active": list(active)}
        while (taken := self._take(asked, seconds)) is not None:
            try:  # outside the transaction, so that one that cannot be read does not stop all others
                definition = definition_of(taken.written)
            except Exception as error:  # noqa: BLE001  (written by another version, or by hand)
                self._changes(
                    _ending(and_(*_held(taken.check.id, taken.fence)), CheckOutcome(reason=_unreadable(error)))
                )
            else:
                return CheckClaim(taken.check, taken.fence, definition)
        return None

    def _take(self, asked: dict[str, Any], seconds: float) -> "_Taken | None":
        got: list[tuple[int, int]] = []  # what a first try, whose end was not heard, may have claimed

        def work(connection: Connection) -> _Taken | None:
            if got and (found := _read(connection, *got[-1])) is not None:
                return found
            while (row := connection.execute(_NEXT, asked).one_or_none()) is not None:
                if row.stalls >= STALLS:
                    connection.execute(_ending(checks.c.id == row.id, CheckOutcome(reason=_stalled())))
                    continue
                got.append((row.id, _claim(connection, row.id, row.stalls, asked["holder"], seconds)))
                return _read(connection, *got[-1])
            return None

        return transact(self._engine, work, self._ensure)

    def renew(self, claim: CheckClaim, seconds: float) -> None:
        """Keeps the claim for so many seconds from now; raises LeaseLostError where it counts no more."""
        change = update(checks).where(*_held(claim.check.id, claim.fence)).values(lease_until=from_now(seconds))
        if not self._changes(change.returning(checks.c.id)):
            raise _lost(claim)

    def finish(self, claim: CheckClaim, outcome: CheckOutcome) -> None:
        """Writes what came of it; raises LeaseLostError, and writes nothing, where the claim counts no more."""

        def work(connection: Connection) -> bool:
            if connection.execute(_ending(_both(claim), outcome)).scalar_one_or_none() is not None:
                return True
            over = checks.c.state.in_([state.value for state in CHECK_OVER])  # a first try has ended it
            again = select(checks.c.id).where(checks.c.id == claim.check.id, checks.c.fence == claim.fence, over)
            return connection.execute(again).one_or_none() is not None

        if not transact(self._engine, work, self._ensure):
            raise _lost(claim)

    def release(self, claim: CheckClaim) -> None:
        """Lets the check wait again: the conductor stops. Nothing happens where the claim counts no more."""
        values = {"state": CheckState.WAITING.value, "holder": None, "lease_until": None}
        self._changes(update(checks).where(_both(claim)).values(**values).returning(checks.c.id))

    def sweep(self) -> None:
        """Forgets checks that ended long ago. Any number of processes may do this at any time."""
        old = checks.c.finished_at < now() - timedelta(days=KEPT_DAYS)
        self._changes(delete(checks).where(old).returning(checks.c.id))

    def _changes(self, statement: Executable) -> bool:
        def work(connection: Connection) -> bool:
            return bool(connection.execute(statement).scalars().all())

        return transact(self._engine, work, self._ensure)


@dataclass(frozen=True)
class _Taken:
    check: CheckRecord
    fence: int
    written: Any
    """The definition as it is stored."""


def _read(connection: Connection, check_id: int, fence: int) -> _Taken | None:
    held = _held(check_id, fence)
    if not (found := checks_where(connection, *held)):
        return None
    written = connection.execute(select(checks.c.definition).where(*held)).scalar_one()
    return _Taken(found[0], fence, written)


def _claim(connection: Connection, check_id: int, stalls: int, holder: str, seconds: float) -> int:
    change = (
        update(checks)
        .where(checks.c.id == check_id)
        .values(
            state=CheckState.RUNNING.value,
            holder=holder,
            lease_until=from_now(seconds),
            fence=checks.c.fence + 1,
            stalls=stalls,
            started_at=text("COALESCE(started_at, clock_timestamp())"),
        )
        .returning(checks.c.fence)
    )
    return int(connection.execute(change).scalar_one())


def _ending(which: ColumnElement[bool], outcome: CheckOutcome) -> ReturningUpdate[tuple[int]]:
    """Gives back the number of the check, if there was one."""
    values = {
        "state": outcome.state.value,
        "report": outcome.report,
        "verdict": outcome.verdict,
        "problems": document([asdict(problem) for problem in outcome.problems]) or None,
        "reason": optional_text(outcome.reason),
        "holder": None,
        "lease_until": None,
        "finished_at": now(),
    }
    return update(checks).where(which).values(**values).returning(checks.c.id)


def _held(check_id: int, fence: int) -> tuple[ColumnElement[bool], ...]:
    return checks.c.id == check_id, checks.c.fence == fence, checks.c.state == CheckState.RUNNING.value


def _both(claim: CheckClaim) -> ColumnElement[bool]:
    return and_(*_held(claim.check.id, claim.fence))


def _lost(claim: CheckClaim) -> LeaseLostError:
    return LeaseLostError(
        f"check {claim.check.id} was deleted or claimed by another process (fence {claim.fence} is not the newest); "
        "nothing was written"
    )


def _unreadable(error: Exception) -> str:
    return (
        f"its stored definition cannot be read, as if another version of hpsearch had written it "
        f"({shown(f'{type(error).__name__}: {error}')}); ask for the check again"
    )


def _stalled() -> str:
    return (
        f"{STALLS} conductors died while they worked on it, as if it took them down; look into their logs, and try "
        "`hpsearch check` on a machine of your own"
    )
