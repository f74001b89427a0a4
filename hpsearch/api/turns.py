"""Work that is too large to be done for everybody at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException

from hpsearch.api.problems import retry_after

RETRY_S = 5.0


class Turns:
    """Lets so many in at the same time. The others wait, and are refused when they have waited too long.

    Nobody who waits holds a thread.
    """

    def __init__(self, at_once: int, patience_s: float) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._patience_s = patience_s

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Within it the work is done; raises HTTPException 503."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._free.acquire()
        except TimeoutError:
            detail = "the server is busy with other calls of this kind, which are large; try again"
            raise HTTPException(503, detail, retry_after(RETRY_S)) from None
        try:
            yield
        finally:
            self._free.release()
