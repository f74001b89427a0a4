"""Time from the commit of an event until a client has read it."""

import io
import socket
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import urlsplit

from sqlalchemy import Connection, text
from sqlalchemy import event as hook

from benchmarks.service.figures import milliseconds, quantile, table
from benchmarks.service.samples import begun, result
from benchmarks.service.server import Server, Storage
from hpsearch.store.postgres import PostgresStore

PER_SECOND = 20.0
STREAMS = 50
KEYS = 10
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
        f"{count} trials end, {PER_SECOND:g} a second. From the moment before COMMIT is sent, so that the commit "
        "itself counts, to the moment in which a client has read the event."
    )
    return table("Events", HEAD, rows, note)


class Streams:
    """Streams that are open, each read by a thread of its own."""

    def __init__(self, url: str, secrets: Iterator[str]) -> None:
        """``secrets``: one key after the other, since each may have a few streams only."""
        self._url = url
        self._secrets = secrets
        self._sockets: list[socket.socket] = []

    def open(self, study_id: int) -> dict[int, float]:
        """Begins to read the events of a study; what is given back fills up. Raises RuntimeError if it is refused."""
        place = urlsplit(self._url)
        connection = socket.create_connection((place.hostname, place.port or 80))
        asked = f"GET /v1/studies/{study_id}/events HTTP/1.1\r\nHost: {place.netloc}\r\n"
        connection.sendall(f"{asked}Authorization: Bearer {next(self._secrets)}\r\n\r\n".encode())
        self._sockets.append(connection)
        lines = connection.makefile("rb")
        if b" 200 " not in (status := lines.readline()):
            raise RuntimeError(f"the stream was refused: {status!r}")
        times: dict[int, float] = {}
        threading.Thread(target=self._read, args=(lines, times), daemon=True).start()
        return times

    def close(self) -> None:
        """Ends all streams."""
        for connection in self._sockets:
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _read(self, lines: io.BufferedReader, times: dict[int, float]) -> None:
        with lines:
            for line in lines:
                if line.startswith(b"id: "):
                    times[int(line[4:])] = time.perf_counter()


def _measured(
    server: Server, storage: Storage, name: str, count: int, streams: int, others: int
) -> tuple[list[float], int]:
    """The times of all streams, and how many there should be."""
    keys = [storage.key("watcher") for _ in range(KEYS)]
    key = keys[0][0]
    lease, jobs = begun(storage.engine, key, f"events-{name}", count)
    store = PostgresStore(storage.engine)
    opened = Streams(server.url, cycle(secret for _, secret in keys))
    for other in range(others):
        opened.open(begun(storage.engine, key, f"events-{name}-{other}", 1)[0].study_id)
    read = [opened.open(lease.study_id) for _ in range(streams)]
    time.sleep(QUIET_S)
    moments: list[float] = []
    committed: list[float] = []

    @hook.listens_for(storage.engine, "commit")
    def about_to_commit(_: Connection) -> None:
        moments.append(time.perf_counter())

    began = time.perf_counter()
    for number, job in enumerate(jobs):
        time.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        store.save_results(lease, [result(job)])
        committed.append(moments[-1])
    time.sleep(QUIET_S)
    opened.close()
    with storage.engine.connect() as connection:
        query = "SELECT id FROM hpsearch.events WHERE study_id = :study AND kind = 'trial' ORDER BY id"
        ids = connection.execute(text(query), {"study": lease.study_id}).scalars().all()
    at = dict(zip(ids, committed, strict=True))
    spent = [times[number] - at[number] for times in read for number in at if number in times]
    return spent, len(at) * streams


def _row(name: str, found: tuple[list[float], int]) -> tuple[str, ...]:
    spent, wanted = found
    cells = [milliseconds(one) for one in (quantile(spent, 0.5), quantile(spent, 0.99), max(spent))]
    return (name, *cells, str(len(spent)), str(wanted))
