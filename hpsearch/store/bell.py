"""Hears what happens to studies the moment it is committed, instead of asking again and again."""

import logging
import os
import select
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import psycopg
from sqlalchemy.exc import DBAPIError

from hpsearch.checked import CHECK_RING
from hpsearch.errors import DatabaseUnavailableError
from hpsearch.progress import EventKind
from hpsearch.store.engine import open_engine

CHANNEL = "hpsearch"
PROBE_S = 30.0
"""How often a silent connection is asked whether it still lives."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0

_BROKEN = (psycopg.Error, DBAPIError, DatabaseUnavailableError, OSError)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ring:
    """An event, without what only its row tells; or a check that came to another state."""

    study_id: int
    """0 for a check."""
    event_id: int
    """The number of a check, for one."""
    kind: EventKind | Literal["check"]
    detail: str


Hear = Callable[[Ring | None], None]
"""Called from the bell's thread: with an event, or with None when some may have been missed. Must be quick."""


class Bell:
    """One connection that listens, in a thread of its own, for any number of subscribers."""

    def __init__(self, url: str, name: str = "hpsearch") -> None:
        """``url`` of the database and ``name`` of the connection. Connects later.

        Raises DatabaseUnavailableError if the URL cannot be read.
        """
        self._engine = open_engine(url, name)
        self._subscribers: dict[object, Hear] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._listens = False
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """From now on ``hear`` is called; gives back how to end that.

        It is called with None first of all once the connection stands, and again whenever it was lost meanwhile: then
        look into the database.
        """
        mark = object()
        with self._lock:
            self._subscribers[mark] = hear

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers.pop(mark, None)

        return unsubscribe

    @property
    def is_alive(self) -> bool:
        """Whether the connection stands and its thread listens."""
        return self._listens and self._thread.is_alive()

    def start(self) -> None:
        """Begins to listen, and to try for ever to get a connection."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and its connection; again: no effect."""
        if self._closing.is_set():
            return
        self._closing.set()
        os.write(self._wake_write, b"x")
        if self._thread.ident is not None:
            self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)
        self._engine.dispose()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listen(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._closing.is_set():
            try:
                connection = self._connect()
            except _BROKEN:
                self._closing.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            with connection:
                self._listens = True
                try:
                    self._tell(None)
                    self._hear(connection)
                finally:
                    self._listens = False

    def _connect(self) -> "psycopg.Connection[object]":
        pooled = self._engine.raw_connection()
        connection: psycopg.Connection[object] = pooled.driver_connection  # type: ignore[assignment]
        pooled.detach()  # it is not given back
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
        except _BROKEN:
            connection.close()
            raise
        return connection

    def _hear(self, connection: "psycopg.Connection[object]") -> None:
        """Until the connection breaks or the bell is closed."""
        waiting = select.poll()  # select() itself knows no descriptors above 1,023
        waiting.register(connection.fileno(), select.POLLIN)
        waiting.register(self._wake_read, select.POLLIN)
        try:
            while not self._closing.is_set():
                if not waiting.poll(PROBE_S * 1000):
                    connection.execute("SELECT 1")
                for notice in connection.notifies(timeout=0):
                    self._tell(_ring(notice.payload))
        except _BROKEN:
            return  # and listen anew

    def _tell(self, ring: Ring | None) -> None:
        with self._lock:
            subscribers = list(self._subscribers.values())
        for hear in subscribers:
            try:
                hear(ring)
            except Exception:  # noqa: BLE001 - one subscriber must not silence the others
                _log.exception("a subscriber failed at %s", ring)


def _ring(payload: str) -> Ring | None:
    """What the trigger has written; None for what somebody else sent through the same channel."""
    try:
        study_id, event_id, kind, detail = payload.split(" ", 3)
        return Ring(int(study_id), int(event_id), "check" if kind == CHECK_RING else EventKind(kind), detail)
    except ValueError:
        return None
