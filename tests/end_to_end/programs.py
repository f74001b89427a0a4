"""``hpsearch run`` as a process of its own, and the table that comes out."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Table = list[tuple[Any, ...]]


@contextmanager
def short_folder() -> Iterator[Path]:
    """A home whose sockets have short names."""
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "home"


def command(study: Path, workers: int) -> list[str]:
    return [sys.executable, "-m", "hpsearch.cli.main", "run", str(study), "--json", "--workers", str(workers)]


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "HPSEARCH_HOME": str(home)}


def document(study: Path, home: Path, workers: int) -> dict[str, Any]:
    """The report of a run that passes."""
    done = subprocess.run(
        command(study, workers), env=environment(home), capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def table(report: dict[str, Any]) -> Table:
    """Every trial as (stage, number, parameters, state, value), every verdict's summary, and the best trial."""
    trials = [
        (trial["stage"], trial["number"], trial["parameters"], trial["state"], trial["value"])
        for stage in report["stages"]
        for trial in stage["trials"]
    ]
    return [*trials, *((stage["name"], stage["summary"]) for stage in report["stages"]), ("best", report["best"])]


def run_to_its_end(study: Path, home: Path, workers: int) -> Table:
    return table(document(study, home, workers))
