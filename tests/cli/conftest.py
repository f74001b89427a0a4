"""The program in this process and as a process of its own, and a store for it to look at."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from hpsearch.access import Scope
from hpsearch.api.app import create_app
from hpsearch.api.parts import ServiceParts, open_parts
from hpsearch.cli.main import main
from hpsearch.store.postgres import PostgresStore
from tests.api.live import live
from tests.cli.cli_cases import TINY, environment

Cli = Callable[..., Result]
Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may use one."""
    for name in ("HPSEARCH_SERVER", "HPSEARCH_KEY", "HPSEARCH_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """The program in this process, with a home of its own and the import path put back afterwards."""
    monkeypatch.setenv("HPSEARCH_HOME", str(tmp_path / "h"))
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program as a process of its own."""

    def run(*arguments: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hpsearch.cli", *map(str, arguments)],
            env=environment(home or tmp_path / "h"),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A study that trains for a few seconds."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture
def stored(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> PostgresStore:
    """A store that the program in this process uses as well."""
    monkeypatch.setenv("HPSEARCH_DATABASE_URL", database_url)
    return PostgresStore(engine)


@dataclass(frozen=True)
class Service:
    """A service that the program in this process talks to. Nobody works on its studies but the test."""

    url: str
    parts: ServiceParts
    store: PostgresStore


@pytest.fixture
def service(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """On a fresh database, with a key that may do everything."""
    with open_parts(database_url, "a database for tests") as parts, live(create_app(parts)) as server:
        _, secret = parts.keyring.create("ann", "test", frozenset({Scope.READ, Scope.SUBMIT}))
        url = f"http://127.0.0.1:{server.port}"
        monkeypatch.setenv("HPSEARCH_SERVER", url)
        monkeypatch.setenv("HPSEARCH_KEY", secret)
        yield Service(url, parts, PostgresStore(engine))
        parts.closing.set()
