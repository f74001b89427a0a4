"""The embedded Postgres as its users see it: it runs for as long as somebody holds it."""

import fcntl
import os
import select
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import hpsearch
from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.postgres_home import DATABASE, PORT, ROLE, PostgresHome
from hpsearch.store.supervisor import READY

_POLL_S = 0.02


class EmbeddedPostgres:
    """One process's use of the Postgres server that lives in a home directory.

    All processes of one user that use the same home share one server. The first one starts it; some time
    after the last one has closed its use or ended, in whatever way, it stops. It listens on a Unix socket that
    only its owner can reach. May be used from several threads.
    """

    def __init__(self, home: Path, *, grace_s: float = 1.0, start_timeout_s: float = 120.0) -> None:
        """Describe the server in ``home`` (HPSEARCH_HOME); nothing is started or written yet.

        ``grace_s`` is how long the server stays without users, so that commands one after another share
        it; the process that starts it decides. ``start_timeout_s`` bounds the wait in ``ensure``.
        """
        self._home = PostgresHome(home.absolute() / "postgres")
        self._grace_s = grace_s
        self._start_timeout_s = start_timeout_s
        self._users: int | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database, whether the server runs or not."""
        from sqlalchemy import URL  # noqa: PLC0415  (the server itself is started without it, and while it is imported)

        socket = {"host": str(self._home.socket_directory), "port": str(PORT)}
        url = URL.create("postgresql+psycopg", username=ROLE, database=DATABASE, query=socket)
        return url.render_as_string(hide_password=False)

    def start(self) -> str:
        """Begin to use the server: ``ensure``, then the URL."""
        self.ensure()
        return self.url

    def ensure(self) -> None:
        """Return when the server accepts connections, having started it, or waited for its return, where needed.

        Call it again whenever a connection has broken: a killed server is back afterwards, with all that was
        committed. A process that was killed a moment ago may still look alive; then the next connection breaks too,
        and this has to be called once more. Costs under a millisecond when all is well.

        Raises DatabaseUnavailableError where the server cannot be started, with the last lines of its log.
        """
        deadline = time.monotonic() + self._start_timeout_s
        with self._lock:
            self._home.prepare()
            try:
                self._register(deadline)
                self._ensure_ready(deadline)
            except OSError as error:
                raise DatabaseUnavailableError(
                    f"The embedded Postgres in {self._home.directory} cannot be used: {error}. Set HPSEARCH_HOME "
                    "to another folder, or HPSEARCH_DATABASE_URL to a Postgres server."
                ) from error

    def close(self) -> None:
        """End this use. The server stops by itself when nobody else uses it. May be called twice."""
        with self._lock:
            self._unregister()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _register(self, deadline: float) -> None:
        """Hold the users' lock. While a supervisor stops the server it holds the lock: this waits until it is gone."""
        path = self._home.users_lock
        while self._users is None or not self._home.is_at(path, self._users):
            self._unregister()
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                while not _locked(descriptor, fcntl.LOCK_SH):
                    self._wait(deadline)
            except BaseException:
                os.close(descriptor)
                raise
            self._users = descriptor

    def _unregister(self) -> None:
        # Closing and not unlocking: a forked child that still has the descriptor keeps its use.
        if self._users is not None:
            os.close(self._users)
            self._users = None

    def _ensure_ready(self, deadline: float) -> None:
        while True:
            lock = os.open(self._home.supervisor_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                # Whoever gets this lock starts the supervisor, which inherits it. A server without a supervisor
                # is about to stop, however ready it looks, so the lock is asked first.
                if _locked(lock, fcntl.LOCK_EX):
                    answer = self._launch(lock, deadline)
                    if answer == "":  # somebody has ended it
                        self._wait(deadline)
                    elif answer != READY.decode():
                        raise self._unavailable(answer)
                elif self._home.is_ready():
                    return
                else:
                    self._wait(deadline)
            finally:
                os.close(lock)

    def _launch(self, lock: int, deadline: float) -> str:
        """Start a supervisor that inherits ``lock``; its answer, empty if it ended without one."""
        reading, writing = os.pipe()
        log = self._home.open_log(self._home.supervisor_log)
        arguments = [str(self._home.directory), str(lock), str(writing), str(self._grace_s)]
        try:
            # -P: nothing is imported from the working directory. The process ends at once, having detached the other.
            detaching = subprocess.run(  # noqa: S603 - this Python
                [sys.executable, "-P", "-m", "hpsearch.store.supervisor", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home.directory,
                env=_environment(),
                pass_fds=(lock, writing),
                start_new_session=True,
                check=False,
            )
        finally:
            os.close(log)
            os.close(writing)
        try:
            if detaching.returncode > 0:
                raise self._unavailable(f"its supervisor cannot run, exit status {detaching.returncode}")
            return self._read(reading, deadline)
        finally:
            os.close(reading)

    def _read(self, reading: int, deadline: float) -> str:
        answer = b""
        waiting = select.poll()  # select() itself knows no descriptors above 1,023
        waiting.register(reading, select.POLLIN)
        while True:
            if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
                self._wait(deadline)
            part = os.read(reading, 65536)
            if not part:
                return answer.decode(errors="replace")
            answer += part

    def _wait(self, deadline: float) -> None:
        if time.monotonic() >= deadline:
            raise self._unavailable(f"it was not ready within {self._start_timeout_s:g} s")
        time.sleep(_POLL_S)

    def _unavailable(self, reason: str) -> DatabaseUnavailableError:
        return DatabaseUnavailableError(
            f"The embedded Postgres in {self._home.directory} does not run: {reason}\n{self._home.last_words()}"
        )


def _locked(descriptor: int, kind: int) -> bool:
    """Take the lock if that is possible at once."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _environment() -> dict[str, str]:
    """This process's environment, in which another Python finds the package where this one found it."""
    root = str(Path(hpsearch.__file__).parents[1])
    if root == sysconfig.get_path("purelib"):
        return dict(os.environ)
    before = [path for path in [os.environ.get("PYTHONPATH")] if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, *before])}
