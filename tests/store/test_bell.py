"""The bell rings for every event that is committed, and says when it may have missed some."""

import queue
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.progress import EventKind
from hpsearch.store.bell import CHANNEL, Bell, Ring
from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import StudyState, Wish
from tests.store.service_samples import claimed, execute, key_of, rows, submit
from tests.store.study_samples import complete, jobs, started

PATIENCE_S = 60.0
LISTENERS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"


class Ear:
    """Hears everything from the first connection on."""

    def __init__(self, bell: Bell) -> None:
        self._rings: queue.SimpleQueue[Ring | None] = queue.SimpleQueue()
        self.leave = bell.subscribe(self._rings.put)

    def next(self) -> Ring | None:
        return self._rings.get(timeout=PATIENCE_S)

    def is_silent(self) -> bool:
        return self._rings.empty()


def test_it_rings_for_every_event_in_order(engine: Engine, database_url: str) -> None:
    with Bell(database_url) as bell:
        ear = Ear(bell)
        assert ear.next() is None
        submit(engine, key_of(engine))
        lease, store = claimed(engine), PostgresStore(engine)
        planned = jobs(count=50)
        started(store, lease, planned)
        store.save_results(lease, [complete(job) for job in planned])
        store.release(lease, StudyState.COMPLETE, None)
        written = [
            Ring(event.study_id, event.id, event.kind, event.detail)
            for event in StudyDesk(engine).events(None, lease.study_id)
        ]
        assert len(written) == 54
        assert [ear.next() for _ in written] == written


def test_nothing_is_heard_of_what_is_not_committed(engine: Engine, database_url: str) -> None:
    made = submit(engine, key_of(engine))
    with Bell(database_url) as bell:
        ear = Ear(bell)
        assert ear.next() is None
        with engine.connect() as connection, connection.begin() as transaction:
            insertion = "INSERT INTO hpsearch.events (study_id, kind, detail) VALUES (:id, 'state', 'never')"
            connection.execute(text(insertion), {"id": made.id})
            transaction.rollback()
        StudyDesk(engine).wish(None, made.id, Wish.CANCEL)
        ring = ear.next()
        assert ring is not None
        assert (ring.kind, ring.detail) == (EventKind.STATE, "cancelled")


def test_after_a_lost_connection_it_says_so_and_rings_again(engine: Engine, database_url: str) -> None:
    made = submit(engine, key_of(engine))
    with Bell(database_url) as bell:
        ear = Ear(bell)
        for wish in Wish:
            assert ear.next() is None
            ((listener,),) = rows(engine, LISTENERS)
            execute(engine, "SELECT pg_terminate_backend(:pid)", pid=listener)
            assert ear.next() is None
            StudyDesk(engine).wish(None, made.id, wish)
            ring = ear.next()
            assert ring is not None
            assert ring.detail == wish.state
            ear = Ear(bell)
            execute(engine, f"SELECT pg_notify('{CHANNEL}', 'from somebody else')")


def test_who_has_left_hears_nothing_and_who_fails_silences_nobody(engine: Engine, database_url: str) -> None:
    with Bell(database_url) as bell:
        failing = bell.subscribe(lambda ring: {}[ring])
        gone, ear = Ear(bell), Ear(bell)
        assert (gone.next(), ear.next()) == (None, None)
        gone.leave()
        gone.leave()
        submit(engine, key_of(engine))
        assert ear.next() is not None
        assert gone.is_silent()
        failing()


def test_a_long_detail_rings_too(engine: Engine, database_url: str) -> None:
    made = submit(engine, key_of(engine))
    with Bell(database_url) as bell:
        ear = Ear(bell)
        assert ear.next() is None
        insertion = "INSERT INTO hpsearch.events (study_id, kind, detail) VALUES (:id, 'wish', repeat('ä b', 10000))"
        execute(engine, insertion, id=made.id)
        ring = ear.next()
        assert ring is not None
        assert ring.detail.startswith("ä bä b")


def test_it_waits_for_a_database_that_is_not_there(tmp_path: Path) -> None:
    bell = Bell(f"postgresql://me@/hpsearch?host={tmp_path}")
    ear = Ear(bell)
    bell.start()
    threading.Event().wait(0.3)
    bell.close()
    bell.close()
    assert ear.is_silent()
    with pytest.raises(DatabaseUnavailableError):
        Bell("sqlite://")


def test_it_leaves_nothing_behind(engine: Engine, database_url: str) -> None:
    threads = threading.active_count()
    with Bell(database_url) as bell:
        Ear(bell).next()
        assert len(rows(engine, LISTENERS)) == 1
    assert threading.active_count() == threads
    while rows(engine, LISTENERS):
        threading.Event().wait(0.01)
    Bell(database_url).close()  # never started
