"""Ray's workers are killed while they train: the trials are trained again, and the table is the same."""

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.faults.figures import Figures
from tests.faults.forks import wait_until
from tests.faults.programs import conductor
from tests.faults.ray_study import ray_definition
from tests.faults.service import Service
from tests.faults.study import Table, table

WORKER = "ray::OrderTrainable"


def ray_trials_killed(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` workers are killed; at most every other second one, so that no trial loses two workers alone."""
    figures, chance, began_s = Figures("Ray workers killed", seed), random.Random(seed), time.monotonic()
    with _conductor(service) as process:
        twin = ray_twin(service)
        while figures.faults < dose:
            study_id = service.desk.submit(service.key, ray_definition(), None).study.id
            while not service.has_ended(study_id):
                time.sleep(chance.uniform(1.0, 3.0))
                workers = [child for child in process.children(recursive=True) if _is_busy(child)]
                if workers and figures.faults < dose and not service.has_ended(study_id):
                    os.kill(chance.choice(workers).pid, signal.SIGKILL)
                    figures.faults += 1
            figures.violations += service.offences()
            service.judge(figures, study_id, twin)
        figures.check(process.is_running(), "the conductor has ended")
    figures.duration_s = time.monotonic() - began_s
    return figures


def ray_twin(service: Service) -> Table:
    """The table of the study when nothing disturbs it; a conductor must be at work."""
    study_id = service.desk.submit(service.key, ray_definition("twin"), None).study.id
    wait_until(lambda: service.has_ended(study_id), 300, "the undisturbed study ends")
    return table(service.engine, study_id)


def _is_busy(process: psutil.Process) -> bool:
    try:
        return process.name().startswith("ray::") and "OrderTrainable" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


@contextmanager
def _conductor(service: Service) -> Iterator[psutil.Process]:
    with tempfile.TemporaryDirectory(prefix="hps-") as home, conductor(service.url, Path(home)) as process:
        yield psutil.Process(process.pid)
