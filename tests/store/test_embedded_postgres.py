"""The embedded Postgres under everything that can happen to the processes around it, with real processes."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.cluster import Cluster
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.postgres_home import PostgresHome
from tests.store.using_process import UsingProcess, postmasters, processes, supervisors, wait_until, wait_until_gone


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database has been made already; its server is down at the start of a test."""
    home = tmp_path_factory.mktemp("pg")
    with EmbeddedPostgres(home, grace_s=0):
        pass
    return home


@pytest.fixture
def home(made_home: Path) -> Iterator[Path]:
    wait_until_gone(made_home)
    yield made_home
    wait_until_gone(made_home)


@pytest.fixture
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("pg")
    yield home
    wait_until_gone(home)


def ask(url: str, statement: str) -> object:
    """The first value of a statement's result, over a connection of its own; None without a result."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement))
        return result.scalar() if result.returns_rows else None


def ask_again(server: EmbeddedPostgres, statement: str) -> object:
    """As users do after a connection broke. A process that was killed may not have ended yet, hence the rounds."""
    for _ in range(100):
        server.ensure()
        try:
            return ask(server.url, statement)
        except sa.exc.OperationalError:
            continue
    raise AssertionError("the server does not come back")


def end_server(home: Path, number: signal.Signals) -> None:
    [postmaster] = postmasters(home)
    os.kill(postmaster, number)
    wait_until(lambda: postmaster not in postmasters(home), "the end of the server")


def pending_signals(process: int) -> set[int]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    pending = next(int(line.split()[1], 16) for line in lines if line.startswith("ShdPnd:"))
    return {number for number in range(1, 65) if pending >> (number - 1) & 1}


def recoveries(home: Path) -> int:
    """How often the server has found that it had not been stopped cleanly."""
    return (home / "postgres" / "postgres.log").read_text().count("was not properly shut down")


def test_server_starts_from_nothing_and_is_gone_afterwards(new_home: Path) -> None:
    server = EmbeddedPostgres(new_home, grace_s=0)
    with server:
        who = ask(
            server.url,
            "SELECT current_user || '/' || current_database() || '/' || pg_encoding_to_char(encoding) "
            "FROM pg_database WHERE datname = current_database()",
        )
        assert who == "hpsearch/hpsearch/UTF8"
        settings = "SELECT string_agg(setting, ',' ORDER BY name) FROM pg_settings WHERE name IN "
        assert ask(server.url, settings + "('fsync', 'full_page_writes', 'synchronous_commit')") == "on,on,on"
        assert ask(server.url, "SHOW listen_addresses") == ""
        assert len(postmasters(new_home)) == len(supervisors(new_home)) == 1
    wait_until_gone(new_home)
    assert not list((new_home / "postgres" / "socket").iterdir())
    assert not (new_home / "postgres" / "data" / "postmaster.pid").exists()
    assert not list((new_home / "postgres").glob("data.*"))


def test_two_processes_share_one_server(home: Path) -> None:
    with UsingProcess(home) as other, EmbeddedPostgres(home, grace_s=0) as mine:
        assert other.url() == mine.url
        assert len(postmasters(home)) == len(supervisors(home)) == 1
        running = postmasters(home)
        assert other.stop() == 0
        assert ask(mine.url, "SELECT 1") == 1
        assert postmasters(home) == running


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


def test_ten_processes_at_once_get_one_server(new_home: Path) -> None:
    users = [UsingProcess(new_home) for _ in range(10)]
    try:
        assert len({user.url() for user in users}) == 1
        assert len(postmasters(new_home)) == len(supervisors(new_home)) == 1
        log = (new_home / "postgres" / "supervisor.log").read_text()
        assert log.count("The server is ready") == len(log.splitlines()) == 1
    finally:
        for user in users:
            user.kill()


def test_commands_one_after_another_share_the_server(home: Path) -> None:
    with EmbeddedPostgres(home, grace_s=3600):
        running = postmasters(home)
    time.sleep(1.0)  # the supervisor looks several times in this
    with EmbeddedPostgres(home, grace_s=0):
        assert postmasters(home) == running
    [supervisor] = supervisors(home)
    os.kill(supervisor, signal.SIGTERM)


def test_a_user_who_comes_while_the_server_stops_gets_a_running_one(home: Path) -> None:
    for _ in range(6):
        with EmbeddedPostgres(home, grace_s=0) as mine:
            assert ask(mine.url, "SELECT 1") == 1
        # The supervisor looks every quarter of a second: somewhere in these rounds it is in the middle of stopping.
        wait_until(lambda: not (home / "postgres" / "socket" / ".s.PGSQL.5432").exists(), "the start of the stop")


def test_nobody_is_handed_a_server_that_is_about_to_stop(home: Path) -> None:
    with EmbeddedPostgres(home, grace_s=0):
        [postmaster] = postmasters(home)
        os.kill(postmaster, signal.SIGSTOP)  # so that its stop takes as long as this test likes
    try:
        wait_until(lambda: signal.SIGINT in pending_signals(postmaster), "the request to stop")
        assert PostgresHome(home / "postgres").is_ready()
        with pytest.raises(DatabaseUnavailableError, match="not ready within"):
            EmbeddedPostgres(home, start_timeout_s=0.2).start()
    finally:
        os.kill(postmaster, signal.SIGCONT)
    with EmbeddedPostgres(home, grace_s=0) as mine:
        assert ask(mine.url, "SELECT 1") == 1


def test_threads_share_one_use(home: Path) -> None:
    together = threading.Barrier(8)
    mine = EmbeddedPostgres(home, grace_s=0)
    answers: list[str] = []

    def use() -> None:
        together.wait()
        answers.append(mine.start())

    def open_uses() -> int:
        return sum(
            path.is_symlink() and path.readlink().name == "users.lock" for path in Path("/proc/self/fd").iterdir()
        )

    with EmbeddedPostgres(home, grace_s=0):
        for _ in range(20):
            threads = [threading.Thread(target=use) for _ in range(together.parties)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert open_uses() == 2
            mine.close()
    assert answers == [mine.url] * len(answers)
    assert len(answers) == 20 * together.parties


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


def killed_in_the_making(home: Path) -> bool:
    """Start from nothing and kill all that while the database is being made; False if that was over already."""
    with UsingProcess(home) as starter:
        wait_until(lambda: processes(home, "/initdb\0"), "the making of the database")
        starter.kill()
        [supervisor] = supervisors(home)
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
