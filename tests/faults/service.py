"""One database with everything that a scenario does to it from outside, and the undisturbed twin of its study."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, text

from hpsearch.access import Key, Limits, Scope
from hpsearch.store.desk import StudyDesk
from hpsearch.store.engine import open_engine
from hpsearch.store.keyring import Keyring
from hpsearch.store.queue import StudyQueue
from hpsearch.store.schema import upgrade
from hpsearch.study import ENDED, StudyState
from tests.faults.conductor_process import conduct_queue
from tests.faults.figures import Figures
from tests.faults.forks import kill, started, wait_until
from tests.faults.study import Table, definition, table
from tests.store.invariants import INVARIANTS

MANY = Limits(queued=100_000, running=100_000)


@dataclass(frozen=True)
class Service:
    """The service's database as a scenario sees it."""

    url: str
    engine: Engine
    desk: StudyDesk
    queue: StudyQueue
    key: Key

    def submit(self, name: str = "faults") -> int:
        """A new study; its number."""
        return self.desk.submit(self.key, definition(name), None).study.id

    def state(self, study_id: int) -> StudyState:
        """Where a study stands."""
        query = text("SELECT state FROM hpsearch.studies WHERE id = :study")
        with self.engine.connect() as connection:
            return StudyState(connection.execute(query, {"study": study_id}).scalar_one())

    def has_ended(self, study_id: int) -> bool:
        """Whether it stands in a terminal state."""
        return self.state(study_id) in ENDED

    def is_held(self, study_id: int) -> bool:
        """Whether somebody works on it."""
        query = text("SELECT holder IS NOT NULL FROM hpsearch.studies WHERE id = :study")
        with self.engine.connect() as connection:
            return bool(connection.execute(query, {"study": study_id}).scalar_one())

    def offences(self) -> list[str]:
        """What breaks an invariant now."""
        found = []
        with self.engine.connect() as connection:
            for name, query in INVARIANTS.items():
                rows = connection.execute(text(query)).all()
                if rows:
                    found.append(f"{name}: {rows[:3]}")
        return found

    def judge(self, figures: Figures, study_id: int, twin: Table) -> None:
        """A study that was disturbed must have ended complete, with the table of its twin."""
        figures.studies += 1
        query = text("SELECT state || ': ' || coalesce(reason, '') FROM hpsearch.studies WHERE id = :study")
        with self.engine.connect() as connection:
            state = str(connection.execute(query, {"study": study_id}).scalar_one())
        figures.check(state == f"{StudyState.COMPLETE}: ", f"study {study_id} is {state}")
        figures.check(table(self.engine, study_id) == twin, f"study {study_id} has another table than its twin")

    def twin(self) -> Table:
        """The table of the study when nothing disturbs it."""
        study_id = self.submit("twin")
        process = started(conduct_queue, self.url)
        wait_until(lambda: self.has_ended(study_id), 120, "the undisturbed study ends")
        kill(process)
        return table(self.engine, study_id)


@contextmanager
def service(url: str) -> Iterator[Service]:
    """The service on a database of its own."""
    engine = open_engine(url)
    try:
        upgrade(engine)
        key, _ = Keyring(engine).create("tester", "faults", frozenset(Scope), MANY)
        yield Service(url, engine, StudyDesk(engine), StudyQueue(engine), key)
    finally:
        engine.dispose()
