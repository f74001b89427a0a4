"""The process that keeps one embedded Postgres running while somebody uses it.

Started by ``EmbeddedPostgres`` as ``python -m hpsearch.store.supervisor DIRECTORY LOCK REPORT GRACE``, detached from
the process that needed it first. LOCK is the inherited descriptor of the supervisor's lock, already locked, so that
there is never a second one; REPORT the descriptor that takes one answer: ``ready``, or why not. The server is a child
that stops with its supervisor. Both stop when nobody has held the users' lock for GRACE seconds.

One thread only: the children's preparation runs after a fork, and the death signal follows the thread that made them.
"""

import contextlib
import fcntl
import logging
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from hpsearch.errors import HpsearchError
from hpsearch.store.cluster import Cluster
from hpsearch.store.postgres_home import PostgresHome

READY = b"ready"

_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_POLL_STARTING_S = 0.02
_POLL_RUNNING_S = 0.25
# A killed server's processes may outlive it for a moment; until they are gone the next one refuses to start.
_START_PATIENCE_S = 60.0
_RETRY_AFTER_S = 0.1
_FAST_STOP_S = 60.0
_IMMEDIATE_STOP_S = 20.0


class ServerStartError(HpsearchError):
    """End: the server does not start, and trying again would not help."""


class Report:
    """Tells the process that started this one how the start went."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def answer(self, text: bytes) -> None:
        """Send ``text``; only the first answer counts."""
        if self._descriptor is not None:
            with contextlib.suppress(BrokenPipeError):  # it did not wait
                os.write(self._descriptor, text)
            os.close(self._descriptor)
            self._descriptor = None


class Supervisor:
    """Runs one server from the first ``ready`` to the last user."""

    def __init__(self, home: PostgresHome, report: Report, grace_s: float) -> None:
        self._home = home
        self._cluster = Cluster(home)
        self._report = report
        self._grace_s = grace_s
        self._signals = _caught_signals()
        self._users = os.open(home.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._last_used = time.monotonic()
        self._log = logging.getLogger(__name__)

    def run(self) -> None:
        """Keep a server running until nobody uses it or a signal asks to stop; on return it has stopped.

        Raises HpsearchError when it cannot be started.
        """
        self._cluster.create_if_absent()
        failing_since: float | None = None
        while True:
            server = self._cluster.start()
            try:
                went_ready = self._watch(server)
            finally:
                _stop(server)
            if went_ready is None:
                return
            self._log.warning("The server ended by itself, exit status %s.", server.returncode)
            now = time.monotonic()
            failing_since = None if went_ready else failing_since or now
            if failing_since is not None and now - failing_since > self._patience_s(server.returncode):
                raise ServerStartError(f"The server ended before it was ready, exit status {server.returncode}.")
            time.sleep(_RETRY_AFTER_S)

    def _watch(self, server: subprocess.Popen[bytes]) -> bool | None:
        """Wait until the server is to stop (None), or has ended by itself (whether it had been ready)."""
        ready = False
        while True:
            received = self._wait(_POLL_RUNNING_S if ready else _POLL_STARTING_S)
            if received & _STOP_SIGNALS or self._is_unused():
                return None
            # Of this child and no other: is_ready alone could speak of a server that somebody else left.
            if server.poll() is not None:
                return ready
            if ready and self._home.state() == "stopping":
                # Somebody has asked it to wait for its last client before it stops. It would turn away new ones.
                server.send_signal(signal.SIGINT)
            if not ready and self._home.postmaster_pid() == server.pid and self._home.is_ready():
                ready = True
                self._log.info("The server is ready, process %d.", server.pid)
                self._report.answer(READY)

    def _is_unused(self) -> bool:
        """Whether nobody has used the server for the grace period. If so, nobody can begin to: the lock is kept."""
        if not self._home.is_at(self._home.users_lock, self._users):
            self._log.warning("The folder has been deleted or replaced.")
            return True
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._last_used = time.monotonic()
            return False
        if time.monotonic() - self._last_used >= self._grace_s:
            return True
        fcntl.flock(self._users, fcntl.LOCK_UN)
        return False

    def _wait(self, duration_s: float) -> set[int]:
        """Sleep for ``duration_s`` or until a signal comes; the signals that came."""
        if not select.select([self._signals], [], [], duration_s)[0]:
            return set()
        return set(os.read(self._signals, 1024))

    def _patience_s(self, exit_status: int) -> float:
        killed = exit_status == -signal.SIGKILL
        held_up = "still in use" in self._home.last_words()
        return _START_PATIENCE_S if killed or held_up else 0.0


def _caught_signals() -> int:
    """The reading end of a pipe on which each signal that matters arrives as one byte, its number."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (*_STOP_SIGNALS, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reading


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server cleanly; if that takes too long, so that it recovers from its log at the next start."""
    for request, patience_s in ((signal.SIGINT, _FAST_STOP_S), (signal.SIGQUIT, _IMMEDIATE_STOP_S)):
        server.send_signal(request)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(patience_s)
            return
    server.kill()
    server.wait()


def main() -> int:
    """Detach, then supervise; the exit status is 1 when the server cannot be started."""
    directory, lock, report, grace_s = sys.argv[1:]
    if os.fork() != 0:
        # The starter waits for this process only. The other one is nobody's child that would have to be waited for.
        os._exit(0)
    os.umask(0o077)
    # Programs that are started from here must not keep the lock or the answer open.
    os.set_inheritable(int(lock), False)
    os.set_inheritable(int(report), False)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s [%(process)d] %(message)s", stream=sys.stderr)
    outcome = Report(int(report))
    try:
        Supervisor(PostgresHome(Path(directory)), outcome, float(grace_s)).run()
    except Exception as error:
        logging.getLogger(__name__).exception("The server cannot be kept running.")
        outcome.answer(str(error).encode(errors="replace"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
