"""A WSGI server on a Unix socket that ends when nobody has asked for a while."""

import socket
import socketserver
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Lock
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from hpsearch.dashboard.owner import OWNER_VARIABLE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOK_S = 0.5
AT_ONCE = 8
"""Requests for studies that are answered at the same time; further ones wait."""
EACH = 3
"""So many of them at most are of one owner: reading a study of 100,000 trials takes minutes."""
LARGE = ("/api/studies", "/csv/")
"""Where paths begin whose answers are read from the database; the others need no turn."""


class Turns:
    """Who is answered now: as many as there is room for, and of one owner no more than ``each``."""

    def __init__(self, at_once: int = AT_ONCE, each: int = EACH) -> None:
        self._at_once = at_once
        self._each = each
        self._inside: Counter[str] = Counter()
        self._change = Condition()

    @contextmanager
    def turn(self, owner: str) -> Iterator[None]:
        """Waits for a turn, which lasts as long as this."""
        with self._change:
            self._change.wait_for(lambda: self._is_free_for(owner))
            self._inside[owner] += 1
        try:
            yield
        finally:
            with self._change:
                self._inside[owner] -= 1
                self._inside += Counter()  # drops the zeros
                self._change.notify_all()

    def _is_free_for(self, owner: str) -> bool:
        return self._inside[owner] < self._each and self._inside.total() < self._at_once


class QuietHandler(WSGIRequestHandler):
    """Leaves the log of requests to the proxy."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        """Says nothing."""


class SocketServer(socketserver.ThreadingMixIn, WSGIServer):
    """Answers requests, each in a thread of its own."""

    address_family = socket.AF_UNIX
    allow_reuse_address = False
    daemon_threads = True
    request_queue_size = 64
    timeout = LOOK_S

    def __init__(self, place: Path, app: "WSGIApplication") -> None:
        self._used_at = time.monotonic()
        self._open = 0
        self._counting = Lock()
        self._turns = Turns()
        super().__init__(str(place), QuietHandler)  # type: ignore[arg-type]  # a path is the address of such a socket
        self.set_app(self._in_turn(app))

    def server_bind(self) -> None:
        """Binds without looking up the name of a host."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "dashboard", 80
        self.setup_environ()

    def get_request(self) -> tuple[Any, Any]:
        """A connection; those of Unix sockets have no address of their own."""
        request, _ = super().get_request()
        self._count(1)
        return request, ("local", 0)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answers one request."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._count(-1)

    def serve(self, idle_s: float) -> None:
        """Answers requests until there was none for ``idle_s``."""
        while self._open or time.monotonic() - self._used_at < idle_s:
            self.handle_request()

    def _in_turn(self, app: "WSGIApplication") -> "WSGIApplication":
        """The application, where what is large waits for its turn."""

        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if not environ["PATH_INFO"].startswith(LARGE):
                return app(environ, start_response)
            with self._turns.turn(environ.get(OWNER_VARIABLE, "")):
                return app(environ, start_response)

        return answer

    def _count(self, change: int) -> None:
        with self._counting:
            self._open += change
            self._used_at = time.monotonic()
