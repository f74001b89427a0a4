"""How a study gets from one state to another. The caller has locked its row and knows that the change is legal."""

from typing import Any

from sqlalchemy import Connection, case, func, null, select, update

from hpsearch.store.clock import from_now, now, seconds_until
from hpsearch.store.happenings import state_changed
from hpsearch.store.tables import stages, studies, trials
from hpsearch.study import DAY_S, ENDED, STATE_LIMITS_S, Origin, StudyState

DEFAULT_TIME_S = DAY_S
"""Of running, for a study of which nobody has written down more."""


def let_go(
    connection: Connection, study_id: int, state: StudyState, reason: str | None = None, *, retry_s: float = 0.0
) -> None:
    """Nobody holds the study any more, and it is in another state than running.

    Running time that is left is kept for the next claim, and the new state gets its own limit.
    """
    left = func.greatest(0.0, seconds_until(studies.c.deadline))
    ran = (studies.c.state == StudyState.RUNNING.value) & studies.c.deadline.is_not(None)
    change = update(studies).where(studies.c.id == study_id)
    values: dict[str, Any] = {
        "state": state.value,
        "reason": reason,
        "wish": None,
        "holder": None,
        "lease_until": None,
        "not_before": from_now(retry_s) if retry_s > 0 else None,
        "finished_at": now() if state in ENDED else None,
        "time_left_s": case((ran, left), else_=studies.c.time_left_s),
        "deadline": _limit(state),
        "stalls": 0,  # whoever lets a study go in order was not taken down by it
    }
    connection.execute(change.values(**values))
    rest(connection, study_id)
    state_changed(connection, study_id, state)


def take_away(connection: Connection, study_id: int, state: StudyState, reason: str | None = None) -> None:
    """``let_go`` by somebody else than the holder, whose late writes change nothing from now on."""
    raised = update(studies).where(studies.c.id == study_id, studies.c.holder.is_not(None))
    connection.execute(raised.values(fence=studies.c.fence + 1))
    let_go(connection, study_id, state, reason)


def rest(connection: Connection, study_id: int) -> None:
    """Whatever ran runs no longer."""
    mine = select(stages.c.id).where(stages.c.study_id == study_id).scalar_subquery()
    change = update(trials).where(trials.c.stage_id.in_(mine), trials.c.state == "running")
    connection.execute(change.values(state="waiting", started_at=None))


def running_deadline() -> Any:
    """When a study that is claimed now has to be done: a claim after a crash leaves what was set before it."""
    fresh = from_now(func.coalesce(studies.c.time_left_s, DEFAULT_TIME_S))
    kept = (studies.c.state == StudyState.RUNNING.value) & studies.c.deadline.is_not(None)
    return case((studies.c.origin == Origin.RUN.value, null()), (kept, studies.c.deadline), else_=fresh)


def _limit(state: StudyState) -> Any:
    if state not in STATE_LIMITS_S:
        return None
    return case((studies.c.origin == Origin.SERVICE.value, from_now(STATE_LIMITS_S[state])), else_=null())
