"""The embedded Postgres after the death of any process around it, with real processes."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from hpsearch.store.cluster import Cluster
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.postgres_home import PostgresHome
from tests.store.embedded.using_process import (
    UsingProcess,
    ask,
    postmasters,
    processes,
    supervisors,
    wait_until,
    wait_until_gone,
)


def ask_again(server: EmbeddedPostgres, statement: str) -> object:
    """As users do after a connection broke. A process that was killed may not have ended yet, hence the rounds."""
    answers: list[object] = []

    def is_answered() -> bool:
        server.ensure()
        with suppress(sa.exc.OperationalError):
            answers.append(ask(server.url, statement))
        return bool(answers)

    wait_until(is_answered, "the server comes back")
    return answers[0]


def end_server(home: Path, number: signal.Signals) -> None:
    [postmaster] = postmasters(home)
    os.kill(postmaster, number)
    wait_until(lambda: postmaster not in postmasters(home), "the end of the server")


def recoveries(home: Path) -> int:
    """How often the server has found that it had not been stopped cleanly."""
    return (home / "postgres" / "postgres.log").read_text().count("was not properly shut down")


def test_killed_starter_leaves_the_server_to_the_others(home: Path) -> None:
    with UsingProcess(home, start_new_session=True) as starter:
        starter.url()
        running = postmasters(home)
        with EmbeddedPostgres(home, grace_s=0) as mine:
            os.killpg(starter.process.pid, signal.SIGKILL)  # as a terminal does, or a shell's job control
            starter.kill()
            with UsingProcess(home) as third:
                third.url()
            assert ask(mine.url, "SELECT 1") == 1
            assert postmasters(home) == running


def test_server_stops_after_its_only_user_was_killed(home: Path) -> None:
    with UsingProcess(home) as only:
        only.url()
        only.kill()
        wait_until_gone(home)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_ended_supervisor_takes_the_server_with_it_and_is_replaced(home: Path, number: signal.Signals) -> None:
    recovered = recoveries(home)
    with EmbeddedPostgres(home, grace_s=0) as mine:
        ask(mine.url, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 17 AS number")
        [before], [postmaster] = supervisors(home), postmasters(home)
        os.kill(before, number)
        if number == signal.SIGTERM:
            wait_until_gone(home)
        assert ask_again(mine, "SELECT number FROM kept") == 17
        [after] = supervisors(home)
        assert after != before
        assert postmaster not in postmasters(home)
    assert recoveries(home) == recovered, "the server was not stopped cleanly"


def test_server_whose_supervisor_was_killed_does_not_stay_behind(home: Path) -> None:
    recovered = recoveries(home)
    with EmbeddedPostgres(home, grace_s=0):
        [supervisor] = supervisors(home)
        os.kill(supervisor, signal.SIGKILL)
        wait_until_gone(home)
    with EmbeddedPostgres(home, grace_s=0):
        assert recoveries(home) == recovered


def test_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    with EmbeddedPostgres(home, grace_s=0) as mine:
        ask(mine.url, "DROP TABLE IF EXISTS kept; CREATE TABLE kept (number int)")
        supervisor = supervisors(home)
        for rows in (1, 2, 3):
            ask(mine.url, "INSERT INTO kept VALUES (1)")
            end_server(home, signal.SIGKILL)
            assert ask_again(mine, "SELECT count(*) FROM kept") == rows
        assert supervisors(home) == supervisor


def test_connection_pool_survives_the_death_of_the_server(home: Path) -> None:
    with EmbeddedPostgres(home, grace_s=0) as mine:
        engine = sa.create_engine(mine.url, pool_pre_ping=True)
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar() == 1
        end_server(home, signal.SIGQUIT)
        assert ask_again(mine, "SELECT 1") == 1
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar() == 1
        engine.dispose()


def test_server_of_a_deleted_home_ends_and_a_new_one_is_made(new_home: Path) -> None:
    with UsingProcess(new_home) as other, EmbeddedPostgres(new_home, grace_s=0) as mine:
        other.url()
        before = postmasters(new_home)
        (new_home / "postgres").rename(new_home / "away")
        assert ask_again(mine, "SELECT 1") == 1
        wait_until(lambda: not set(before) & set(postmasters(new_home)), "the end of the first server")
        assert ask(mine.url, "SELECT 1") == 1


def test_server_that_an_earlier_supervisor_left_is_stopped_first(home: Path) -> None:
    orphan = Cluster(PostgresHome(home / "postgres")).start()
    try:
        wait_until(PostgresHome(home / "postgres").is_ready, "the orphan")
        with EmbeddedPostgres(home, grace_s=0) as mine:
            assert orphan.wait(0) == 0
            assert orphan.pid not in postmasters(home)
            assert ask(mine.url, "SELECT 1") == 1
    finally:
        orphan.kill()
        orphan.wait()


def test_file_of_a_server_that_was_killed_before_it_wrote_does_not_stop_the_next(home: Path) -> None:
    (home / "postgres" / "data" / "postmaster.pid").write_text("")
    with EmbeddedPostgres(home, grace_s=0) as mine:
        assert ask(mine.url, "SELECT 1") == 1


def test_server_that_waits_for_its_last_client_is_replaced(home: Path) -> None:
    with EmbeddedPostgres(home, grace_s=0) as mine:
        with sa.create_engine(mine.url, poolclass=sa.NullPool).connect() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar() == 1
            [postmaster] = postmasters(home)
            os.kill(postmaster, signal.SIGTERM)
            wait_until(lambda: postmaster not in postmasters(home), "the end of the server")
            connection.invalidate()
        assert ask_again(mine, "SELECT 1") == 1


def killed_in_the_making(home: Path) -> bool:
    """Start from nothing and kill all that while the database is being made; False if that was over already."""
    with UsingProcess(home) as starter:
        made = home / "postgres" / "data"
        wait_until(lambda: processes(home, "/initdb\0") or made.exists(), "the making of the database")
        starter.kill()
        for supervisor in supervisors(home):  # there may be none any more if the database is made
            with suppress(ProcessLookupError):
                os.kill(supervisor, signal.SIGKILL)
    wait_until_gone(home)
    return not (home / "postgres" / "data").exists()


def test_killed_in_the_making_nothing_half_done_is_used(tmp_path_factory: pytest.TempPathFactory) -> None:
    homes = (tmp_path_factory.mktemp("pg") for _ in range(5))
    home = next(home for home in homes if killed_in_the_making(home))
    assert list((home / "postgres").glob("data.partial-*"))
    with EmbeddedPostgres(home, grace_s=0) as mine:
        assert ask(mine.url, "SELECT 1") == 1
    assert not list((home / "postgres").glob("data.partial-*"))
    wait_until_gone(home)
