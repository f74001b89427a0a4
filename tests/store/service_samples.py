"""What tests of the service's part of the store share: keys, submitted studies, and a clock that can be moved."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, text

from hpsearch.access import Key, Limits, Scope
from hpsearch.results import StudyRecord
from hpsearch.store.desk import StudyDesk
from hpsearch.store.keyring import Keyring
from hpsearch.store.port import Lease
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from hpsearch.study import StudyState, Wish
from tests.store.study_samples import definition

LONG_S = 3600.0


def key_of(engine: Engine, owner: str = "ada", scopes: Sequence[Scope] = (Scope.SUBMIT,), **limits: int) -> Key:
    return Keyring(engine).create(owner, "test", scopes, Limits(**limits))[0]


def submit(engine: Engine, key: Key, name: str = "digits", **sections: Any) -> StudyRecord:
    return StudyDesk(engine).submit(key, definition(name, **sections)).study


def execute(engine: Engine, statement: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), values)


def rows(engine: Engine, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def expire(engine: Engine, study_id: int) -> None:
    """The study's lease ends now."""
    execute(engine, "UPDATE hpsearch.studies SET lease_until = clock_timestamp() WHERE id = :id", id=study_id)


def pass_time(engine: Engine, study_id: int, seconds: float) -> None:
    """For this study alone, so many seconds pass."""
    columns = ("lease_until", "deadline", "not_before", "claimed_at", "created_at")
    moved = ", ".join(f"{column} = {column} - make_interval(secs => :s)" for column in columns)
    execute(engine, f"UPDATE hpsearch.studies SET {moved} WHERE id = :id", id=study_id, s=seconds)  # noqa: S608


def claimed(engine: Engine) -> Lease:
    """The lease on the study whose turn it is."""
    claim = StudyQueue(engine).next_study("me", LONG_S)
    assert claim is not None
    return claim.lease


def in_state(engine: Engine, state: StudyState) -> StudyRecord:
    made = submit(engine, key_of(engine))
    if state in (StudyState.PAUSED, StudyState.CANCELLED):
        StudyDesk(engine).wish(None, made.id, Wish.PAUSE if state is StudyState.PAUSED else Wish.CANCEL)
    elif state is not StudyState.WAITING:
        lease = claimed(engine)
        if state is not StudyState.RUNNING:
            PostgresStore(engine).release(lease, state, "because")
    return StudyDesk(engine).progress(None, made.id).study
