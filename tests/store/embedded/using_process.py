"""Another process that uses the embedded Postgres, and what the system says about the processes of a home."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

import hpsearch

ROOT = Path(hpsearch.__file__).parents[1]

_USE = """
import sys
from pathlib import Path
from hpsearch.errors import HpsearchError
from hpsearch.store.embedded import EmbeddedPostgres
try:
    with EmbeddedPostgres(Path(sys.argv[1]), grace_s=0) as server:
        print(server.url, flush=True)
        sys.stdin.read()
except HpsearchError as error:
    print(error, flush=True)
    sys.exit(3)
"""


class UsingProcess:
    """A Python process that holds the server in ``home`` from its start until ``stop`` or ``kill``."""

    def __init__(self, home: Path, *, python_path: tuple[Path, ...] = (), **options: Any) -> None:
        path = os.pathsep.join(str(place) for place in (*python_path, ROOT))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **options.pop("env", {})}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USE, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            **options,
        )

    def url(self) -> str:
        """Wait until the server can be used."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line.startswith("postgresql+psycopg://"), line + self.process.stdout.read()
        return line

    def error(self) -> str:
        """Wait until it has failed; its message."""
        message, _ = self.process.communicate()
        assert self.process.returncode == 3, message
        return str(message)

    def stop(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def processes(home: Path, mark: str) -> list[int]:
    """The living processes that name ``home`` in their command line, and ``mark`` too."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"{home}/postgres" in line and mark in line:
            found.append(int(entry.name))
    return found


def supervisors(home: Path) -> list[int]:
    return processes(home, "hpsearch.store.supervisor")


def postmasters(home: Path) -> list[int]:
    """Without the children, which for a moment after their birth go by the same command line."""
    found = processes(home, "/postgres\0-D\0")
    return [number for number in found if parent(number) not in {None, *found}]


def parent(process: int) -> int | None:
    """The process id of a process's parent; None if it has ended."""
    try:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(after_name.split()[1])


def wait_until(condition: Callable[[], object], what: str, patience_s: float = 60.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.01)


def wait_until_gone(home: Path) -> None:
    wait_until(lambda: not processes(home, ""), "the end of all processes")


def ask(url: str, statement: str) -> object:
    """The first value of a statement's result, over a connection of its own; None without a result."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement))
        return result.scalar() if result.returns_rows else None
