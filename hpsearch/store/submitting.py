"""Studies that come in over the network: counted against the limits of their key, and once however often sent."""

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection, func, insert, select
from sqlalchemy import text as sql

from hpsearch.access import Key
from hpsearch.errors import ConflictError, LimitError, shown
from hpsearch.results import StudyRecord
from hpsearch.store.creating import created
from hpsearch.store.documents import text
from hpsearch.store.reading import one_study, studies_where
from hpsearch.store.tables import OPEN, keys, requests, studies
from hpsearch.study import STATE_LIMITS_S, Origin, StudyDefinition, StudyState

RETRY_S = 60.0
"""When to ask again whether a study has ended. Heuristic: the shortest studies take about a minute."""


@dataclass(frozen=True)
class Request:
    """A submission that may be sent again: within one key the same name means the same submission."""

    name: str
    digest: bytes
    """Of what was submitted."""


@dataclass(frozen=True)
class Submission:
    """What came of submitting a study."""

    study: StudyRecord
    """As it was made, also the second time."""
    replayed: bool
    """Whether it had been submitted before under the name of the request."""


def submitted(
    connection: Connection, number: uuid.UUID, key: Key, definition: StudyDefinition, request: Request | None
) -> Submission:
    """``StudyDesk.submit``; ``number`` is the same for every repetition of one call."""
    # Submissions of one key take turns, so that its limit is exact.
    connection.execute(select(keys.c.id).where(keys.c.id == key.id).with_for_update(key_share=True)).one()
    if request is not None and (earlier := _replayed(connection, number, key, request)) is not None:
        return earlier
    if earlier_try := studies_where(connection, studies.c.request == number):
        return Submission(as_made(earlier_try[0]), replayed=False)
    _check_limit(connection, key)
    study = created(connection, number, definition, owner=key.owner, origin=Origin.SERVICE, key_id=key.id)
    if request is not None:
        row = {"key_id": key.id, "name": text(request.name), "digest": request.digest, "study_id": study.id}
        connection.execute(insert(requests).values(**row))
    return Submission(study, replayed=False)


def as_made(study: StudyRecord) -> StudyRecord:
    """The submitted study as it was when it had just been made."""
    deadline = study.created_at + timedelta(seconds=STATE_LIMITS_S[StudyState.WAITING])
    waiting = replace(study, state=StudyState.WAITING, deadline=deadline)
    return replace(waiting, reason=None, task=None, finished_at=None, wish=None)


def _replayed(connection: Connection, number: uuid.UUID, key: Key, request: Request) -> Submission | None:
    query = (
        select(requests.c.digest, requests.c.study_id, studies.c.request)
        .join_from(requests, studies)
        .where(requests.c.key_id == key.id, requests.c.name == text(request.name))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.digest != request.digest:
        raise ConflictError(
            f"another study was submitted with the Idempotency-Key {shown(request.name)} before; use a new one for "
            "each study"
        )
    return Submission(as_made(one_study(connection, row.study_id)), replayed=row.request != number)


def _check_limit(connection: Connection, key: Key) -> None:
    mine = select(func.count()).select_from(studies).where(studies.c.key_id == key.id, sql(OPEN))
    count: int = connection.execute(mine).scalar_one()
    if count >= key.limits.queued:
        raise LimitError(
            f"the key {key.prefix} may have {key.limits.queued} studies that have not ended, and has {count}; wait "
            "until one has ended, or cancel one",
            RETRY_S,
        )
