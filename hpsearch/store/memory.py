"""The store in memory, for one process that needs no database."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hpsearch.cohort import Arranged
from hpsearch.job import Job
from hpsearch.results import StageRecord, StudyRecord, StudyResults, TrialRecord
from hpsearch.space import Space
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.store.codecs import result_of, result_row, verdict_document, verdict_of
from hpsearch.store.documents import optional_text
from hpsearch.store.fulfilment import fulfilled
from hpsearch.store.names import free_name, no_such_id, no_such_name
from hpsearch.store.planned import PlannedRound, planned
from hpsearch.store.port import Lease, Renewal
from hpsearch.store.refusals import (
    CLAIMABLE,
    check_release,
    lost,
    nothing_left,
    other_plan,
    other_verdict,
    unplanned_round,
    unplanned_trial,
)
from hpsearch.study import ENDED, StudyDefinition, StudyState, Wish
from hpsearch.task import Task
from hpsearch.trial import TrialResult
from hpsearch.verdict import Outcome, Verdict

_STAGES = list(StageName)


@dataclass
class _Round:
    plan: PlannedRound
    record: StageRecord


@dataclass
class _Study:
    record: StudyRecord
    fence: int = 0
    holder: str | None = None
    lease_until: float = 0.0  # on the monotonic clock
    rounds: dict[tuple[StageName, int], _Round] = field(default_factory=dict)
    trials: set[tuple[StageName, int]] = field(default_factory=set)
    """That are planned, of all rounds."""
    results: dict[tuple[StageName, int], TrialResult] = field(default_factory=dict)
    arrangements: dict[tuple[StageName, str], Arranged] = field(default_factory=dict)

    def is_free(self) -> bool:
        return self.holder is None or self.lease_until <= time.monotonic()

    def plans(self) -> list[PlannedRound]:
        return [started.plan for started in self.rounds.values()]

    def planned(self, stage: StageName) -> list[PlannedRound]:
        return [plan for plan in self.plans() if plan.stage is stage]


class MemoryStore:
    """A ``StudyStore`` that forgets everything with its process."""

    def __init__(self) -> None:
        self._studies: dict[int, _Study] = {}
        self._lock = threading.RLock()

    def create(self, definition: StudyDefinition) -> StudyRecord:
        """See ``StudyStore.create``."""
        with self._lock:
            number = len(self._studies) + 1
            name = free_name(definition.name, self._names().__contains__)
            record = StudyRecord(number, name, definition, StudyState.WAITING, None, None, _now(), None)
            self._studies[number] = _Study(record)
            return record

    def find(self, identity: str) -> StudyRecord | None:
        """See ``StudyStore.find``."""
        return next((record for record in self.studies() if record.definition.identity == identity), None)

    def named(self, name: str) -> StudyRecord:
        """See ``StudyStore.named``."""
        for record in self.studies():
            if record.name == name:
                return record
        raise no_such_name(name, self._names())

    def studies(self) -> list[StudyRecord]:
        """See ``StudyStore.studies``."""
        with self._lock:
            return [study.record for study in reversed(self._studies.values())]

    def results(self, study_id: int) -> StudyResults:
        """See ``StudyStore.results``."""
        with self._lock:
            study = self._study(study_id)
            started = sorted(study.rounds.values(), key=lambda one: (_STAGES.index(one.plan.stage), one.plan.round))
            return StudyResults(
                study.record,
                tuple(one.record for one in started),
                tuple(trial for one in started for trial in _trials(one.plan, study.results)),
                tuple(sorted(study.arrangements.values(), key=lambda one: (_STAGES.index(one.stage), one.shape))),
            )

    def claim(self, study_id: int, holder: str, seconds: float) -> Lease | None:
        """See ``StudyStore.claim``."""
        with self._lock:
            study = self._study(study_id)
            return self._taken(study, holder, seconds, study.is_free() or study.holder == holder)

    def holder(self, study_id: int) -> str | None:
        """See ``StudyStore.holder``."""
        with self._lock:
            study = self._study(study_id)
            return None if study.is_free() else study.holder

    def seize(self, study_id: int, dead_holder: str, new_holder: str, seconds: float) -> Lease | None:
        """See ``StudyStore.seize``."""
        with self._lock:
            study = self._study(study_id)
            return self._taken(study, new_holder, seconds, study.holder in (dead_holder, new_holder))

    def renew(self, lease: Lease, seconds: float) -> Renewal:
        """See ``StudyStore.renew``."""
        with self._held(lease) as study:
            study.lease_until = time.monotonic() + seconds
            return Renewal(study.record.wish, None)

    def wish(self, study_id: int, wish: Wish | None) -> None:
        """Asks whoever holds the study for something, or takes that back."""
        with self._lock:
            study = self._study(study_id)
            study.record = replace(study.record, wish=wish)

    def release(self, lease: Lease, state: StudyState, reason: str | None, retry_s: float = 0.0) -> None:  # noqa: ARG002
        """See ``StudyStore.release``."""
        check_release(state)
        reason = optional_text(reason)
        with self._lock:
            study = self._study(lease.study_id)
            if study.holder is None and study.fence == lease.fence:
                possible = {state, *(fulfilled(state, wish) for wish in (None, *Wish))}
                if study.record.state in possible and study.record.reason == reason:
                    return
                raise lost(lease)
            with self._held(lease):
                found = fulfilled(state, study.record.wish)
                ended_at = _now() if found in ENDED else None
                study.record = replace(study.record, state=found, reason=reason, finished_at=ended_at, wish=None)
                study.holder = None

    def set_task(self, lease: Lease, task: Task) -> None:
        """See ``StudyStore.set_task``."""
        with self._held(lease) as study:
            study.record = replace(study.record, task=task)

    def start_round(self, lease: Lease, stage: StageName, round_number: int, jobs: Sequence[Job], space: Space) -> None:
        """See ``StudyStore.start_round``."""
        plan = planned(stage, round_number, jobs, space)
        with self._held(lease) as study:
            known = study.rounds.get((stage, round_number))
            if known is None:
                earlier = study.planned(stage)
                plan.check_numbers(len(earlier), sum(len(before.trials) for before in earlier))
                record = StageRecord(stage, round_number, len(plan.trials), None, _now(), None)
                study.rounds[stage, round_number] = _Round(plan, record)
                study.trials |= {(stage, trial.number) for trial in plan.trials}
            elif known.plan != plan:
                raise other_plan(plan)

    def start_trials(self, lease: Lease, stage: StageName, numbers: Sequence[int]) -> None:  # noqa: ARG002
        """See ``StudyStore.start_trials``; nobody looks on here."""
        with self._held(lease):
            return

    def save_results(self, lease: Lease, results: Sequence[TrialResult]) -> tuple[TrialResult, ...]:
        """See ``StudyStore.save_results``."""
        with self._held(lease) as study:
            strangers = [result for result in results if (result.stage, result.number) not in study.trials]
            if strangers:
                raise unplanned_trial(strangers[0])
            first = {(result.stage, result.number): result for result in reversed(results)}
            fresh = {key: result for key, result in first.items() if key not in study.results}
            study.results |= {key: _as_read(result) for key, result in fresh.items()}
            return tuple(result for result in results if fresh.get((result.stage, result.number)) is result)

    def save_verdict(self, lease: Lease, verdict: Verdict) -> None:
        """See ``StudyStore.save_verdict``."""
        with self._held(lease) as study:
            if verdict.outcome is Outcome.SKIPPED and (verdict.stage, verdict.round) not in study.rounds:
                self.start_round(lease, verdict.stage, verdict.round, (), {})
            started = study.rounds.get((verdict.stage, verdict.round))
            if started is None:
                raise unplanned_round(verdict)
            written = verdict_document(verdict)
            if started.record.verdict is None:
                read = verdict_of(verdict.stage, verdict.round, written)
                started.record = replace(started.record, verdict=read, finished_at=_now())
            elif verdict_document(started.record.verdict) != written:  # the verdicts may hold NaN, unlike itself
                raise other_verdict(verdict)

    def note_progress(self, lease: Lease) -> None:
        """See ``StudyStore.note_progress``; nobody counts here."""
        with self._held(lease):
            return

    def save_arrangement(self, lease: Lease, arranged: Arranged) -> None:
        """See ``StudyStore.save_arrangement``."""
        with self._held(lease) as study:
            study.arrangements.setdefault((arranged.stage, arranged.shape), arranged)

    def save_speed(self, lease: Lease, stage: StageName, round_number: int, speed: Speed) -> None:
        """See ``StudyStore.save_speed``."""
        with self._held(lease) as study:
            started = study.rounds.get((stage, round_number))
            if started is not None:
                started.record = replace(started.record, speed=speed)

    @contextmanager
    def _held(self, lease: Lease) -> Iterator[_Study]:
        """The study, locked; raises LeaseLostError."""
        with self._lock:
            study = self._study(lease.study_id)
            if study.holder is None or study.fence != lease.fence:
                raise lost(lease)
            yield study

    def _taken(self, study: _Study, holder: str, seconds: float, free: bool) -> Lease | None:
        record = study.record
        if record.state not in CLAIMABLE:
            raise nothing_left(record.id, record.state)
        if not free:
            return None
        study.record = replace(record, state=StudyState.RUNNING, reason=None)
        study.fence += 1
        study.holder, study.lease_until = holder, time.monotonic() + seconds
        return Lease(record.id, study.fence)

    def _study(self, study_id: int) -> _Study:
        if study_id not in self._studies:
            raise no_such_id(study_id)
        return self._studies[study_id]

    def _names(self) -> list[str]:
        return [study.record.name for study in self._studies.values()]


def _trials(plan: PlannedRound, results: dict[tuple[StageName, int], TrialResult]) -> list[TrialRecord]:
    return [
        TrialRecord(plan.stage, plan.round, trial.number, trial.parameters, results.get((plan.stage, trial.number)))
        for trial in plan.trials
    ]


def _as_read(result: TrialResult) -> TrialResult:
    """As a database would give it back; raises what it would raise for values that are no JSON."""
    read = result_of(result.stage, result.number, result_row(result))
    return result if read is None else read


def _now() -> datetime:
    return datetime.now(UTC)
