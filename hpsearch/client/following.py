"""The events of a study over as many connections as it takes."""

import math
import time
from collections.abc import Iterator

from pydantic import ValidationError

from hpsearch.client.errors import AnswerError, BusyError, ServiceError, UnreachableError
from hpsearch.client.server_sent import lines_of, server_sent
from hpsearch.client.transport import Transport, pause_s
from hpsearch.progress import EventKind
from hpsearch.report.service_documents import EventDocument, StatusDocument
from hpsearch.study import ENDED

STREAM_SILENCE_S = 60.0
"""A stream of events says something at least every 15 seconds; one that does not is dead."""

SHORTEST_SILENCE_S = 0.1
"""A wait that is almost over leaves the service this time to answer."""


class Following:
    """Reads the events of one study behind a given one, each once and in order, until the study has ended."""

    def __init__(
        self, transport: Transport, study_id: int, *, after: int = 0, retries: int, until_s: float | None = None
    ) -> None:
        """``until_s``: the moment of ``time.monotonic`` at which it stops at the latest."""
        self._transport, self._path = transport, f"/v1/studies/{study_id:d}"
        self._after, self._retries, self._until_s = after, retries, until_s

    def events(self) -> Iterator[EventDocument]:
        """Waits for each event. A connection that ends is made again with the id of the last event.

        Raises a ServiceError where ``retries`` repetitions in a row have brought nothing.
        """
        failures, ended = 0, False
        while not self._late():
            error: ServiceError = UnreachableError("the service has closed the stream of events")
            try:
                for event in self._one_connection():
                    if event is not None and event.id > self._after:
                        self._after, failures = event.id, 0
                        yield event
                        if event.kind is EventKind.STATE and event.detail in ENDED:
                            return
                    if self._late():
                        return
                if ended:
                    return
                ended = self._has_ended()
                if ended:
                    continue  # one more time, for what was written in between
            except (UnreachableError, BusyError) as broken:
                error = broken
            if failures >= self._retries:
                raise error
            time.sleep(min(pause_s(failures, error), self._left_s()))
            failures += 1

    def _one_connection(self) -> Iterator[EventDocument | None]:
        """The events of one connection; None for each sign of life without one."""
        headers = {"Accept": "text/event-stream"}
        if self._after:
            headers["Last-Event-ID"] = str(self._after)
        silence_s = min(STREAM_SILENCE_S, max(SHORTEST_SILENCE_S, self._left_s()))
        with self._transport.stream(f"{self._path}/events", headers, silence_s) as response:
            kind = response.headers.get("content-type", "")
            if not kind.startswith("text/event-stream"):
                raise AnswerError(f"what answers at {self._transport.address.url} sends no events but {kind or '?'}")
            for sent in server_sent(lines_of(response.iter_text())):
                yield None if sent is None else self._read(sent.data)

    def _read(self, data: str) -> EventDocument:
        try:
            return EventDocument.model_validate_json(data, extra="ignore")
        except ValidationError as error:
            raise AnswerError(f"an event of {self._transport.address.url} cannot be read: {error}") from error

    def _has_ended(self) -> bool:
        answer = self._transport.send("GET", self._path)
        return StatusDocument.model_validate_json(answer.content, extra="ignore").study.state in ENDED

    def _late(self) -> bool:
        return self._left_s() <= 0

    def _left_s(self) -> float:
        return math.inf if self._until_s is None else max(0.0, self._until_s - time.monotonic())
