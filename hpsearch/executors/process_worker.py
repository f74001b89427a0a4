"""A worker process of this machine: serves one order after the other. Runs in a child of the nursery."""

import pickle
from multiprocessing.connection import Connection
from typing import Any

from hpsearch.executors.answers import Unserved
from hpsearch.executors.bench import Bench, bench_of_worker
from hpsearch.executors.sign import Sign


def work(connection: Connection, argument: dict[str, Any]) -> None:
    """Until nobody asks any more. ``argument``: ``import_paths`` and ``workers``."""
    bench = bench_of_worker("cpu", argument["import_paths"], argument["workers"], 0.0)
    while True:
        try:
            asked = connection.recv_bytes()
        except EOFError:
            return
        _serve(bench, connection, asked)


def _serve(bench: Bench, connection: Connection, asked: bytes) -> None:
    try:
        order = pickle.loads(asked)  # noqa: S301  (the process that this one belongs to wrote it a moment ago)
    except Exception as error:  # noqa: BLE001  (whatever reading the user's objects raises)
        connection.send(Unserved(f"{type(error).__name__}: {error}"))
        return
    connection.send(Sign.TAKEN)
    bench.prepare(order.work.jobs)
    connection.send(Sign.READY)
    try:
        for answer in bench.answers(order):
            connection.send(answer)
    except Exception as error:  # noqa: BLE001  (the foreman is told what it was, and takes another worker)
        connection.send(Unserved(f"{type(error).__name__}: {error}"))
