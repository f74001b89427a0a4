"""The service as processes of its own, and what of them is left."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from hpsearch.client import Client

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
"""No test depends on how quick the machine is; after this something hangs."""

TINY = """
name: tiny
seed: 3
data: {dataset: digits, batch_size: {choice: [32, 64]}}
network: {name: convnet, depth: 1, width: 4}
recipe:
  initial_loss: {seeds: 2}
  overfit: {batches: 1}
  lr_sweep: {steps: 20, learning_rates: [1e-3, 1e-2, 1e-1]}
  coarse: {trials: 6, epochs: 1}
  fine: {trials: 4, epochs: 2, rounds: 1}
"""
LONG = TINY.replace("name: tiny", "name: long").replace("coarse: {trials: 6", "coarse: {trials: 5000")


@dataclass
class Service:
    """One ``hpsearch serve`` that has said that it is ready."""

    home: Path
    process: subprocess.Popen[str]
    url: str
    key: str | None
    """Of the first start."""

    def client(self, key: str) -> Client:
        return Client(self.url, key)

    def family(self) -> list[psutil.Process]:
        """Its process and all that it has started, the database's included."""
        own = [process for process in psutil.process_iter() if str(self.home) in _environment_home(process)]
        return list({*own, *(child for process in own for child in _children(process))})

    def conductors(self) -> list[psutil.Process]:
        """Its conductor, if that runs."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "conductor" in _command_line(child)]

    def stop(self, number: signal.Signals) -> int:
        """Its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def environment(home: Path, **more: str) -> Mapping[str, str]:
    """The environment of a process that uses ``home`` and finds this very package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HPSEARCH_")}
    return {**kept, "HPSEARCH_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


@contextmanager
def short_home() -> Iterator[Path]:
    """A home whose sockets have short names."""
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "home"


@contextmanager
def serving(home: Path, *options: str, **more: str) -> Iterator[Service]:
    """A service; killed at the end if it still runs."""
    log = (home.parent / "serve.log").open("a")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "hpsearch.cli.main", "serve", "--port", "0", *options],
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    try:
        yield _ready(home, process)
    finally:
        process.kill()
        process.wait()
        log.close()
        assert process.stdout is not None
        process.stdout.close()


def _ready(home: Path, process: "subprocess.Popen[str]") -> Service:
    said = dict[str, str]()
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.rstrip("\n").partition(": ")
        said[name] = value
        if name.startswith("Ready"):
            return Service(home, process, said["Service"], said.get("Key"))
    raise AssertionError((home.parent / "serve.log").read_text())


def cli(home: Path, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """The program with ``home``, or with the service and key in ``more``."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "hpsearch.cli.main", *map(str, arguments)],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
        check=False,
    )


def gone(processes: list[psutil.Process], within_s: float) -> list[str]:
    """The command lines of those that still run then; empty as soon as there are none."""
    _, alive = psutil.wait_procs(processes, within_s)
    return [" ".join(_command_line(process)) for process in alive if process.is_running()]


def wait_until(holds: Any, within_s: float = PATIENCE_S) -> None:
    """Looks again and again."""
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, "this has not come"
        time.sleep(0.1)


def _children(process: psutil.Process) -> list[psutil.Process]:
    """Those of a database write their titles over their environment."""
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has ended meanwhile
        return []


def _environment_home(process: psutil.Process) -> str:
    try:
        return process.environ().get("HPSEARCH_HOME", "")
    except psutil.Error:
        return ""
