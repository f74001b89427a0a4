"""The store in Postgres."""

import uuid
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine, select, update

from hpsearch.cohort import Arranged
from hpsearch.job import Job
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.space import Space
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.store import leases, writing
from hpsearch.store.codecs import task_document
from hpsearch.store.creating import created
from hpsearch.store.documents import optional_text
from hpsearch.store.engine import nothing, transact
from hpsearch.store.names import NEAR_NAMES, no_such_id, no_such_name
from hpsearch.store.planned import planned
from hpsearch.store.port import Lease, Renewal
from hpsearch.store.reading import all_of, studies_where
from hpsearch.store.refusals import check_release
from hpsearch.store.result_writing import write_results
from hpsearch.store.tables import studies
from hpsearch.study import LOCAL, Origin, StudyDefinition, StudyState
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
        return self._transact(lambda connection: created(connection, request, definition))

    def find(self, identity: str) -> StudyRecord | None:
        """See ``StudyStore.find``."""
        mine = (studies.c.identity == identity, studies.c.owner == LOCAL, studies.c.origin == Origin.RUN.value)
        found = self._transact(lambda connection: studies_where(connection, *mine, limit=1))
        return found[0] if found else None

    def named(self, name: str) -> StudyRecord:
        """See ``StudyStore.named``."""

        def work(connection: Connection) -> StudyRecord:
            found = studies_where(connection, studies.c.name == optional_text(name))
            if not found:
                newest = select(studies.c.name).order_by(studies.c.id.desc()).limit(NEAR_NAMES)
                raise no_such_name(name, connection.execute(newest).scalars().all())
            return min(found, key=lambda study: study.owner != LOCAL)

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

    def renew(self, lease: Lease, seconds: float) -> Renewal:
        """See ``StudyStore.renew``."""
        return self._transact(lambda connection: leases.renewed(connection, lease, seconds))

    def release(self, lease: Lease, state: StudyState, reason: str | None, retry_s: float = 0.0) -> None:
        """See ``StudyStore.release``."""
        check_release(state)
        why = optional_text(reason)
        self._transact(lambda connection: leases.released(connection, lease, state, why, retry_s))

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

    def save_results(self, lease: Lease, results: Sequence[TrialResult]) -> tuple[TrialResult, ...]:
        """See ``StudyStore.save_results``."""
        return self._write(lease, lambda connection: write_results(connection, lease.study_id, results))

    def save_verdict(self, lease: Lease, verdict: Verdict) -> None:
        """See ``StudyStore.save_verdict``."""
        self._write(lease, lambda connection: writing.write_verdict(connection, lease.study_id, verdict))

    def note_progress(self, lease: Lease) -> None:
        """See ``StudyStore.note_progress``."""
        self._write(lease, lambda connection: writing.goes_on(connection, lease.study_id))

    def save_arrangement(self, lease: Lease, arranged: Arranged) -> None:
        """See ``StudyStore.save_arrangement``."""
        self._write(lease, lambda connection: writing.write_arrangement(connection, lease.study_id, arranged))

    def save_speed(self, lease: Lease, stage: StageName, round_number: int, speed: Speed) -> None:
        """See ``StudyStore.save_speed``."""
        self._write(
            lease, lambda connection: writing.write_speed(connection, lease.study_id, stage, round_number, speed)
        )

    def _transact(self, work: Callable[[Connection], T]) -> T:
        return transact(self._engine, work, self._ensure)

    def _write(self, lease: Lease, work: Callable[[Connection], T]) -> T:
        """``work`` under the fence: the study stays locked until the transaction ends."""

        def guarded(connection: Connection) -> T:
            leases.locked(connection, lease)
            return work(connection)

        return self._transact(guarded)
