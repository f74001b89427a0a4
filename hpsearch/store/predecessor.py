"""What an earlier server on the same data may have left: processes that still run, and a file that names one."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.postgres_home import PostgresHome

_PROC = Path("/proc/self/cmdline")
"""Where this is missing, ps knows the processes."""

_FAST_STOP_S = 60.0
_IMMEDIATE_STOP_S = 20.0
_POLL_S = 0.02


def settle_predecessor(home: PostgresHome) -> None:
    """Stop every earlier postmaster of this home, and void what it left in its file. For the parent of the next one.

    Raises DatabaseUnavailableError where a postmaster does not stop.
    """
    for request, patience_s in ((signal.SIGINT, _FAST_STOP_S), (signal.SIGQUIT, _IMMEDIATE_STOP_S)):
        for pid in _postmasters(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, request)
        deadline = time.monotonic() + patience_s
        while _postmasters(home) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
    if left := _postmasters(home):
        raise DatabaseUnavailableError(
            f"An earlier server of {home.data} does not stop. End its processes by hand: {left}."
        )
    _void(home)


def _void(home: PostgresHome) -> None:
    """Make the file of a dead postmaster harmless.

    The number in it may belong to any process by now, after a restart of the machine or the container, and Postgres
    would refuse to start. It takes its parent's number for stale, and that is this process. The rest must stay: by
    it Postgres sees whether other processes of the earlier server still use its memory. Of a server that was killed
    before it wrote, the file is empty, which Postgres would refuse as well.
    """
    if not home.postmaster_file.exists():
        return
    lines = home.postmaster_file.read_text(encoding="utf-8").splitlines()
    home.postmaster_file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]), encoding="utf-8")


def _postmasters(home: PostgresHome) -> list[int]:
    """The processes that serve this home's data, or are about to."""
    if _PROC.exists():
        candidates = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    else:
        pid = home.postmaster_pid()
        candidates = [] if pid is None else [pid]
    return [pid for pid in candidates if _serves(_command_line(pid), home.data)]


def _serves(command_line: list[str], data: Path) -> bool:
    program, *arguments = command_line or [""]
    if Path(program).name != "postgres":
        return False
    # The same folder, by whatever path it was named.
    paths = [Path(argument) for argument in arguments if argument.startswith("/")]
    return any(path.exists() and path.samefile(data) for path in paths)


def _command_line(pid: int) -> list[str]:
    """The program and the arguments of a process; empty where there is none, or only its remains."""
    if _PROC.exists():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:  # it has ended, or it is hidden because it is somebody else's
            return []
        return [os.fsdecode(part) for part in line.split(b"\0") if part]
    ask = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    answer = subprocess.run(ask, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    return answer.stdout.split()
