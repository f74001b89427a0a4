"""Studies that somebody works on, for tests that watch them."""

from dataclasses import dataclass

from sqlalchemy import text

from hpsearch.access import Scope
from hpsearch.api.parts import ServiceParts
from hpsearch.job import Job
from hpsearch.stage import StageName
from hpsearch.store.port import Lease
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import StudyState
from tests.api.service import Service
from tests.store.study_samples import TASK, broken, complete, definition, jobs, verdict

EVERYTHING = (Scope.READ, Scope.SUBMIT)


@dataclass
class Worked:
    """A submitted study that a conductor has claimed."""

    id: int
    store: PostgresStore
    lease: Lease

    def plan(
        self, stage: StageName = StageName.COARSE, count: int = 3, round_number: int = 0, first: int = 0
    ) -> list[Job]:
        """A round whose trials wait."""
        planned = jobs(stage, count, first)
        self.store.start_round(self.lease, stage, round_number, planned, definition().space)
        return planned

    def end(self, planned: list[Job], *values: float | None) -> None:
        """The results of the first trials; None for a failed one."""
        for job, value in zip(planned, values, strict=False):
            self.store.save_results(self.lease, [broken(job) if value is None else complete(job, value)])

    def judge(self, stage: StageName = StageName.COARSE, round_number: int = 0) -> None:
        """The verdict of a round."""
        self.store.save_verdict(self.lease, verdict(stage, round_number))

    def release(self, state: StudyState = StudyState.COMPLETE, reason: str | None = None) -> None:
        """The end of the work."""
        self.store.release(self.lease, state, reason)


def worked(service: Service, secret: str) -> Worked:
    """A study of the caller's that is being worked on for an hour."""
    key = service.parts.keyring.find(secret)
    assert key is not None
    service.parts.desk.submit(key, definition())
    claim = service.parts.queue.next_study("a conductor", 3600)
    assert claim is not None
    made = Worked(claim.study.id, PostgresStore(service.parts.engine), claim.lease)
    made.store.set_task(made.lease, TASK)
    return made


def rows(parts: ServiceParts) -> dict[str, int]:
    """How many rows a request may have left behind."""
    tables = ("studies", "stages", "rounds", "trials", "events", "requests")
    with parts.engine.connect() as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM hpsearch.{name}")).scalar_one() for name in tables}  # noqa: S608
