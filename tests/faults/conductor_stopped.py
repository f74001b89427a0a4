"""A conductor is stopped past its lease, another one takes the study over, and the first one wakes up again."""

import os
import random
import signal
import time

from sqlalchemy import text

from tests.faults.conductor_process import LEASE_S, conduct_queue
from tests.faults.figures import Figures
from tests.faults.forks import kill, started, wait_until
from tests.faults.service import Service


def conductor_stopped(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` stops; after each the fence must have risen, and the sleeper must not change anything."""
    figures, chance, began_s = Figures("conductor stopped past its lease", seed), random.Random(seed), time.monotonic()
    twin = service.twin()
    while figures.faults < dose:
        study_id = service.submit()
        first = started(conduct_queue, service.url, None, 0.05)
        wait_until(lambda study=study_id: service.is_held(study) or service.has_ended(study), 120, "a claim")
        time.sleep(chance.uniform(0, 0.8))
        os.kill(first.pid or 0, signal.SIGSTOP)
        hit = not service.has_ended(study_id)
        before = _fence(service, study_id)
        time.sleep(LEASE_S)
        second = started(conduct_queue, service.url, None, 0.05)
        if hit:
            wait_until(lambda study=study_id, old=before: _fence(service, study) > old, 120, "another one takes over")
            time.sleep(chance.uniform(0, 0.4))
        os.kill(first.pid or 0, signal.SIGCONT)
        wait_until(lambda study=study_id: service.has_ended(study), 120, "the study ends")
        figures.faults += hit
        figures.violations += service.offences()
        service.judge(figures, study_id, twin)
        kill(first)
        kill(second)
    figures.duration_s = time.monotonic() - began_s
    return figures


def _fence(service: Service, study_id: int) -> int:
    query = text("SELECT fence FROM hpsearch.studies WHERE id = :study")
    with service.engine.connect() as connection:
        return int(connection.execute(query, {"study": study_id}).scalar_one())
