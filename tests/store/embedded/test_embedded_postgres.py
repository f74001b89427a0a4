"""The embedded Postgres shared by processes that come and go, with real processes."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.postgres_home import PostgresHome
from tests.store.embedded.using_process import (
    UsingProcess,
    ask,
    postmasters,
    supervisors,
    wait_until,
    wait_until_gone,
)


def pending_signals(process: int) -> set[int]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    pending = next(int(line.split()[1], 16) for line in lines if line.startswith("ShdPnd:"))
    return {number for number in range(1, 65) if pending >> (number - 1) & 1}


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
        lock = home / "postgres" / "users.lock"
        return sum(path.is_symlink() and path.readlink() == lock for path in Path("/proc/self/fd").iterdir())

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
