"""Time from the commit of an event until a client has read it."""

import asyncio
import threading
import time
from urllib.parse import urlsplit

from sqlalchemy import event as hook
from sqlalchemy import text

from benchmarks.service.clients import Door
from benchmarks.service.figures import milliseconds, quantile, table
from benchmarks.service.samples import begun, result
from benchmarks.service.server import Server, Storage
from hpsearch.store.postgres import PostgresStore

PER_SECOND = 20.0
STREAMS = 50
QUIET_S = 3.0
"""For streams to open, and for the last events to arrive."""
HEAD = ("commit to client", "p50, ms", "p99, ms", "most, ms", "events read", "of")


def events(server: Server, storage: Storage, count: int) -> str:
    """The section."""
    rows = [
        _row("one stream", _measured(server, storage, "one", count, 1, 0)),
        _row(f"one stream, {STREAMS} open on other studies", _measured(server, storage, "other", count, 1, STREAMS)),
        _row(f"{STREAMS} streams on the same study", _measured(server, storage, "same", count, STREAMS, 0)),
    ]
    note = (
        f"{count} trials end, {PER_SECOND:g} a second. From the moment before COMMIT is sent, so that the commit itself "
        "counts, to the moment in which a client has read the event."
    )
    return table("Events", HEAD, rows, note)


class Reader:
    """Streams in a thread of their own; ``read`` has the times at which each stream has read each event."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.read: list[dict[int, float]] = []
        self.broken = 0
        self._stop = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def open(self, study_id: int, streams: int, *, counted: bool) -> None:
        """Begins to read the events of a study, several times over."""
        for _ in range(streams):
            times: dict[int, float] = {}
            if counted:
                self.read.append(times)
            asyncio.run_coroutine_threadsafe(self._stream(study_id, times), self._loop)

    def close(self) -> None:
        """Ends all streams."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _stream(self, study_id: int, times: dict[int, float]) -> None:
        place = urlsplit(self._door.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        asked = f"GET /v1/studies/{study_id}/events HTTP/1.1\r\nHost: {place.netloc}\r\n"
        writer.write(f"{asked}Authorization: Bearer {self._door.secret}\r\n\r\n".encode())
        async for line in reader:
            now = time.perf_counter()
            if line.startswith(b"id: "):
                times.setdefault(int(line[4:]), now)
        self.broken += 1


def _measured(
    server: Server, storage: Storage, name: str, count: int, streams: int, others: int
) -> tuple[list[float], int]:
    """The times of all streams, and how many there should be."""
    key, secret = storage.key("watcher")
    lease, jobs = begun(storage.engine, key, f"events-{name}", count)
    store = PostgresStore(storage.engine)
    reader = Reader(Door(server.url, secret))
    for other in range(others):
        reader.open(begun(storage.engine, key, f"events-{name}-{other}", 1)[0].study_id, 1, counted=False)
    reader.open(lease.study_id, streams, counted=True)
    time.sleep(QUIET_S)
    moments: list[float] = []
    committed: list[float] = []
    hook.listen(storage.engine, "commit", lambda connection: moments.append(time.perf_counter()))
    began = time.perf_counter()
    for number, job in enumerate(jobs):
        time.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        store.save_results(lease, [result(job)])
        committed.append(moments[-1])
    time.sleep(QUIET_S)
    reader.close()
    with storage.engine.connect() as connection:
        query = "SELECT id FROM hpsearch.events WHERE study_id = :study AND kind = 'trial' ORDER BY id"
        ids = connection.execute(text(query), {"study": lease.study_id}).scalars().all()
    at = dict(zip(ids, committed, strict=True))
    spent = [times[number] - at[number] for times in reader.read for number in at if number in times]
    return spent, len(at) * streams


def _row(name: str, found: tuple[list[float], int]) -> tuple[str, ...]:
    spent, wanted = found
    cells = [milliseconds(one) for one in (quantile(spent, 0.5), quantile(spent, 0.99), max(spent))]
    return (name, *cells, str(len(spent)), str(wanted))
