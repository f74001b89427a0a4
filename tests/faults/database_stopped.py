"""The database breaks down under a conductor: its backends are terminated, and the server stands still for 5 s."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import text

from tests.faults.conductor_process import conduct_queue
from tests.faults.figures import Figures
from tests.faults.forks import kill, started
from tests.faults.service import Service

STANDSTILL_S = 5.0
EVERY = 20
"""Every so many-th fault is a standstill of the whole server; the others terminate all of a database's backends."""


def database_stopped(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` breakdowns while one conductor works on one study after the other."""
    figures, chance, began_s = Figures("database breaks down", seed), random.Random(seed), time.monotonic()
    twin = service.twin()
    process = started(conduct_queue, service.url, None, 0.05)
    while figures.faults < dose:
        study_id = service.submit()
        while not service.has_ended(study_id):
            time.sleep(chance.uniform(0, 0.3))
            if figures.faults < dose:
                if figures.faults % EVERY == EVERY - 1:
                    with _standing_still(service):
                        time.sleep(STANDSTILL_S)
                else:
                    _terminate(service)
                figures.faults += 1
        figures.violations += service.offences()
        service.judge(figures, study_id, twin)
    figures.check(process.is_alive(), "the conductor has ended")
    kill(process)
    figures.duration_s = time.monotonic() - began_s
    return figures


def _terminate(service: Service) -> None:
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with service.engine.connect() as connection:
        connection.execute(others)


@contextmanager
def _standing_still(service: Service) -> Iterator[None]:
    """SIGSTOP to the server and all of its processes, SIGCONT at the end."""
    with service.engine.connect() as connection:
        folder = connection.execute(text("SHOW data_directory")).scalar_one()
    server = psutil.Process(int((Path(folder) / "postmaster.pid").read_text().splitlines()[0]))
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            if process.is_running():
                os.kill(process.pid, signal.SIGCONT)
