"""A WSGI server on a Unix socket that ends when nobody has asked for a while."""

import socket
import socketserver
import time
from pathlib import Path
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOK_S = 0.5
AT_ONCE = 8
"""Requests that are answered at the same time; further ones wait."""


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
        self._turns = Semaphore(AT_ONCE)
        super().__init__(str(place), QuietHandler)  # type: ignore[arg-type]  # a path is the address of such a socket
        self.set_app(app)

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
        """Answers one request when its turn comes."""
        try:
            with self._turns:
                super().process_request_thread(request, client_address)
        finally:
            self._count(-1)

    def serve(self, idle_s: float) -> None:
        """Answers requests until there was none for ``idle_s``."""
        while self._open or time.monotonic() - self._used_at < idle_s:
            self.handle_request()

    def _count(self, change: int) -> None:
        with self._counting:
            self._open += change
            self._used_at = time.monotonic()
