"""Two conductors work on one queue at once; no study is lost, and no trial counts twice."""

import random
import time

from sqlalchemy import text

from tests.faults.conductor_process import conduct_queue
from tests.faults.figures import Figures
from tests.faults.forks import kill, started, wait_until
from tests.faults.service import Service

TOGETHER = 5
"""Studies in the queue at the same time."""
MOST = 10
"""So many times the dose at most until both are seen at work: one of them may be slow to begin."""


def two_conductors(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` studies or a few more, worked off by two conductors that start together."""
    figures, chance, began_s = Figures("two conductors at once", seed), random.Random(seed), time.monotonic()
    twin = service.twin()
    processes = [started(conduct_queue, service.url) for _ in range(2)]
    holders: set[str] = set()
    while figures.faults < dose or (dose >= TOGETHER and len(holders) < 2 and figures.faults < MOST * dose):
        studies = [service.submit() for _ in range(min(TOGETHER, dose))]
        time.sleep(chance.uniform(0, 0.2))
        while not all(service.has_ended(study) for study in studies):
            holders |= _holders(service)
            time.sleep(0.02)
        figures.faults += len(studies)
        figures.violations += service.offences()
        for study_id in studies:
            service.judge(figures, study_id, twin)
    for process in processes:
        figures.check(process.is_alive(), "a conductor has ended")
        kill(process)
    figures.check(dose < TOGETHER or len(holders) == 2, f"{len(holders)} conductors were seen at work, not both")
    wait_until(lambda: not _holders(service), 60, "nobody holds a study")
    figures.duration_s = time.monotonic() - began_s
    return figures


def _holders(service: Service) -> set[str]:
    with service.engine.connect() as connection:
        return set(connection.execute(text("SELECT holder FROM hpsearch.studies WHERE holder IS NOT NULL")).scalars())
