"""What Postgres has to hold when writers overlap and connections die, with real connections."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text, update

from hpsearch.errors import DatabaseUnavailableError, LeaseLostError
from hpsearch.stage import StageName
from hpsearch.store import leases
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.engine import open_engine, transact
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.postgres_home import PostgresHome
from hpsearch.store.schema import upgrade
from hpsearch.store.tables import studies, trials
from tests.conftest import Databases
from tests.store.study_samples import begun, complete, definition, jobs, started

PATIENCE_S = 60.0


@contextmanager
def in_thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield pool


def until_blocked_or_done(engine: Engine, future: Future[object]) -> None:
    """Return once some statement waits for a lock, or the future has an answer."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + PATIENCE_S
    while not future.done():
        with engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        assert time.monotonic() < deadline, "the other statement neither waits nor ends"
        time.sleep(0.01)


def test_a_write_that_overlaps_a_claim_is_late(engine: Engine) -> None:
    """The claim is not committed yet when the write begins, and is when the write would end."""
    store = PostgresStore(engine)
    lease = begun(store)
    started(store, lease, jobs())
    with in_thread() as pool, engine.connect() as other:
        with other.begin():
            other.execute(update(studies).values(fence=studies.c.fence + 1, holder="another"))
            late = pool.submit(store.save_results, lease, [complete(jobs()[0])])
            until_blocked_or_done(engine, late)
        with pytest.raises(LeaseLostError):
            late.result(PATIENCE_S)
    assert store.results(lease.study_id).trials[0].result is None


def test_a_claim_waits_for_a_write_that_was_first(engine: Engine) -> None:
    store = PostgresStore(engine)
    lease = begun(store)
    store.renew(lease, 0.0)  # free to claim at once
    with in_thread() as pool, engine.connect() as write:
        with write.begin():
            leases.locked(write, lease)
            claim = pool.submit(store.claim, lease.study_id, "another", 60.0)
            until_blocked_or_done(engine, claim)
            assert not claim.done()
        assert claim.result(PATIENCE_S) is not None


def test_of_many_claims_at_once_one_wins(engine: Engine) -> None:
    store = PostgresStore(engine)
    study = store.create(definition())
    together = threading.Barrier(6)

    def claim(name: str) -> bool:
        together.wait()
        return store.claim(study.id, name, 3600) is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, "abcdef")) == 1


def test_of_the_same_result_twice_at_once_one_counts(engine: Engine) -> None:
    store = PostgresStore(engine)
    lease = begun(store)
    started(store, lease, jobs())
    together = threading.Barrier(4)

    def save(value: float) -> bool:
        together.wait()
        return bool(store.save_results(lease, [complete(jobs()[0], value)]))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(save, (0.1, 0.2, 0.3, 0.4))) == 1


def test_a_name_that_is_taken_while_it_is_given(engine: Engine) -> None:
    """The other transaction has inserted the name and not committed yet: nobody sees it, and it must not be given."""
    store = PostgresStore(engine)
    row = {"request": "5f3c6ab4-0a4f-4f0e-8a8e-1d2f9b1c7a11", "name": "digits", "identity": "x", "definition": {}}
    with in_thread() as pool, engine.connect() as other:
        with other.begin():
            made = other.execute(insert(studies).values(**row).returning(studies.c.id)).scalar_one()
            later = pool.submit(store.create, definition())
            until_blocked_or_done(engine, later)
            assert not later.done()
        assert later.result(PATIENCE_S).name == "digits-2"
        assert later.result().id > made


def killing_itself(times: int, then: Callable[[Connection], int]) -> Callable[[Connection], int]:
    """A transaction that loses its connection in the middle, so many times."""
    left = [times]

    def work(connection: Connection) -> int:
        answer = then(connection)
        if left[0]:
            left[0] -= 1
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return answer

    return work


def test_a_transaction_is_repeated_when_its_connection_dies(engine: Engine) -> None:
    store = PostgresStore(engine)
    store.create(definition())
    raised = update(studies).values(fence=studies.c.fence + 1).returning(studies.c.fence)
    ensured: list[int] = []
    work = killing_itself(2, lambda connection: connection.execute(raised).scalar_one())
    assert transact(engine, work, lambda: ensured.append(1)) == 1  # the broken attempts left nothing behind
    assert ensured == [1, 1]


def test_idle_connections_may_die_unnoticed(engine: Engine) -> None:
    store = PostgresStore(engine)
    lease = begun(store)
    for job in jobs():
        with engine.connect() as one, engine.connect() as two:
            mine = two.execute(select(func.pg_backend_pid())).scalar_one()
            kill = text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> :mine AND backend_type = 'client backend'"
            )
            one.invalidate()
            two.execute(kill, {"mine": mine})
        started(store, lease, jobs())
        assert store.save_results(lease, [complete(job)]) == (complete(job),)


def test_a_server_that_stays_away_is_said_to_be_unavailable(databases: Databases) -> None:
    with databases.fresh() as url:
        engine = open_engine(url)
        store = PostgresStore(engine)
        store.studies()
    with pytest.raises(DatabaseUnavailableError, match=r"cannot be reached.*does not exist.*HPSEARCH_DATABASE_URL"):
        store.studies()
    engine.dispose()


def test_a_killed_server_costs_nothing_but_time(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Results arrive while the server is killed again and again; all of them are there in the end, once."""
    home = tmp_path_factory.mktemp("pg")
    with EmbeddedPostgres(home, grace_s=0) as server:
        engine = open_engine(server.url)
        upgrade(engine)
        store = PostgresStore(engine, server.ensure)
        lease = begun(store)
        planned = jobs(count=4)
        for job in planned:
            if job.number in (1, 3):
                kill(home)
            started(store, lease, planned)
            store.save_results(lease, [complete(job, job.number / 10)])
            store.renew(lease, 3600)
        read = [trial.result for trial in store.results(lease.study_id).of_stage(StageName.COARSE)]
        with engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(trials)).scalar_one() == len(planned)
        engine.dispose()
    assert read == [complete(job, job.number / 10) for job in planned]


def kill(home: Path) -> None:
    postmaster = PostgresHome(home / "postgres").postmaster_pid()
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
