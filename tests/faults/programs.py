"""The program ``hpsearch`` and Ray's own, as processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

STOPPING_S = 30.0


RAYS = ("RAY_", "TUNE_")
"""How the variables begin that Ray reads: an executor in this very process sets some for its own Ray."""


@contextmanager
def program(*arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is asked to end at the end, and killed if it does not."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(RAYS)}
    with log.open("ab") as output:
        process = subprocess.Popen(
            arguments, env={**inherited, **environment}, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPPING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def conductor(url: str, home: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """``hpsearch conductor`` with two workers; ``more`` is added to its environment."""
    environment = {
        "HPSEARCH_HOME": str(home),
        "HPSEARCH_DATABASE_URL": url,
        "HPSEARCH_LEASE_SECONDS": "3",
        **more,
    }
    arguments = [sys.executable, "-m", "hpsearch.cli.main", "conductor", "--workers", "2"]
    with program(*arguments, environment=environment, log=home / "conductor.log") as process:
        yield process
