"""Who may write: claims, leases and fences as statements on the study's row.

Times are the database's. ``clock_timestamp()`` rather than ``now()``: a statement may have waited for a lock.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, or_, select, update
from sqlalchemy.sql.functions import Function

from hpsearch.store.names import no_such_id
from hpsearch.store.port import Lease
from hpsearch.store.refusals import CLAIMABLE, ENDED, lost, nothing_left
from hpsearch.store.tables import stages, studies, trials
from hpsearch.study import StudyState


def now() -> Function[datetime]:
    """The database's clock at this very moment."""
    return func.clock_timestamp(type_=studies.c.created_at.type)


def is_alive() -> ColumnElement[bool]:
    """Whether the lease on a study's row lasts."""
    return studies.c.holder.is_not(None) & (studies.c.lease_until > now())


def locked(connection: Connection, lease: Lease) -> None:
    """Locks the study's row until the transaction ends, so that nobody can claim it meanwhile.

    Every write begins with this. Raises LeaseLostError if the lease is not the newest or was released.
    """
    query = select(studies.c.id).where(*_held(lease)).with_for_update(key_share=True)
    if connection.execute(query).scalar_one_or_none() is None:
        raise lost(lease)


def claimed(connection: Connection, study_id: int, holder: str, seconds: float) -> Lease | None:
    """``StudyStore.claim``."""
    return _taken(connection, study_id, holder, seconds, or_(studies.c.holder == holder, ~is_alive()))


def seized(connection: Connection, study_id: int, dead: str, holder: str, seconds: float) -> Lease | None:
    """``StudyStore.seize``. The new holder may have it already: from a first try whose answer was lost."""
    return _taken(connection, study_id, holder, seconds, studies.c.holder.in_((dead, holder)))


def renewed(connection: Connection, lease: Lease, seconds: float) -> None:
    """``StudyStore.renew``."""
    change = update(studies).where(*_held(lease)).values(lease_until=_in(seconds))
    if connection.execute(change).rowcount == 0:
        raise lost(lease)


def released(connection: Connection, lease: Lease, state: StudyState, reason: str | None) -> None:
    """``StudyStore.release``. A repetition finds the study free, under the same fence and in that state."""
    ended_at = now() if state in ENDED else None
    change = (
        update(studies)
        .where(*_held(lease))
        .values(state=state, reason=reason, finished_at=ended_at, holder=None, lease_until=None)
    )
    if connection.execute(change).rowcount == 1:
        _rest(connection, lease.study_id)
        return
    again = select(studies.c.id).where(
        studies.c.id == lease.study_id,
        studies.c.fence == lease.fence,
        studies.c.state == state,
        studies.c.reason.is_not_distinct_from(reason),
    )
    if connection.execute(again).scalar_one_or_none() is None:
        raise lost(lease)


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return studies.c.id == lease.study_id, studies.c.fence == lease.fence, studies.c.holder.is_not(None)


def _in(seconds: float) -> ColumnElement[datetime]:
    return now() + timedelta(seconds=seconds)


def _taken(
    connection: Connection, study_id: int, holder: str, seconds: float, free: ColumnElement[bool]
) -> Lease | None:
    change = (
        update(studies)
        .where(studies.c.id == study_id, studies.c.state.in_(CLAIMABLE), free)
        .values(
            holder=holder,
            fence=studies.c.fence + 1,
            lease_until=_in(seconds),
            state=StudyState.RUNNING,
            reason=None,
        )
        .returning(studies.c.fence)
    )
    fence = connection.execute(change).scalar_one_or_none()
    if fence is None:
        state = connection.execute(select(studies.c.state).where(studies.c.id == study_id)).scalar_one_or_none()
        if state is None:
            raise no_such_id(study_id)
        if state in ENDED:
            raise nothing_left(study_id, StudyState(state))
        return None
    _rest(connection, study_id)
    return Lease(study_id, fence)


def _rest(connection: Connection, study_id: int) -> None:
    """Whatever ran runs no longer."""
    mine = select(stages.c.id).where(stages.c.study_id == study_id).scalar_subquery()
    change = update(trials).where(trials.c.stage_id.in_(mine), trials.c.state == "running")
    connection.execute(change.values(state="waiting", started_at=None))
