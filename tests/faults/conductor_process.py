"""A conductor of the service as a process that trains nothing, and can be told to die at one of its commits."""

from hpsearch.conductor.holder import this_process
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.service import ConductorService, Pace
from hpsearch.store.bell import Bell
from hpsearch.store.engine import open_engine
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from tests.conductor.scripted import TASK
from tests.faults.commit_kill import Death, die_at
from tests.faults.trivial_executor import TrivialExecutor

LEASE_S = 0.5
"""Short, so that a dead conductor's study is free again soon."""


def conduct_queue(url: str, death: Death | None = None, longest_s: float = 0.004) -> None:
    """Works on the queue until it is killed; a cohort takes up to ``longest_s`` seconds."""
    engine = open_engine(url)
    if death is not None:
        die_at(engine, death)
    with Bell(url) as bell:
        ConductorService(
            PostgresStore(engine),
            StudyQueue(engine),
            bell,
            lambda: TrivialExecutor(longest_s),
            lambda *_: Loaded(TASK),
            holder=this_process(),
            pace=Pace(lease_s=LEASE_S, look_s=0.1),
        ).run()
