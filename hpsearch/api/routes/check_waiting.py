"""Waiting for the end of a check, without holding a thread."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from hpsearch.access import Key
from hpsearch.api.parts import ServiceParts
from hpsearch.checked import CHECK_OVER, CHECK_RING, CheckRecord
from hpsearch.errors import LimitError
from hpsearch.store.bell import Ring

LOOK_S = 0.5
"""How often a call that waits looks whether the server stops."""
LOOKS_A_READ = 6
"""Looks until it reads the check though nothing has rung: a ring may have been lost."""
RETRY_S = 2.0
"""When it is worth asking again: a check takes some seconds."""


async def waited(
    request: Request, parts: ServiceParts, caller: Key, record: CheckRecord, seconds: float
) -> CheckRecord:
    """The check once it has ended, or as it stands when the time is up, the client goes away or the server stops.

    Within a ``waiting_place``. Raises NotFoundError for a check that is deleted meanwhile.
    """
    if record.state in CHECK_OVER or seconds <= 0:
        return record
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    with _rung(parts, record.id) as rung:
        while not parts.closing.is_set():
            rung.clear()  # before the read: what rings from here on is read in the next turn
            state = await run_in_threadpool(parts.checks.state, caller.whose, record.id)
            if state is not record.state:
                record = await run_in_threadpool(parts.checks.check, caller.whose, record.id)
            if record.state in CHECK_OVER or loop.time() >= until or await _silence(request, parts, rung, until):
                break
    return record


async def _silence(request: Request, parts: ServiceParts, rung: asyncio.Event, until: float) -> bool:
    """Until something rings, or some seconds are over; whether the client has gone away."""
    loop = asyncio.get_running_loop()
    for _ in range(LOOKS_A_READ):
        left_s = until - loop.time()
        if rung.is_set() or parts.closing.is_set() or left_s <= 0:
            return False
        if await request.is_disconnected():
            return True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(rung.wait(), min(LOOK_S, left_s))
    return False


@contextlib.contextmanager
def waiting_place(request: Request, caller: Key, seconds: float) -> Iterator[None]:
    """One of the places that a key has for what goes on for long; none for no seconds.

    Raises LimitError where the key has as many streams and waits open as it may.
    """
    if seconds <= 0:
        yield
        return
    streams = request.app.state.streams
    if streams.is_full(caller):
        most = caller.limits.streams
        raise LimitError(
            f"the key {caller.prefix} may have {most} streams and waits open at this server at the same time; ask "
            "without `wait`, or wait and try again",
            RETRY_S,
        )
    streams.begin(caller)
    try:
        yield
    finally:
        streams.end(caller)


@contextlib.contextmanager
def _rung(parts: ServiceParts, check_id: int) -> Iterator[asyncio.Event]:
    """Set whenever something may have happened to the check; from the thread of the bell."""
    rung, loop = asyncio.Event(), asyncio.get_running_loop()

    def ring(heard: Ring | None) -> None:
        if heard is None or (heard.kind == CHECK_RING and heard.event_id == check_id):
            with contextlib.suppress(RuntimeError):  # the loop has ended, and whoever waits with it
                loop.call_soon_threadsafe(rung.set)

    unsubscribe: Callable[[], None] = parts.bell.subscribe(ring)
    try:
        yield rung
    finally:
        unsubscribe()
