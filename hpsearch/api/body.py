"""What one key may send: so many requests a minute, so long a body, and not too slowly."""

import asyncio
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hpsearch.access import Key
from hpsearch.api.buckets import Buckets
from hpsearch.api.problems import problem, retry_after

PAUSE_S = 10.0
"""The longest pause within a body."""
TOTAL_S = 30.0
"""The longest that a whole body may take."""
OPEN_BYTES = 4096
"""The longest body of a request without a key: the login's."""


class GoneError(Exception):
    """Nobody is left to answer: the client has closed the connection within its body."""


class Allowance:
    """ASGI middleware behind the gate. Bodies are read whole, here, before a route sees the request."""

    def __init__(self, app: ASGIApp, buckets: Buckets, pause_s: float = PAUSE_S, total_s: float = TOTAL_S) -> None:
        self._app = app
        self._buckets = buckets
        self._pause_s = pause_s
        self._total_s = total_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses with 429, 413 or 408; else hands the request on with its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        key: Key | None = getattr(request.state, "key", None)
        try:
            answer = self._too_often(key) or await self._body(request, receive, key)
        except GoneError:
            return
        if isinstance(answer, Response):
            await answer(scope, receive, send)
        else:
            await self._app(scope, _replayed(answer, receive), send)

    def _too_often(self, key: Key | None) -> Response | None:
        if key is None:
            return None
        per_minute = key.limits.requests_per_minute
        wait = self._buckets.take(key.prefix, per_minute)
        if not wait:
            return None
        detail = f"the key {key.prefix} may send {per_minute} requests a minute to this server; wait and go on"
        return problem(429, None, detail, headers=retry_after(wait))

    async def _body(self, request: Request, receive: Receive, key: Key | None) -> bytes | Response:
        """The whole body, or why it is refused."""
        most = OPEN_BYTES if key is None else key.limits.body_bytes
        announced = request.headers.get("content-length", "0")
        if not (announced.isascii() and announced.isdigit()):
            return problem(400, None, "Content-Length is a whole number of bytes", headers=CLOSE)
        if int(announced[:20]) > most:
            return too_long(most)
        chunks, length, end = [], 0, time.monotonic() + self._total_s
        more = True
        while more:
            try:
                async with asyncio.timeout(min(self._pause_s, end - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                return self._too_slow()
            if message["type"] == "http.disconnect":
                raise GoneError
            chunks.append(message.get("body", b""))
            length += len(chunks[-1])
            if length > most:
                return too_long(most)
            more = message.get("more_body", False)
        return b"".join(chunks)

    def _too_slow(self) -> Response:
        detail = (
            f"the body did not arrive in time: pauses are at most {self._pause_s:g} s, and all of it takes at most "
            f"{self._total_s:g} s; send it again"
        )
        return problem(408, None, detail, headers=CLOSE)


CLOSE = {"Connection": "close"}
"""What is left of the body must not be taken for the next request."""


def too_long(most: int) -> Response:
    """The answer to a body that is longer than the key may send."""
    return problem(413, None, f"the body is longer than the {most} bytes that this key may send", headers=CLOSE)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body at once, and then whatever comes: that the client has gone."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again
