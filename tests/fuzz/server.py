"""`hpsearch serve --api-only` as a process, on a database that holds a few studies."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Engine, text

from hpsearch.access import Limits, Scope
from hpsearch.store.keyring import Keyring
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import LOCAL, StudyState
from tests.store.study_samples import TASK, begun, broken, complete, definition, jobs, started, verdict

PATIENT_S = 60.0
MANY = Limits(queued=1_000_000, checks=1_000_000, running=1000, requests_per_minute=10_000_000)
"""So that what is sent is looked at, and not refused because there was much of it."""
EXPECTED = ("Ready.", "Invalid HTTP request received.")
"""What the server says beside its log: that it has begun, and that something was no HTTP, which it answers with 400."""
TABLES = ("studies", "stages", "rounds", "trials", "events", "keys", "requests", "sessions", "checks")


@dataclass(frozen=True)
class Server:
    """A service that answers on the loopback."""

    url: str
    secret: str
    process: subprocess.Popen[str]
    log: Path
    engine: Engine

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 80

    def requests(self) -> list[dict[str, Any]]:
        """What the log tells of each request."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line["event"] == "request"]

    def faults(self) -> list[str]:
        """What the log holds beside requests that were answered well or refused, but for its first words."""
        found = []
        for line in self.log.read_text().splitlines():
            told = json.loads(line) if line.startswith("{") else {"event": line}
            unready = told.get("path") == "/readyz"  # no conductor runs here
            if told["event"] == "request" and (told["status"] < 500 or unready):
                continue
            if not line.startswith(EXPECTED):
                found.append(line)
        return found

    def rows(self) -> dict[str, int]:
        """How much there is in each table."""
        with self.engine.connect() as connection:
            counts = {name: connection.execute(text(f"SELECT count(*) FROM hpsearch.{name}")) for name in TABLES}  # noqa: S608
            return {name: int(count.scalar_one()) for name, count in counts.items()}

    def assert_well(self) -> None:
        """It lives, answers, reads the database, and has not stumbled."""
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        assert httpx.get(f"{self.url}/healthz", timeout=PATIENT_S).json() == {"status": "ok"}
        asked = httpx.get(
            f"{self.url}/v1/studies", headers={"Authorization": f"Bearer {self.secret}"}, timeout=PATIENT_S
        )
        assert asked.status_code == 200, asked.text
        assert not self.faults(), "\n".join(self.faults())[:5000]


@contextmanager
def serving(url: str, engine: Engine, folder: Path) -> Iterator[Server]:
    """The service on that database, for as long as the context lasts."""
    _, secret = Keyring(engine).create(LOCAL, "fuzz", (Scope.READ, Scope.SUBMIT), MANY)
    log = folder / "log"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HPSEARCH_")}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hpsearch.cli.main", "serve", "--api-only", "--port", "0"],
            env={**clean, "HPSEARCH_DATABASE_URL": url, "HPSEARCH_HOME": str(folder / "home")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        yield Server(_address(process, log), secret, process, log, engine)
    finally:
        process.terminate()
        try:
            process.wait(PATIENT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def fill(engine: Engine) -> None:
    """Six studies, so that small numbers name something: with results, ended, waiting, paused, and one that runs."""
    store = PostgresStore(engine)
    for end in (StudyState.COMPLETE, StudyState.FAILED, StudyState.INTERRUPTED, StudyState.PAUSED, None):
        lease = begun(store, definition("filled"), TASK)
        planned = jobs(count=6)
        started(store, lease, planned)
        store.save_results(lease, [complete(planned[0]), complete(planned[1], 0.9), broken(planned[2])])
        store.start_trials(lease, planned[3].stage, [3])
        if end is not None:
            store.save_verdict(lease, verdict())
            store.release(lease, end, None)
    store.create(definition("waits"))


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    killer = threading.Timer(PATIENT_S, process.kill)
    killer.start()
    try:
        for line in process.stdout or ():
            if line.startswith("Service: "):
                return line.removeprefix("Service: ").strip()
    finally:
        killer.cancel()
    raise AssertionError(f"the server did not start:\n{log.read_text()[-3000:]}")
