"""Writes down what happens to a study, in the transaction that makes it happen.

The caller has locked the study's row, so that the numbers of one study's events rise with the commits.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from hpsearch.progress import EventKind
from hpsearch.stage import StageName
from hpsearch.store.tables import events
from hpsearch.study import StudyState
from hpsearch.trial import TrialResult


def state_changed(connection: Connection, study_id: int, state: StudyState) -> None:
    """It has another state, or another process works on it."""
    _write(connection, study_id, EventKind.STATE, detail=state.value)


def wished(connection: Connection, study_id: int, wish: str) -> None:
    """Its user asked whoever holds it for something."""
    _write(connection, study_id, EventKind.WISH, detail=wish)


def round_planned(connection: Connection, study_id: int, stage: StageName, number: int, trials: int) -> None:
    """A round has come into being."""
    _write(connection, study_id, EventKind.ROUND, stage, number, str(trials))


def round_judged(connection: Connection, study_id: int, stage: StageName, number: int, outcome: str) -> None:
    """A round has got its verdict."""
    _write(connection, study_id, EventKind.VERDICT, stage, number, outcome)


def trials_ended(connection: Connection, study_id: int, results: Iterable[TrialResult]) -> None:
    """Trials have got their results."""
    rows = [_row(study_id, EventKind.TRIAL, one.stage, one.number, one.state.value) for one in results]
    connection.execute(insert(events), rows)


def _write(
    connection: Connection,
    study_id: int,
    kind: EventKind,
    stage: StageName | None = None,
    number: int | None = None,
    detail: str = "",
) -> None:
    connection.execute(insert(events), [_row(study_id, kind, stage, number, detail)])


def _row(
    study_id: int, kind: EventKind, stage: StageName | None, number: int | None, detail: str
) -> dict[str, str | int | None]:
    name = None if stage is None else stage.value
    return {"study_id": study_id, "kind": kind.value, "stage": name, "number": number, "detail": detail}
