"""What happens to a study, as server-sent events while it happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from hpsearch.access import Key, Scope
from hpsearch.api.caller import Caller, Parts, requires
from hpsearch.api.parts import ServiceParts
from hpsearch.api.problems import refusals
from hpsearch.api.routes.refusing import COMMON
from hpsearch.api.routes.studies import StudyId
from hpsearch.api.streams import CountedStream
from hpsearch.errors import DatabaseUnavailableError, NotFoundError
from hpsearch.progress import Event, EventKind, TrialLine
from hpsearch.report.service_documents import EventDocument
from hpsearch.report.status import event_document
from hpsearch.stage import StageName
from hpsearch.store.bell import Ring
from hpsearch.study import ENDED

router = APIRouter(prefix="/v1/studies/{study_id}/events", tags=["events"], responses=COMMON)

KEEP_ALIVE_S = 10.0
"""After so much silence a comment is sent, so that nothing between server and client takes the stream for dead.

With it the gate looks whether the key still counts.
"""
LOOK_S = 0.5
"""How often a stream looks whether the server stops. It looks at a flag, not at the database."""
AT_ONCE = 500
"""Events that are read at once: all that one stream holds in memory."""
LARGEST_EVENT = 2**63 - 1
STREAM = "text/event-stream"

EXAMPLE = """\
id: 17
event: trial
data: {"id":17,"study":1,"kind":"trial","stage":"coarse","number":3,"detail":"complete","value":0.97}

"""
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The stream. `event` is the kind; `data` is an EventDocument as JSON on one line.",
        "content": {STREAM: {"schema": {"type": "string"}, "example": EXAMPLE}},
    },
    204: {"description": "The study has ended, and there is nothing behind the given event: do not ask again."},
    **refusals(404),
}


@dataclass(frozen=True)
class Batch:
    """What was read at once."""

    events: tuple[EventDocument, ...]
    ended: bool
    """Nothing more will happen to the study."""

    @property
    def is_last(self) -> bool:
        """Whether the stream is over."""
        return self.ended and not self.events


@router.get(
    "",
    operation_id="watchStudy",
    summary="Watch a study",
    response_class=Response,
    responses=DESCRIBED,
    dependencies=[requires(Scope.READ)],
)
async def events(
    request: Request,
    study_id: StudyId,
    parts: Parts,
    caller: Caller,
    last_event_id: Annotated[
        int | None,
        Header(alias="Last-Event-ID", ge=0, le=LARGEST_EVENT, description="Go on behind this event; beats `after`."),
    ] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_EVENT, description="Go on behind this event; 0: from the first.")] = 0,
) -> Response:
    """Everything that has happened to the study and everything that happens from now on, each exactly once, in order.

    Server-sent events with ids: a client that reconnects with `Last-Event-ID` misses nothing and gets nothing twice.
    `data` holds the facts as they stand when the event is sent. The stream ends after the event that ends the study.
    A key has so many streams open at the same time as its limits say; one more is refused with status 429.
    """
    watch = Watch(parts, caller, study_id)
    behind = after if last_event_id is None else last_event_id
    first = await run_in_threadpool(watch.read, behind)
    if first.is_last:
        return Response(status_code=204)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = watch.told(behind, first)
    return CountedStream(stream, request.app.state.streams, caller, media_type=STREAM, headers=headers)


class Watch:
    """One client that watches one study. It holds one batch at most: what a slow client lags behind is read later."""

    def __init__(self, parts: ServiceParts, caller: Key, study_id: int, keep_alive_s: float = KEEP_ALIVE_S) -> None:
        self._parts = parts
        self._whose = caller.whose
        self._study_id = study_id
        self._keep_alive_s = keep_alive_s

    def read(self, behind: int) -> Batch:
        """The next events, with their facts."""
        desk = self._parts.desk
        found = desk.events(self._whose, self._study_id, behind, AT_ONCE)
        progress = desk.progress(self._whose, self._study_id)
        if not found and progress.study.state in ENDED:  # what has ended it may have come between the two
            found = desk.events(self._whose, self._study_id, behind, AT_ONCE)
        names = {name for event in found if (name := trial_of(event)) is not None}
        lines = desk.lines(self._whose, self._study_id, names) if names else {}
        told = tuple(event_document(event, progress, _line(lines, event)) for event in found)
        return Batch(told, progress.study.state in ENDED)

    async def told(self, behind: int, first: Batch | None = None) -> AsyncIterator[bytes]:
        """The stream, until the study or the server has ended; ``first`` was read behind ``behind`` already."""
        with self._rung() as rung:
            known = first if first is not None and first.events else None
            while not self._parts.closing.is_set():
                rung.clear()  # before the read: what rings from here on is read in the next turn
                try:
                    batch = await run_in_threadpool(self.read, behind) if known is None else known
                except (DatabaseUnavailableError, NotFoundError):
                    return  # the client comes back and is told why
                for event in batch.events:
                    yield framed(event)
                    behind = event.id
                if batch.is_last:
                    return
                if not batch.events:
                    async for silence in self._silence(rung):
                        yield silence
                known = None

    async def _silence(self, rung: asyncio.Event) -> AsyncIterator[bytes]:
        """Keep-alive comments until something happens."""
        waited_s = 0.0
        while not (rung.is_set() or self._parts.closing.is_set()):
            step_s = min(LOOK_S, self._keep_alive_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), step_s)
            waited_s += step_s
            if waited_s >= self._keep_alive_s:
                waited_s = 0.0
                yield b": still here\n\n"

    @contextlib.contextmanager
    def _rung(self) -> Iterator[asyncio.Event]:
        """Set whenever something may have happened to the study; from the thread of the bell."""
        rung, loop = asyncio.Event(), asyncio.get_running_loop()

        def ring(heard: Ring | None) -> None:
            if heard is None or heard.study_id == self._study_id:
                with contextlib.suppress(RuntimeError):  # the loop has ended, and the stream with it
                    loop.call_soon_threadsafe(rung.set)

        unsubscribe: Callable[[], None] = self._parts.bell.subscribe(ring)
        try:
            yield rung
        finally:
            unsubscribe()


def trial_of(event: Event) -> tuple[StageName, int] | None:
    """Which trial an event is about."""
    if event.kind is not EventKind.TRIAL or event.stage is None or event.number is None:
        return None
    return event.stage, event.number


def _line(lines: Mapping[tuple[StageName, int], TrialLine], event: Event) -> TrialLine | None:
    name = trial_of(event)
    return None if name is None else lines.get(name)


def framed(event: EventDocument) -> bytes:
    """One event on the wire; its JSON has no line breaks."""
    return f"id: {event.id}\nevent: {event.kind}\ndata: {event.model_dump_json()}\n\n".encode()
