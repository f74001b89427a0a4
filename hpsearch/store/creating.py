"""A study comes into being, under a name that no other study of its owner has."""

import uuid
from datetime import timedelta

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.dialects.postgresql import insert as insert_unless

from hpsearch.results import StudyRecord
from hpsearch.store.codecs import definition_document
from hpsearch.store.happenings import state_changed
from hpsearch.store.names import free_name
from hpsearch.store.reading import studies_where
from hpsearch.store.tables import studies
from hpsearch.study import LOCAL, STATE_LIMITS_S, Origin, StudyDefinition, StudyState


def created(
    connection: Connection,
    request: uuid.UUID,
    definition: StudyDefinition,
    *,
    owner: str = LOCAL,
    origin: Origin = Origin.RUN,
    key_id: int | None = None,
) -> StudyRecord:
    """The study of this request, new unless the request was made before; it waits."""
    row = {
        "request": request,
        "identity": definition.identity,
        "definition": definition_document(definition),
        "owner": owner,
        "origin": origin.value,
        "key_id": key_id,
    }
    if origin is Origin.SERVICE:
        limit = func.now() + timedelta(seconds=STATE_LIMITS_S[StudyState.WAITING])  # as ``created_at``
        row |= {"deadline": limit, "time_left_s": definition.resources.time_limit_s}
    while not (made := studies_where(connection, studies.c.request == request)):
        name = free_name(definition.name, lambda name: _is_taken(connection, owner, name))
        # Somebody may have taken the name since: this waits for the other transaction and inserts nothing.
        new = insert_unless(studies).values(**row, name=name).on_conflict_do_nothing().returning(studies.c.id)
        study_id = connection.execute(new).scalar_one_or_none()
        if study_id is not None:
            state_changed(connection, study_id, StudyState.WAITING)
    return made[0]


def _is_taken(connection: Connection, owner: str, name: str) -> bool:
    """Whether a study of the owner has this name."""
    same = exists().where(studies.c.owner == owner, studies.c.name == name)
    return bool(connection.execute(select(same)).scalar_one())
