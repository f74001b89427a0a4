"""Connections that nobody uses are closed, so that there is always room for one more."""

import asyncio
import logging
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from hpsearch.api import log

HEAD_S = 15.0
"""How long a connection may stand without a whole request head, from its beginning or its last answer on."""
SPARE = 16
"""Connections beyond those that may be answered: for requests that are refused, and for /healthz."""
QUIET_S = 10.0
"""How often at most the log says that no connection can be accepted."""


class Connection(H11Protocol):
    """One connection of a client. Waits for a request head only so long, and less long where there is no room."""

    most: int
    """Connections at the same time; those that wait for a head go first."""
    head_s: float

    waits_since: float | None = None
    """None while a request is read or answered."""
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A new connection; makes room for it."""
        if len(self.connections) >= self.most:
            self._make_room()
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.most:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Bytes of the client; the wait is over once they have completed a head, not before."""
        super().data_received(data)
        if self.waits_since is not None and not self._is_without_request():
            self._cease()

    def on_response_complete(self) -> None:
        """Waits for the next head, unless that has come already."""
        super().on_response_complete()
        if self._is_without_request():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        self._cease()
        super().connection_lost(exc)

    def _is_without_request(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._cease()
        self.waits_since = time.monotonic()
        self._timer = self.loop.call_later(self.head_s, self.give_up)

    def _cease(self) -> None:
        self.waits_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def give_up(self) -> None:
        """Ends the connection at once."""
        if not self.transport.is_closing():
            self.transport.abort()

    def _make_room(self) -> None:
        """Ends the connection that has waited longest for a head."""
        waiting = [
            (one.waits_since, one)
            for one in self.connections
            if isinstance(one, Connection) and one.waits_since is not None
        ]
        if waiting:
            _, oldest = min(waiting, key=lambda pair: pair[0])
            oldest.give_up()
            self.connections.discard(oldest)


def connection_class(most: int, head_s: float = HEAD_S) -> type[Connection]:
    """The protocol for uvicorn with these limits."""
    return type("LimitedConnection", (Connection,), {"most": most, "head_s": head_s})


class Accidents:
    """What the event loop says when something fails beside every request; one line each, the same one now and then."""

    def __init__(self, quiet_s: float = QUIET_S) -> None:
        self._quiet_s = quiet_s
        self._said: dict[str, float] = {}

    def __call__(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Writes it down, for ``loop.set_exception_handler``."""
        message, now = str(context.get("message", "")), time.monotonic()
        if now - self._said.get(message, -self._quiet_s) < self._quiet_s:
            return
        self._said = {said: at for said, at in self._said.items() if now - at < self._quiet_s} | {message: now}
        log.write(logging.ERROR, "event loop", error=f"{message}: {context.get('exception')!r}")
