"""How many streams each key has open in this process."""

from collections import Counter

from starlette.responses import ContentStream, StreamingResponse
from starlette.types import Receive, Scope, Send

from hpsearch.access import Key
from hpsearch.api.problems import problem, retry_after

RETRY_S = 10.0
"""When a place may be free again: a guess."""


class Streams:
    """The open streams of one process, by key. Belongs to one event loop."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()

    def is_full(self, key: Key) -> bool:
        """Whether the key has as many streams open as it may."""
        return self._open[key.id] >= key.limits.streams

    def begin(self, key: Key) -> None:
        """One more."""
        self._open[key.id] += 1

    def end(self, key: Key) -> None:
        """One less."""
        self._open[key.id] -= 1
        if not self._open[key.id]:
            del self._open[key.id]


class CountedStream(StreamingResponse):
    """A stream that takes one of its key's places while it is sent; 429 where none is free."""

    def __init__(
        self,
        content: ContentStream,
        streams: Streams,
        key: Key,
        *,
        media_type: str,
        headers: dict[str, str],
    ) -> None:
        super().__init__(content, media_type=media_type, headers=headers)
        self._streams, self._key = streams, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the stream, or the refusal."""
        if self._streams.is_full(self._key):
            most = self._key.limits.streams
            detail = (
                f"the key {self._key.prefix} may have {most} streams open at this server at the same time; close one, "
                "or wait and try again"
            )
            await problem(429, None, detail, headers=retry_after(RETRY_S), instance=scope["path"])(scope, receive, send)
            return
        self._streams.begin(self._key)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.end(self._key)
