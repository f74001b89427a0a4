"""Clients: one connection that asks, and several processes that ask at the same time."""

import http.client
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any
from urllib.parse import urlsplit

from benchmarks.service.figures import milliseconds, quantile

START_S = 120.0
Call = Callable[[int], None]
"""Does one thing; called with 0, 1, 2 …"""


@dataclass(frozen=True)
class Door:
    """How a client reaches the service."""

    url: str
    secret: str

    def connection(self) -> "Connection":
        """A connection that is kept open."""
        return Connection(self)


class Connection:
    """One kept connection, with the standard library alone: nearly all of the time is the server's."""

    def __init__(self, door: Door) -> None:
        place = urlsplit(door.url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=300)
        self._headers = {"Authorization": f"Bearer {door.secret}"}

    def ask(self, method: str, path: str, body: bytes | None = None, status: int = 200) -> bytes:
        """The body of the answer; raises RuntimeError for another status."""
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != status:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content


@dataclass(frozen=True)
class Load:
    """What several clients got done."""

    seconds: float
    """How long they asked."""
    times_s: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Calls, by all clients together."""
        return len(self.times_s) / self.seconds

    def cells(self) -> tuple[str, ...]:
        """Per second, p50, p99, n."""
        p50, p99 = quantile(self.times_s, 0.5), quantile(self.times_s, 0.99)
        return f"{self.per_second:.0f}", milliseconds(p50), milliseconds(p99), str(len(self.times_s))


def at_once(begin: Callable[..., Call], arguments: Sequence[tuple[Any, ...]], seconds: float) -> Load:
    """So many processes as there are arguments call what ``begin`` gives them again and again, for so long.

    ``begin`` is a function of a module; imports, connections and the first call are done before the clock starts.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["optuna"])  # what all clients need is imported once
    barrier, found = context.Barrier(len(arguments)), context.Queue()
    processes = [
        context.Process(target=_client, args=(begin, own, barrier, found, seconds), daemon=True) for own in arguments
    ]
    for process in processes:
        process.start()
    times = [found.get(timeout=START_S + 10 * seconds) for _ in processes]
    for process in processes:
        process.join()
    failed = [one for one in times if isinstance(one, str)]
    if failed:
        raise RuntimeError(f"a client failed: {failed[0]}")
    return Load(seconds, tuple(time_s for one in times for time_s in one))


def _client(begin: Callable[..., Call], own: tuple[Any, ...], barrier: Barrier, found: "Queue[Any]", s: float) -> None:
    """(a client's own process)"""
    try:
        call = begin(*own)
        call(0)
        barrier.wait(START_S)
        times, end, number = [], time.perf_counter() + s, 1
        while (began := time.perf_counter()) < end:
            call(number)
            times.append(time.perf_counter() - began)
            number += 1
        found.put(times)
    except BaseException as error:
        barrier.abort()
        found.put(f"{type(error).__name__}: {error}")
        raise
