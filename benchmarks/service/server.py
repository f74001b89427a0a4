"""`hpsearch serve --api-only` as a process of its own, with its embedded Postgres in a home of its own."""

import fcntl
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import Engine, create_engine, make_url, text

from hpsearch.access import Key, Limits, Scope
from hpsearch.settings import Settings
from hpsearch.storage import open_database
from hpsearch.store.keyring import Keyring
from hpsearch.store.postgres_home import PostgresHome

START_S = 120.0
STOP_S = 60.0
UNLIMITED = Limits(queued=10**9, running=10**6, trials=10**9, requests_per_minute=10**9)


@dataclass(frozen=True)
class Server:
    """A running service."""

    url: str
    secret: str
    """The key of the first start."""
    home: Path
    process: subprocess.Popen[str]

    def processes(self) -> list[psutil.Process]:
        """Every process of the service: the server, its children, and Postgres, which lives in a session of its own."""
        own = psutil.Process(self.process.pid)
        found = {one.pid: one for one in (own, *own.children(recursive=True))}
        for one in psutil.process_iter():
            try:
                if one.pid != os.getpid() and any(str(self.home) in word for word in one.cmdline()):
                    found |= {each.pid: each for each in (one, *one.children(recursive=True))}
            except psutil.Error:
                continue
        return [*found.values()]


@dataclass(frozen=True)
class Storage:
    """The service's database as the benchmark fills and watches it, and an empty one for Optuna on the same server."""

    url: str
    engine: Engine
    optuna_url: str

    def key(self, owner: str) -> tuple[Key, str]:
        """A key without limits, and its secret."""
        return Keyring(self.engine).create(owner, "benchmark", (Scope.READ, Scope.SUBMIT), UNLIMITED)


@contextmanager
def serving(*options: str) -> Iterator[Server]:
    """The service on a free port, until the end of the context; ``--api-only`` leaves the conductor out."""
    with tempfile.TemporaryDirectory(prefix="hps-") as folder:
        command = [sys.executable, "-m", "hpsearch.cli.main", "serve", "--port", "0", *options]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HPSEARCH_")}
        with Path(folder, "log").open("w") as log:
            process = subprocess.Popen(
                command, env={**clean, "HPSEARCH_HOME": folder}, stdout=subprocess.PIPE, stderr=log, text=True
            )
        try:
            yield Server(*_told(process, Path(folder, "log")), Path(folder), process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _await_postgres(Path(folder))


@contextmanager
def storage_of(server: Server) -> Iterator[Storage]:
    """The databases of a running service."""
    with open_database(Settings(server.home)) as database:
        beside = make_url(database.url).set(database="optuna_own")
        admin = create_engine(database.url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE optuna_own TEMPLATE template0"))
        admin.dispose()
        yield Storage(database.url, database.engine, beside.render_as_string(hide_password=False))


def _told(process: "subprocess.Popen[str]", log: Path) -> tuple[str, str]:
    """The address and the first key, once the server answers."""
    if process.stdout is None:
        raise RuntimeError("the server has no standard output")
    killer = threading.Timer(START_S, process.kill)
    killer.start()
    said: dict[str, str] = {}
    for line in process.stdout:
        name, _, value = line.partition(": ")
        said[name] = value.strip()
        if name == "Key":
            killer.cancel()
            return said["Service"], said["Key"]
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-3000:]}")


def _await_postgres(folder: Path) -> None:
    """Postgres stops a moment after its last user, and its supervisor holds a lock until then."""
    with PostgresHome(folder / "postgres").supervisor_lock.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
