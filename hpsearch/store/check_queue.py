"""The checks that wait, for any number of conductors: claims with leases and fences as for studies."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Executable, delete, select, text, update

from hpsearch.checked import CHECK_OVER, CheckOutcome, CheckRecord, CheckState
from hpsearch.errors import LeaseLostError
from hpsearch.store.check_rows import checks_where
from hpsearch.store.clock import from_now, now
from hpsearch.store.documents import document, optional_text
from hpsearch.store.engine import nothing, transact
from hpsearch.store.tables import CHECK_OPEN, checks

STALLS = 3
"""Conductors that died while they worked on a check, and it has failed: it may be what takes them down."""
KEPT_DAYS = 30
"""That a check is kept once it has ended."""

_READY = "(state = 'waiting' OR (state = 'running' AND lease_until <= clock_timestamp()))"
_LIVE = "live.owner = ready.owner AND live.state = 'running' AND live.lease_until > clock_timestamp()"
# Owners take turns: first who has the fewest checks worked on.
_NEXT = text(f"""
    SELECT id, stalls FROM hpsearch.checks AS ready
    WHERE {CHECK_OPEN} AND {_READY}
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


class CheckQueue:
    """What conductors do with checks. Every method raises DatabaseUnavailableError."""

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def next_check(self, holder: str, seconds: float, most_of_owner: int) -> CheckClaim | None:
        """The check whose turn it is, claimed for so many seconds; None if there is none.

        ``holder`` works on ``most_of_owner`` checks of one owner at most. One with which ``STALLS`` conductors have
        died fails instead.
        """
        asked = {"holder": holder, "most": most_of_owner}
        got: list[tuple[int, int]] = []  # what a first try, whose end was not heard, may have claimed

        def work(connection: Connection) -> CheckClaim | None:
            if got and (found := checks_where(connection, *_held(*got[-1]))):
                return CheckClaim(found[0], got[-1][1])
            while (row := connection.execute(_NEXT, asked).one_or_none()) is not None:
                if row.stalls >= STALLS:
                    _end(connection, checks.c.id == row.id, CheckOutcome(reason=_stalled()))
                    continue
                fence = _taken(connection, row.id, holder, seconds)
                got.append((row.id, fence))
                return CheckClaim(checks_where(connection, checks.c.id == row.id)[0], fence)
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
            if _end(connection, _both(claim), outcome):
                return True
            over = checks.c.state.in_([state.value for state in CHECK_OVER])  # a first try has ended it
            again = select(checks.c.id).where(checks.c.id == claim.check.id, checks.c.fence == claim.fence, over)
            return connection.execute(again).one_or_none() is not None

        if not transact(self._engine, work, self._ensure):
            raise _lost(claim)

    def release(self, claim: CheckClaim) -> None:
        """Lets the check wait again: the conductor stops. Nothing happens where the claim counts no more."""
        values = {"state": CheckState.WAITING.value, "holder": None, "lease_until": None, "stalls": checks.c.stalls - 1}
        self._changes(update(checks).where(_both(claim)).values(**values).returning(checks.c.id))

    def sweep(self) -> None:
        """Forgets checks that ended long ago. Any number of processes may do this at any time."""
        old = checks.c.finished_at < now() - timedelta(days=KEPT_DAYS)
        self._changes(delete(checks).where(old).returning(checks.c.id))

    def _changes(self, statement: Executable) -> bool:
        def work(connection: Connection) -> bool:
            return bool(connection.execute(statement).scalars().all())

        return transact(self._engine, work, self._ensure)


def _taken(connection: Connection, check_id: int, holder: str, seconds: float) -> int:
    change = (
        update(checks)
        .where(checks.c.id == check_id)
        .values(
            state=CheckState.RUNNING.value,
            holder=holder,
            lease_until=from_now(seconds),
            fence=checks.c.fence + 1,
            stalls=checks.c.stalls + 1,
            started_at=text("COALESCE(started_at, clock_timestamp())"),
        )
        .returning(checks.c.fence)
    )
    return int(connection.execute(change).scalar_one())


def _end(connection: Connection, which: ColumnElement[bool], outcome: CheckOutcome) -> bool:
    """Whether there was such a check."""
    values = {
        "state": outcome.state.value,
        "report": outcome.report,
        "problems": document([asdict(problem) for problem in outcome.problems]) or None,
        "reason": optional_text(outcome.reason),
        "holder": None,
        "lease_until": None,
        "finished_at": now(),
    }
    change = update(checks).where(which).values(**values).returning(checks.c.id)
    return connection.execute(change).scalar_one_or_none() is not None


def _held(check_id: int, fence: int) -> tuple[ColumnElement[bool], ...]:
    return checks.c.id == check_id, checks.c.fence == fence, checks.c.state == CheckState.RUNNING.value


def _both(claim: CheckClaim) -> ColumnElement[bool]:
    first, second, third = _held(claim.check.id, claim.fence)
    return first & second & third


def _lost(claim: CheckClaim) -> LeaseLostError:
    return LeaseLostError(
        f"check {claim.check.id} was deleted or claimed by another process (fence {claim.fence} is not the newest); "
        "nothing was written"
    )


def _stalled() -> str:
    return (
        f"{STALLS} conductors died while they worked on it, as if it took them down; look into their logs, and try "
        "`hpsearch check` on a machine of your own"
    )
