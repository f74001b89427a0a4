"""The store in Postgres."""

import uuid
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless

from hpsearch.job import Job
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.space import Space
from hpsearch.stage import StageName
from hpsearch.store import leases, writing
from hpsearch.store.codecs import definition_document, task_document
from hpsearch.store.documents import optional_text
from hpsearch.store.engine import nothing, transact
from hpsearch.store.names import free_name, no_such_id, no_such_name
from hpsearch.store.planned import planned
from hpsearch.store.port import Lease
from hpsearch.store.reading import all_of, studies_where
from hpsearch.store.refusals import check_release
from hpsearch.store.tables import studies
from hpsearch.study import StudyDefinition, StudyState
from hpsearch.task import Task
from hpsearch.trial import TrialResult
from hpsearch.verdict import Verdict

T = TypeVar("T")


class PostgresStore:
    """A ``StudyStore`` in a database whose schema ``upgrade`` has made.

    Every method is one transaction; it is repeated when the server dies, after ``ensure`` has brought the server back.
    """

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def create(self, definition: StudyDefinition) -> StudyRecord:
        """See ``StudyStore.create``."""
        request = uuid.uuid4()  # a repetition finds the study of the first try by it
        row = {
            "request": request,
            "identity": definition.identity,
            "definition": definition_document(definition),
        }

        def work(connection: Connection) -> StudyRecord:
            while not (made := studies_where(connection, studies.c.request == request)):
                name = free_name(definition.name, _names_like(connection, definition.name))
                # Somebody may have taken the name since: this waits for the other transaction and inserts nothing.
                connection.execute(insert_unless(studies).values(**row, name=name).on_conflict_do_nothing())
            return made[0]

        return self._transact(work)

    def find(self, identity: str) -> StudyRecord | None:
        """See ``StudyStore.find``."""
        found = self._transact(lambda connection: studies_where(connection, studies.c.identity == identity, limit=1))
        return found[0] if found else None

    def named(self, name: str) -> StudyRecord:
        """See ``StudyStore.named``."""

        def work(connection: Connection) -> StudyRecord:
            found = studies_where(connection, studies.c.name == optional_text(name))
            if not found:
                raise no_such_name(name, connection.execute(select(studies.c.name)).scalars().all())
            return found[0]

        return self._transact(work)

    def studies(self) -> list[StudyRecord]:
        """See ``StudyStore.studies``."""
        return self._transact(studies_where)

    def results(self, study_id: int) -> StudyResults:
        """See ``StudyStore.results``."""
        return transact(self._engine, lambda connection: all_of(connection, study_id), self._ensure, snapshot=True)

    def claim(self, study_id: int, holder: str, seconds: float) -> Lease | None:
        """See ``StudyStore.claim``."""
        return self._transact(lambda connection: leases.claimed(connection, study_id, holder, seconds))

    def holder(self, study_id: int) -> str | None:
        """See ``StudyStore.holder``."""
        query = select(studies.c.holder, leases.is_alive().label("alive")).where(studies.c.id == study_id)
        row = self._transact(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            raise no_such_id(study_id)
        return row.holder if row.alive else None

    def seize(self, study_id: int, dead_holder: str, new_holder: str, seconds: float) -> Lease | None:
        """See ``StudyStore.seize``."""
        return self._transact(lambda connection: leases.seized(connection, study_id, dead_holder, new_holder, seconds))

    def renew(self, lease: Lease, seconds: float) -> None:
        """See ``StudyStore.renew``."""
        self._transact(lambda connection: leases.renewed(connection, lease, seconds))

    def release(self, lease: Lease, state: StudyState, reason: str | None) -> None:
        """See ``StudyStore.release``."""
        check_release(state)
        self._transact(lambda connection: leases.released(connection, lease, state, optional_text(reason)))

    def set_task(self, lease: Lease, task: Task) -> None:
        """See ``StudyStore.set_task``."""
        change = update(studies).where(studies.c.id == lease.study_id).values(task=task_document(task))
        self._write(lease, lambda connection: connection.execute(change))

    def start_round(self, lease: Lease, stage: StageName, round_number: int, jobs: Sequence[Job], space: Space) -> None:
        """See ``StudyStore.start_round``."""
        plan = planned(stage, round_number, jobs, space)
        self._write(lease, lambda connection: writing.write_round(connection, lease.study_id, plan))

    def start_trials(self, lease: Lease, stage: StageName, numbers: Sequence[int]) -> None:
        """See ``StudyStore.start_trials``."""
        self._write(lease, lambda connection: writing.mark_running(connection, lease.study_id, stage, list(numbers)))

    def save_result(self, lease: Lease, result: TrialResult) -> bool:
        """See ``StudyStore.save_result``."""
        return self._write(lease, lambda connection: writing.write_result(connection, lease.study_id, result))

    def save_verdict(self, lease: Lease, verdict: Verdict) -> None:
        """See ``StudyStore.save_verdict``."""
        self._write(lease, lambda connection: writing.write_verdict(connection, lease.study_id, verdict))

    def _transact(self, work: Callable[[Connection], T]) -> T:
        return transact(self._engine, work, self._ensure)

    def _write(self, lease: Lease, work: Callable[[Connection], T]) -> T:
        """``work`` under the fence: the study stays locked until the transaction ends."""

        def guarded(connection: Connection) -> T:
            leases.locked(connection, lease)
            return work(connection)

        return self._transact(guarded)


def _names_like(connection: Connection, name: str) -> set[str]:
    """The names that are taken among ``name``, ``name-2``, ``name-3`` …"""
    taken = or_(studies.c.name == name, func.starts_with(studies.c.name, f"{name}-"))
    return set(connection.execute(select(studies.c.name).where(taken)).scalars())
