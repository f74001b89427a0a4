"""The folder in which a local Ray keeps its sockets, logs and whatever Tune writes, for as long as its owner lives."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "hpsearch-ray-"
LONGEST_SOCKET = 107
"""Bytes that the address of a Unix socket may have on Linux."""
BELOW_FOLDER = len("/session_2026-01-01_00-00-00_000000_4194304/sockets/plasma_store")
"""What Ray puts behind the folder for its longest socket."""


@contextmanager
def scratch_folder(home: Path) -> Iterator[Path]:
    """A new folder below ``home``, or below the system's folder for temporary files if sockets would get too long
    a name; removed at the end. What earlier owners left behind because they were killed is removed as well."""
    parent = home / "ray"
    if len(os.fsencode(parent / f"{PREFIX}12345678")) + BELOW_FOLDER > LONGEST_SOCKET:
        parent = Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(parent)
    folder, lock = _locked_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder(parent: Path) -> tuple[Path, int]:
    """A new folder and the descriptor whose lock says that its owner lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():  # else it was taken for a leftover before it was locked
            return folder, lock
        os.close(lock)


def _remove_leftovers(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # its owner lives
        finally:
            os.close(lock)
