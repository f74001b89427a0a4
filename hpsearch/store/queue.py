"""The queue of the service: which study a conductor works on next, and what ends without one."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Engine, literal_column, select, text

from hpsearch.store.engine import nothing, transact
from hpsearch.store.leases import taken
from hpsearch.store.port import Claim, Lease
from hpsearch.store.reading import one_study
from hpsearch.store.tables import OPEN, studies
from hpsearch.store.transitions import take_away
from hpsearch.study import DAY_S, STATE_LIMITS_S, StudyState, Wish

STALLS = 10
"""Conductors in a row that died with the study before anything came of it, and the study has failed. Heuristic: far
more than a bad night of the machines takes, few enough to spare the other studies."""

GRACE_S = 60.0
"""How long after its deadline a study that somebody holds is left for its holder to end."""

_LOCK = 0x6870_7175_6575_6500  # "hpqueue", the key of the advisory lock

_ALIVE = "(holder IS NOT NULL AND lease_until > clock_timestamp())"

_READY = f"""origin = 'service' AND wish IS NULL AND deadline > clock_timestamp()
    AND state IN ('waiting', 'interrupted', 'running') AND NOT {_ALIVE}
    AND (not_before IS NULL OR not_before <= clock_timestamp())"""

_NEXT = text(f"""
    WITH ready AS (
        SELECT id, owner, key_id, stalls FROM hpsearch.studies WHERE {_READY} AND id <> ALL (:mine)
    ), live AS (
        SELECT owner, key_id FROM hpsearch.studies WHERE origin = 'service' AND state IN ('running') AND {_ALIVE}
    ), turns AS (
        SELECT owner, (SELECT count(*) FROM live WHERE live.owner = ready_owner.owner) AS busy,
               (SELECT max(claimed_at) FROM hpsearch.studies
                WHERE studies.owner = ready_owner.owner AND origin = 'service') AS served_at
        FROM (SELECT DISTINCT owner FROM ready) AS ready_owner
    ), used AS (
        SELECT key_id, count(*) AS running FROM live GROUP BY key_id
    )
    SELECT ready.id, ready.stalls
    FROM ready
    JOIN turns ON turns.owner = ready.owner
    LEFT JOIN hpsearch.keys ON keys.id = ready.key_id
    LEFT JOIN used ON used.key_id = ready.key_id
    WHERE keys.id IS NULL OR coalesce(used.running, 0) < CAST(keys.limits ->> 'running' AS int)
    ORDER BY turns.busy, turns.served_at NULLS FIRST, ready.id
    LIMIT 1
""")  # noqa: S608 - constants of this file

_DUE = text(f"""
    SELECT id, state, wish, deadline <= clock_timestamp() AS late,
           definition #>> '{{resources,time_limit_s}}' AS time_limit_s
    FROM hpsearch.studies
    WHERE {OPEN}
      AND ((wish IS NOT NULL AND NOT {_ALIVE})
           OR (deadline <= clock_timestamp() AND NOT {_ALIVE})
           OR deadline <= clock_timestamp() - make_interval(secs => :grace_s))
    ORDER BY id
    FOR NO KEY UPDATE SKIP LOCKED
""")  # noqa: S608 - constants of this file


class StudyQueue:
    """The studies that were submitted and have not ended, for any number of conductors."""

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def next_study(self, holder: str, seconds: float, mine: Collection[int] = ()) -> Claim | None:
        """The study whose turn it is, claimed for so many seconds; None if there is nothing to do.

        ``mine``: studies that the holder works on already; a lease of its own that has expired is renewed and not
        claimed again.

        Owners take turns: first who has the fewest studies worked on, then who was served the longest ago. A key has
        no more studies worked on at a time than it may. A study with which ``STALLS`` conductors in a row have died
        before a single trial came to an end or a rung, or a verdict was written, fails instead.
        """
        got: list[Lease] = []  # what a first try, whose end was not heard, may have claimed

        def work(connection: Connection) -> Claim | None:
            # One claim at a time: nobody counts the living leases while another one is being made.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            lease = _still_held(connection, got, holder) or _claimed(connection, holder, seconds, mine)
            if lease is None:
                return None
            got.append(lease)
            return Claim(one_study(connection, lease.study_id), lease)

        return transact(self._engine, work, self._ensure)

    def sweep(self) -> list[int]:
        """Ends studies whose time is up and does what users wish of those that nobody holds; gives back which.

        A study that somebody holds gets ``GRACE_S`` more; then it is taken away. Any number of processes may do this
        at any time.
        """

        def work(connection: Connection) -> list[int]:
            due = connection.execute(_DUE, {"grace_s": GRACE_S}).all()
            for row in due:
                take_away(connection, row.id, *_end(row))
            return [row.id for row in due]

        return transact(self._engine, work, self._ensure)


def _still_held(connection: Connection, got: list[Lease], holder: str) -> Lease | None:
    if not got:
        return None
    mine = (studies.c.id == got[-1].study_id, studies.c.fence == got[-1].fence, studies.c.holder == holder)
    return got[-1] if connection.execute(select(studies.c.id).where(*mine)).one_or_none() is not None else None


def _claimed(connection: Connection, holder: str, seconds: float, mine: Collection[int]) -> Lease | None:
    ready: ColumnElement[bool] = literal_column(f"({_READY})", Boolean)
    while (row := connection.execute(_NEXT, {"mine": list(mine)}).one_or_none()) is not None:
        if row.stalls >= STALLS:
            lock = select(studies.c.id).where(studies.c.id == row.id, ready).with_for_update(key_share=True)
            if connection.execute(lock).one_or_none() is not None:
                take_away(connection, row.id, StudyState.FAILED, _stalled())
            continue
        fence = taken(connection, row.id, holder, seconds, ready, stalls=studies.c.stalls + 1)
        if fence is not None:
            return Lease(row.id, fence)
        # Its user or a sweep was quicker; the next look does not find it any more.
    return None


def _end(row: Any) -> tuple[StudyState, str | None]:
    """The state that a study is due to have, and why."""
    if row.wish == Wish.CANCEL:
        return StudyState.CANCELLED, None
    if not row.late:
        return StudyState.PAUSED, None
    state = StudyState(row.state)
    if state is StudyState.RUNNING:
        limit = f"{float(row.time_limit_s):g} s" if row.time_limit_s else "its time"
        return StudyState.FAILED, (
            f"it was worked on for {limit}, which is its limit; submit it again with a higher resources.time_limit_s"
        )
    days = STATE_LIMITS_S[state] / DAY_S
    happened = {
        StudyState.WAITING: "no conductor took it up",
        StudyState.INTERRUPTED: "no conductor went on with it",
        StudyState.PAUSED: "nobody resumed it",
    }[state]
    return StudyState.FAILED, f"it was {state} for {days:g} days and {happened}; submit it again"


def _stalled() -> str:
    return (
        f"{STALLS} conductors in a row died while they worked on it, before a single trial or verdict, as if it took "
        "them down; look into their logs, and try the study with `hpsearch run`"
    )
