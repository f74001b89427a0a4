"""What tests of several rooms share: one real Postgres for the run, and a fresh database in it for each test."""

import fcntl
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text

from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.engine import open_engine
from hpsearch.store.postgres_home import PostgresHome
from hpsearch.store.schema import upgrade

# No test depends on how busy the machine is.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure() -> None:
    """A shell that starts the tests behind it has them ignore interruptions, and all programs that they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Databases:
    """A server that lives as long as the test run, and makes databases quickly by copying one."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self._numbers = count()
        self._admin = create_engine(server.url, isolation_level="AUTOCOMMIT")
        for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
            self._execute(statement)  # nothing here has to survive a power cut
        self._template = self._make("template0")
        engine = open_engine(self._template)
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def fresh(self, *, upgraded: bool = True) -> Iterator[str]:
        """The URL of a new database, with the tables or empty."""
        url = self._make(make_url(self._template).database if upgraded else "template0")
        try:
            yield url
        finally:
            self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        """Give the connections back; the server stops by itself."""
        self._admin.dispose()

    def _make(self, template: str | None) -> str:
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return make_url(self.server.url).set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    # Not below tmp_path_factory: a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="hpsearch-") as home:
        with EmbeddedPostgres(Path(home), grace_s=0) as server:
            made = Databases(server)
            yield made
            made.close()
        with PostgresHome(Path(home) / "postgres").supervisor_lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # free once the server is down


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A fresh database with all tables and views."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """A fresh database with nothing in it."""
    with databases.fresh(upgraded=False) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Connections to a fresh database with all tables and views."""
    made = open_engine(database_url)
    yield made
    made.dispose()
