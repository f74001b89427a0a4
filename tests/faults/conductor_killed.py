"""A conductor is killed at and between its commits, again and again, until the study has ended all the same."""

import random
import signal
import time

from sqlalchemy import text

from tests.faults.commit_kill import Death
from tests.faults.conductor_process import conduct_queue
from tests.faults.figures import Figures
from tests.faults.forks import kill, started
from tests.faults.service import Service

WITHIN_COMMITS = 25
"""Deaths lie among so many commits of a process; a study has some sixty."""
FEW = 7
"""After so many deaths in a row without a result the next conductor is let go further: ten would fail the study."""


def conductor_killed(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` kills: two of three at a commit, just before or just after it, the others at any moment."""
    figures, chance, began_s = Figures("conductor killed", seed), random.Random(seed), time.monotonic()
    twin = service.twin()
    while figures.faults < dose:
        study_id = service.submit()
        while not service.has_ended(study_id):
            deadly = figures.faults < dose and _stalls(service, study_id) < FEW
            hit = _conducted_until_death(service, study_id, chance, deadly)
            figures.faults += hit
            figures.violations += service.offences()
        service.judge(figures, study_id, twin)
    figures.duration_s = time.monotonic() - began_s
    return figures


def _stalls(service: Service, study_id: int) -> int:
    query = text("SELECT stalls FROM hpsearch.studies WHERE id = :study")
    with service.engine.connect() as connection:
        return int(connection.execute(query, {"study": study_id}).scalar_one())


def _conducted_until_death(service: Service, study_id: int, chance: random.Random, deadly: bool) -> bool:
    """One conductor from its start to its end; whether it was killed while the study had not ended."""
    death = Death(chance.randint(1, WITHIN_COMMITS), chance.choice(("before", "after")))
    at_commit = deadly and chance.random() < 2 / 3
    lasts_s = chance.uniform(0.2, 1.2) if deadly and not at_commit else 120.0
    process = started(conduct_queue, service.url, death if at_commit else None)
    until_s = time.monotonic() + lasts_s
    while process.is_alive() and time.monotonic() < until_s and not service.has_ended(study_id):
        time.sleep(0.005)
    killed_itself = process.exitcode == -signal.SIGKILL
    unfinished = not service.has_ended(study_id)
    kill(process)
    return killed_itself or (deadly and unfinished)
