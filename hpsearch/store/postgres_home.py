"""The folder of the embedded Postgres: what lies where in it, who may use it, and whether a server answers there."""

import os
import socket
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from hpsearch.errors import DatabaseUnavailableError

PORT = 5432  # part of the socket's file name only: nothing listens on the network
ROLE = "hpsearch"
DATABASE = "hpsearch"

SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107  # bytes, sun_path without its closing zero
_LOG_LIMIT_BYTES = 1_000_000


@dataclass(frozen=True)
class PostgresHome:
    """The paths below one folder, and what can be read from them."""

    directory: Path
    """``HPSEARCH_HOME/postgres``, absolute. Its owner alone may enter it."""

    @property
    def data(self) -> Path:
        """The data directory; it is there only when it is complete."""
        return self.directory / "data"

    @property
    def socket_directory(self) -> Path:
        """Where the server's socket appears."""
        return self.directory / "socket"

    @property
    def socket(self) -> Path:
        """The server's socket."""
        return self.socket_directory / f".s.PGSQL.{PORT}"

    @property
    def postmaster_file(self) -> Path:
        """Written by a running server: its process id on line 1, its state on line 8."""
        return self.data / "postmaster.pid"

    @property
    def users_lock(self) -> Path:
        """Locked in shared mode by everyone who uses the server, exclusively by a supervisor that stops it."""
        return self.directory / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Locked exclusively by the one supervisor, from before it starts until it is gone."""
        return self.directory / "supervisor.lock"

    @property
    def server_log(self) -> Path:
        """What the server and initdb say."""
        return self.directory / "postgres.log"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor says."""
        return self.directory / "supervisor.log"

    def prepare(self) -> None:
        """Make the folder, closed to others.

        Raises DatabaseUnavailableError where the path cannot hold a socket, the folder cannot be made, or it belongs
        to another user.
        """
        self._check_path()
        try:
            self.directory.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
            owner = self.directory.stat().st_uid
            if owner == os.geteuid():
                self.directory.chmod(stat.S_IRWXU)
        except OSError as error:
            raise DatabaseUnavailableError(
                f"The folder of the embedded Postgres cannot be made: {error}. "
                "Set HPSEARCH_HOME to a folder that you may write to, or HPSEARCH_DATABASE_URL to a Postgres server."
            ) from error
        if owner != os.geteuid():
            raise DatabaseUnavailableError(
                f"The embedded Postgres in {self.directory} belongs to the user with id {owner}, and this process runs "
                f"as {os.geteuid()}. Run as that user, or set HPSEARCH_HOME to a folder of your own."
            )

    def _check_path(self) -> None:
        length = len(os.fsencode(self.socket))
        if length > SOCKET_PATH_LIMIT:
            raise DatabaseUnavailableError(
                f"A Unix socket's path has at most {SOCKET_PATH_LIMIT} bytes; {self.socket} has {length}. "
                "Set HPSEARCH_HOME to a shorter path, or HPSEARCH_DATABASE_URL to a Postgres server."
            )
        if "," in str(self.socket):
            raise DatabaseUnavailableError(
                f"Postgres reads a comma in a socket's path as the end of the path; {self.socket} has one. "
                "Set HPSEARCH_HOME to a path without, or HPSEARCH_DATABASE_URL to a Postgres server."
            )

    def postmaster_pid(self) -> int | None:
        """The process id that the last server left in its file; that process may be gone. None after a clean stop."""
        lines = self._postmaster_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def is_ready(self) -> bool:
        """Whether a server listens on the socket and accepts connections."""
        if self.state() != "ready":
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)  # seconds
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        # Once more: the file may have been a dead server's. Who listens now has replaced it before.
        return self.state() == "ready"

    def state(self) -> str:
        """What the server wrote last: ``starting``, ``ready``, ``stopping``; empty when it has not or is gone."""
        lines = self._postmaster_lines()
        return lines[7].strip() if len(lines) >= 8 else ""

    def _postmaster_lines(self) -> list[str]:
        try:
            return self.postmaster_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def is_at(self, path: Path, descriptor: int) -> bool:
        """Whether the open file is still the one at ``path`` (someone may have deleted the folder meanwhile)."""
        try:
            return os.path.samestat(path.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            return False

    def open_log(self, path: Path) -> int:
        """A descriptor that appends to the log ``path``; a long one is moved to ``.old`` before."""
        if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.old"))
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def last_words(self, count: int = 12) -> str:
        """The last lines of both logs, for a message."""
        parts = []
        for path in (self.supervisor_log, self.server_log):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
            parts.append("\n".join([f"The last lines of {path}:", *(lines[-count:] or ["(empty)"])]))
        return "\n".join(parts)
