"""The process behind ``hpsearch conductor``: the service with Ray, its log, and its signals."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hpsearch.cli.workers import workers_for
from hpsearch.conductor.check_service import CheckPace, CheckService
from hpsearch.conductor.checking import Checker
from hpsearch.conductor.holder import this_process
from hpsearch.conductor.logs import LOGGER, JsonLines
from hpsearch.conductor.service import ConductorService, Pace
from hpsearch.executors.port import Executor
from hpsearch.settings import Settings
from hpsearch.storage import open_database
from hpsearch.store.bell import Bell
from hpsearch.store.check_queue import CheckQueue
from hpsearch.store.engine import CONDUCTOR
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from hpsearch.study import Resources


def conducted(settings: Settings, workers: int | None, studies: int, gpus_per_worker: float | None) -> None:
    """Works on submitted studies until a signal comes."""
    log_to_standard_error()
    resources = Resources(gpus_per_worker="auto" if gpus_per_worker is None else gpus_per_worker)
    with open_database(settings) as database, Bell(database.url, CONDUCTOR) as bell:
        service = ConductorService(
            PostgresStore(database.engine, database.ensure),
            StudyQueue(database.engine, database.ensure),
            bell,
            lambda: ray_executor(settings, resources, workers),
            Checker().loaded,
            holder=this_process(),
            slots=studies,
            pace=Pace(lease_s=settings.lease_s),
            checkpoints=settings.checkpoints,
        )
        at_once = max(2, (os.cpu_count() or 1) // 2)
        checks = CheckService(
            CheckQueue(database.engine, database.ensure),
            bell,
            Checker(at_once=at_once),
            holder=this_process(),
            pace=CheckPace(lease_s=settings.lease_s, at_once=at_once),
        )
        with stopped_by_signals(service), checks:
            service.run()


def ray_executor(settings: Settings, resources: Resources, workers: int | None) -> Executor:
    """Called with the first study that trains: until then neither torch nor Ray costs any memory."""
    import torch

    from hpsearch.executors.ray_tune import RayTuneExecutor

    # A cluster's GPUs are not counted from here.
    asked = workers_for(resources, workers, 0 if settings.cluster_address else torch.cuda.device_count())
    return RayTuneExecutor(
        settings.home, workers=asked.count, gpus_per_worker=asked.gpus_each, address=settings.cluster_address
    )


def log_to_standard_error() -> None:
    """Lets the service's log out, a line of JSON for each event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    log = logging.getLogger(LOGGER)
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)


@contextmanager
def stopped_by_signals(service: ConductorService) -> Iterator[None]:
    """The first SIGTERM or SIGINT stops the service in order, the second ends the process at once."""
    heard: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if heard:
            os._exit(128 + number)  # leases run out by themselves, and Ray ends with this process
        heard.append(number)
        service.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
