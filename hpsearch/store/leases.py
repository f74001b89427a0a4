"""Who may write: claims, leases and fences as statements on the study's row. Times are the database's."""

from sqlalchemy import ColumnElement, Connection, or_, select, update

from hpsearch.store.clock import from_now, now, seconds_until
from hpsearch.store.fulfilment import fulfilled
from hpsearch.store.happenings import state_changed
from hpsearch.store.names import no_such_id
from hpsearch.store.port import Lease, Renewal
from hpsearch.store.refusals import CLAIMABLE, lost, nothing_left
from hpsearch.store.tables import studies
from hpsearch.store.transitions import let_go, rest, running_deadline
from hpsearch.study import StudyState, Wish


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
    fence = taken(connection, study_id, holder, seconds, or_(studies.c.holder == holder, ~is_alive()))
    return _lease(connection, study_id, fence)


def seized(connection: Connection, study_id: int, dead: str, holder: str, seconds: float) -> Lease | None:
    """``StudyStore.seize``. The new holder may have it already: from a first try whose answer was lost."""
    fence = taken(connection, study_id, holder, seconds, studies.c.holder.in_((dead, holder)))
    return _lease(connection, study_id, fence)


def renewed(connection: Connection, lease: Lease, seconds: float) -> Renewal:
    """``StudyStore.renew``."""
    change = update(studies).where(*_held(lease)).values(lease_until=from_now(seconds))
    told = change.returning(studies.c.wish, seconds_until(studies.c.deadline).label("time_left_s"))
    row = connection.execute(told).one_or_none()
    if row is None:
        raise lost(lease)
    return Renewal(None if row.wish is None else Wish(row.wish), row.time_left_s)


def released(connection: Connection, lease: Lease, state: StudyState, reason: str | None, retry_s: float) -> None:
    """``StudyStore.release``. A repetition finds the study free, under the same fence and in that state."""
    query = select(studies.c.wish).where(*_held(lease)).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    if row is not None:
        found = fulfilled(state, None if row.wish is None else Wish(row.wish))
        let_go(connection, lease.study_id, found, reason, retry_s=retry_s if found is StudyState.INTERRUPTED else 0.0)
        return
    possible = {state, *(fulfilled(state, wish) for wish in (None, *Wish))}
    again = select(studies.c.id).where(
        studies.c.id == lease.study_id,
        studies.c.fence == lease.fence,
        studies.c.state.in_([one.value for one in possible]),
        studies.c.reason.is_not_distinct_from(reason),
    )
    if connection.execute(again).scalar_one_or_none() is None:
        raise lost(lease)


def taken(
    connection: Connection,
    study_id: int,
    holder: str,
    seconds: float,
    *free: ColumnElement[bool],
    stalls: int | ColumnElement[int] | None = None,
) -> int | None:
    """The study's new fence, now that ``holder`` has it; None if it cannot be claimed or ``free`` does not hold."""
    change = (
        update(studies)
        .where(studies.c.id == study_id, studies.c.state.in_([state.value for state in CLAIMABLE]), *free)
        .values(
            holder=holder,
            fence=studies.c.fence + 1,
            lease_until=from_now(seconds),
            state=StudyState.RUNNING.value,
            reason=None,
            deadline=running_deadline(),
            claimed_at=now(),
            not_before=None,
            stalls=studies.c.stalls if stalls is None else stalls,
        )
        .returning(studies.c.fence)
    )
    fence: int | None = connection.execute(change).scalar_one_or_none()
    if fence is not None:
        rest(connection, study_id)
        state_changed(connection, study_id, StudyState.RUNNING)
    return fence


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return studies.c.id == lease.study_id, studies.c.fence == lease.fence, studies.c.holder.is_not(None)


def _lease(connection: Connection, study_id: int, fence: int | None) -> Lease | None:
    """The lease with that fence; raises what says why there never will be one."""
    if fence is not None:
        return Lease(study_id, fence)
    state = connection.execute(select(studies.c.state).where(studies.c.id == study_id)).scalar_one_or_none()
    if state is None:
        raise no_such_id(study_id)
    if state not in CLAIMABLE:
        raise nothing_left(study_id, StudyState(state))
    return None
