"""A cancel races the end of its study: one of the two wins, for good."""

import random
import time

from hpsearch.errors import ConflictError
from hpsearch.study import StudyState, Wish
from tests.faults.conductor_process import conduct_queue
from tests.faults.figures import Figures
from tests.faults.forks import kill, started, wait_until
from tests.faults.service import Service

SETTLED_S = 120.0
"""After so long a cancelled study must have ended."""
SOONER = 0.8
"""How much earlier the next cancel is sent after one that came too late, and how much later after one that did not."""
FEW = 20
"""Of so many races each side wins some."""
MOST = 5
"""So many times the dose at most until both have won."""


def cancel_races(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` cancels at random moments up to a little after the study's usual end."""
    figures, chance, began_s = Figures("cancel races completion", seed), random.Random(seed), time.monotonic()
    process = started(conduct_queue, service.url)
    _duration_s(service)  # the conductor has to start first
    usual_s = _duration_s(service)
    outcomes: set[StudyState] = set()
    while figures.faults < dose or (dose >= FEW and len(outcomes) < 2 and figures.faults < MOST * dose):
        study_id = service.submit()
        time.sleep(chance.uniform(0.2, 1.2) * usual_s)
        try:
            service.desk.wish(service.key.whose, study_id, Wish.CANCEL)
        except ConflictError:
            figures.check(service.state(study_id) is StudyState.COMPLETE, f"{study_id}: a cancel in vain")
        wait_until(lambda study=study_id: service.has_ended(study), SETTLED_S, "a cancelled study ends")
        state = service.state(study_id)
        outcomes.add(state)
        usual_s *= SOONER if state is StudyState.COMPLETE else 1 / SOONER  # the machine has now less, now more to do
        figures.check(state in (StudyState.CANCELLED, StudyState.COMPLETE), f"study {study_id} is {state}")
        figures.faults += 1
        figures.studies += 1
        figures.violations += service.offences()
        time.sleep(chance.choice((0.0, 0.05)))
        figures.check(service.state(study_id) is state, f"study {study_id} left its end {state}")
    figures.check(process.is_alive(), "the conductor has ended")
    figures.check(dose < FEW or len(outcomes) == 2, f"only {outcomes} occurred: that was no race")
    kill(process)
    figures.duration_s = time.monotonic() - began_s
    return figures


def _duration_s(service: Service) -> float:
    """How long a study takes now."""
    began_s = time.monotonic()
    study_id = service.submit()
    wait_until(lambda: service.has_ended(study_id), 120, "a study ends")
    return time.monotonic() - began_s
