"""The bell rings for every event that is committed, and says when it may have missed some."""

import queue
from collections.abc import Callable

from sqlalchemy import Engine

from hpsearch.progress import EventKind
from hpsearch.store.bell import Bell, Ring
from hpsearch.store.desk import StudyDesk
from hpsearch.study import StudyState, Wish
from tests.store.service_samples import execute, key_of, rows, submit

PATIENCE_S = 60.0


def heard(bell: Bell) -> tuple["queue.SimpleQueue[Ring | None]", Callable[[], None]]:
    rings: queue.SimpleQueue[Ring | None] = queue.SimpleQueue()
    return rings, bell.subscribe(rings.put)


def test_it_rings_for_what_is_committed(engine: Engine, database_url: str) -> None:
    with Bell(database_url) as bell:
        rings, unsubscribe = heard(bell)
        assert rings.get(timeout=PATIENCE_S) is None
        study = submit(engine, key_of(engine))
        ring = rings.get(timeout=PATIENCE_S)
        (event,) = StudyDesk(engine).events(None, study.id)
        assert ring == Ring(study.id, event.id, EventKind.STATE, "waiting")
        backend = rows(engine, "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")[0][0]
        execute(engine, "SELECT pg_terminate_backend(:pid)", pid=backend)
        assert rings.get(timeout=PATIENCE_S) is None
        StudyDesk(engine).wish(None, study.id, Wish.CANCEL)
        ring = rings.get(timeout=PATIENCE_S)
        assert ring is not None
        assert ring.detail == StudyState.CANCELLED
        unsubscribe()
