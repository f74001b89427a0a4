"""Rows of the tables as records."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from hpsearch.results import StageRecord, StudyRecord, StudyResults, TrialRecord
from hpsearch.stage import StageName
from hpsearch.store.codecs import arrangement_of, definition_of, result_of, speed_of, task_of, verdict_of
from hpsearch.store.documents import value_of
from hpsearch.store.names import no_such_id
from hpsearch.store.tables import arrangements, rounds, stages, studies, trials
from hpsearch.study import Origin, StudyState, Wish

_STUDY = (
    studies.c.id,
    studies.c.name,
    studies.c.definition,
    studies.c.state,
    studies.c.reason,
    studies.c.task,
    studies.c.created_at,
    studies.c.finished_at,
    studies.c.owner,
    studies.c.origin,
    studies.c.wish,
    studies.c.deadline,
)
ORDER = {stage: place for place, stage in enumerate(StageName)}
"""The place of each stage in the recipe."""


def studies_where(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[StudyRecord]:
    """Studies, newest first."""
    query = select(*_STUDY).where(*conditions).order_by(studies.c.id.desc()).limit(limit)
    return [_study(row) for row in connection.execute(query).mappings()]


def one_study(connection: Connection, study_id: int) -> StudyRecord:
    """The study of that number; raises NotFoundError."""
    found = studies_where(connection, studies.c.id == study_id)
    if not found:
        raise no_such_id(study_id)
    return found[0]


def all_of(connection: Connection, study_id: int) -> StudyResults:
    """The study with its stages and trials; raises NotFoundError. Wants a snapshot."""
    study = one_study(connection, study_id)
    of_trials = (
        select(stages.c.stage, trials)
        .join_from(stages, trials, stages.c.id == trials.c.stage_id)
        .where(stages.c.study_id == study_id)
    )
    return composed(connection, study, map(trial_of, connection.execute(of_trials).mappings()))


def composed(connection: Connection, study: StudyRecord, records: Iterable[TrialRecord]) -> StudyResults:
    """The study with these trials and its stages."""
    found = sorted(records, key=lambda trial: (ORDER[trial.stage], trial.number))
    planned = Counter((trial.stage, trial.round) for trial in found)
    of_rounds = select(stages.c.stage, rounds).join_from(stages, rounds).where(stages.c.study_id == study.id)
    judged = [_stage(row, planned) for row in connection.execute(of_rounds).mappings()]
    judged.sort(key=lambda record: (ORDER[record.stage], record.round))
    of_study = select(arrangements).where(arrangements.c.study_id == study.id)
    arranged = [arrangement_of(row) for row in connection.execute(of_study).mappings()]
    arranged.sort(key=lambda one: (ORDER[one.stage], one.shape))
    return StudyResults(study, tuple(judged), tuple(found), tuple(arranged))


def _study(row: RowMapping) -> StudyRecord:
    return StudyRecord(
        id=row["id"],
        name=row["name"],
        definition=definition_of(row["definition"]),
        state=StudyState(row["state"]),
        reason=row["reason"],
        task=None if row["task"] is None else task_of(row["task"]),
        created_at=utc(row["created_at"]),
        finished_at=optional_utc(row["finished_at"]),
        owner=row["owner"],
        origin=Origin(row["origin"]),
        wish=None if row["wish"] is None else Wish(row["wish"]),
        deadline=optional_utc(row["deadline"]),
    )


def _stage(row: RowMapping, planned: Counter[tuple[StageName, int]]) -> StageRecord:
    stage = StageName(row["stage"])
    return StageRecord(
        stage=stage,
        round=row["round"],
        planned=planned[stage, row["round"]],
        verdict=None if row["verdict"] is None else verdict_of(stage, row["round"], row["verdict"]),
        started_at=utc(row["started_at"]),
        finished_at=optional_utc(row["finished_at"]),
        speed=speed_of(row["speed"]),
    )


def trial_of(row: Mapping[Any, Any]) -> TrialRecord:
    """A row of trials with its ``stage``."""
    stage = StageName(row["stage"])
    return TrialRecord(
        stage=stage,
        round=row["round"],
        number=row["number"],
        parameters=value_of(row["parameters"]),
        result=result_of(stage, row["number"], row),
    )


def utc(time: datetime) -> datetime:
    """The same moment in UTC."""
    return time.astimezone(UTC)


def optional_utc(time: datetime | None) -> datetime | None:
    """``utc``, or None."""
    return None if time is None else utc(time)
