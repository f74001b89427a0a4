"""Where a study stands, from counters and single rows of indexes: as quick for many trials as for few."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from hpsearch.progress import RoundProgress, StudyProgress
from hpsearch.results import StudyRecord, TrialRecord
from hpsearch.stage import SEARCHES, StageName
from hpsearch.store.clock import now
from hpsearch.store.codecs import speed_of, verdict_of
from hpsearch.store.reading import ORDER, optional_utc, trial_of, utc
from hpsearch.store.tables import rounds, stages, studies, trials


def progress_of(connection: Connection, study: StudyRecord) -> StudyProgress:
    """``StudyDesk.progress``. Wants a snapshot."""
    moment, metric = connection.execute(select(now(), studies.c.metric).where(studies.c.id == study.id)).one()
    found = connection.execute(select(stages.c.stage, stages.c.id).where(stages.c.study_id == study.id))
    ids = {StageName(row.stage): row.id for row in found}
    best = (_best(connection, name, ids[name], metric == "val_accuracy") for name in SEARCHES if name in ids)
    return StudyProgress(
        study=study,
        rounds=_rounds(connection, study.id),
        best=next((trial for trial in best if trial is not None), None),
        test=_ended(connection, ids[StageName.TEST]) if StageName.TEST in ids else None,
        at=utc(moment),
    )


def is_state(state: str) -> ColumnElement[bool]:
    """A condition on trials that the planner sees as a constant, hence the partial indexes that fit it."""
    return trials.c.state == literal_column(f"'{state}'")


def _rounds(connection: Connection, study_id: int) -> tuple[RoundProgress, ...]:
    of_round = (trials.c.stage_id == rounds.c.stage_id, trials.c.round == rounds.c.round, is_state("running"))
    running = select(func.count()).select_from(trials).where(*of_round).scalar_subquery()
    query = (
        select(stages.c.stage, rounds, running.label("running"))
        .join_from(stages, rounds)
        .where(stages.c.study_id == study_id)
    )
    found = [_round(row) for row in connection.execute(query).mappings()]
    return tuple(sorted(found, key=lambda one: (ORDER[one.stage], one.round)))


def _round(row: Any) -> RoundProgress:
    stage = StageName(row["stage"])
    return RoundProgress(
        stage=stage,
        round=row["round"],
        planned=row["planned"],
        running=row["running"],
        complete=row["complete"],
        pruned=row["pruned"],
        failed=row["failed"],
        verdict=None if row["verdict"] is None else verdict_of(stage, row["round"], row["verdict"]),
        started_at=utc(row["started_at"]),
        finished_at=optional_utc(row["finished_at"]),
        speed=speed_of(row["speed"]),
    )


def _best(connection: Connection, stage: StageName, stage_id: int, highest: bool) -> TrialRecord | None:
    order = trials.c.value.desc().nulls_last() if highest else trials.c.value.asc()
    mine = (trials.c.stage_id == stage_id, is_state("complete"), trials.c.value.is_not(None))
    query = select(literal_column(f"'{stage.value}'").label("stage"), trials).where(*mine)
    row = connection.execute(query.order_by(order, trials.c.number).limit(1)).mappings().one_or_none()
    return None if row is None else trial_of(row)


def _ended(connection: Connection, stage_id: int) -> TrialRecord | None:
    """The stage's only trial, if it has ended."""
    query = select(literal_column(f"'{StageName.TEST.value}'").label("stage"), trials)
    row = connection.execute(query.where(trials.c.stage_id == stage_id, trials.c.number == 0)).mappings().one_or_none()
    trial = None if row is None else trial_of(row)
    return None if trial is None or trial.result is None else trial
