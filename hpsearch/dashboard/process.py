"""The dashboard's process, as seen by the one that starts it."""

import json
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Lock, Thread

IDLE_S = 600.0
START_S = 60.0
"""It takes 2 to 4 seconds on a quiet machine."""
STOP_S = 3.0


class DashboardProcess:
    """Runs the dashboard while somebody looks at it. Safe to be used by several threads."""

    def __init__(self, url: str, *, idle_s: float = IDLE_S) -> None:
        """``url``: the database. Nothing is started yet."""
        self._url = url
        self._idle_s = idle_s
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._socket = Path()
        self._closed = False

    def ready(self) -> Path:
        """The socket on which the dashboard answers; starts it where it does not run, which takes seconds.

        Raises ChildProcessError if it ends or does not answer while it starts, and after ``close``.
        """
        with self._lock:
            if self._closed:
                raise ChildProcessError("the service stops, and its dashboard has ended")
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._socket

    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        with self._lock:
            return None if self._process is None or self._process.poll() is not None else self._process.pid

    def close(self) -> None:
        """Ends it; it is not started again."""
        with self._lock:
            self._closed = True
            self._end()

    def _start(self) -> None:
        self._end()
        self._socket = Path(tempfile.mkdtemp(prefix="hpsearch-")) / "dashboard"  # of this user alone; a short path
        # In a session of its own: Ctrl-C is for the service, which ends it.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hpsearch.dashboard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        Thread(target=self._process.wait, daemon=True).start()  # leaves no zombie when it ends by itself
        order = {"url": self._url, "socket": str(self._socket), "idle_s": self._idle_s}
        try:
            _write_order(self._process, json.dumps(order))
            _await_ready(self._process)
        except OSError:
            self._end()
            raise

    def _end(self) -> None:
        """Ends the process, if there is one, and removes what it may have left."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()  # the end of its input ends it
                except OSError:
                    continue
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._socket.unlink(missing_ok=True)
        if self._socket.parent.exists():
            self._socket.parent.rmdir()


def _write_order(process: "subprocess.Popen[str]", order: str) -> None:
    if process.stdin is None:
        raise ChildProcessError("the dashboard's process has no standard input")
    process.stdin.write(order + "\n")
    process.stdin.flush()


def _await_ready(process: "subprocess.Popen[str]") -> None:
    if process.stdout is None:
        raise ChildProcessError("the dashboard's process has no standard output")
    until = time.monotonic() + START_S
    waiting = select.poll()  # select() itself knows no descriptors above 1,023
    waiting.register(process.stdout, select.POLLIN)
    while time.monotonic() < until:
        if waiting.poll(500):
            if process.stdout.readline() == "ready\n":
                return
            raise ChildProcessError("the dashboard's process has ended while it started; its own words are above")
    raise ChildProcessError(f"the dashboard's process has not started within {START_S:g} s")
