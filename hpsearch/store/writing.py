"""What a lease allows: statements that write down plans and verdicts. The caller has locked the study."""

from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless

from hpsearch.cohort import Arranged
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.store.clock import now
from hpsearch.store.codecs import arrangement_row, space_document, space_of, speed_document, verdict_document
from hpsearch.store.documents import document
from hpsearch.store.happenings import round_judged, round_planned
from hpsearch.store.optuna_space import optuna_distributions
from hpsearch.store.planned import PlannedRound
from hpsearch.store.refusals import other_plan, other_verdict, unplanned_round
from hpsearch.store.tables import arrangements, rounds, stages, studies, trials
from hpsearch.verdict import Outcome, Verdict


def write_round(connection: Connection, study_id: int, plan: PlannedRound) -> None:
    """``StudyStore.start_round``."""
    stage_id = _stage_id(connection, study_id, plan.stage)
    rows = _trial_rows(plan)
    space = space_document(plan.space)
    earlier = list(
        connection.execute(
            select(rounds.c.round, rounds.c.space).where(rounds.c.stage_id == stage_id).order_by(rounds.c.round)
        )
    )
    if plan.round in {row.round for row in earlier}:
        if (space, rows) != (earlier[plan.round].space, _written(connection, stage_id, plan.round)):
            raise other_plan(plan)
        return
    plan.check_numbers(len(earlier), _count(connection, stage_id))
    hull = optuna_distributions([*(space_of(row.space) for row in earlier), plan.space])
    connection.execute(update(stages).where(stages.c.id == stage_id).values(distributions=hull))
    made = insert(rounds).values(stage_id=stage_id, round=plan.round, space=space, planned=len(rows))
    connection.execute(made)
    if rows:
        # In trial order, so that the ids rise with the numbers: Optuna reads trials in the order of their ids.
        connection.execute(insert(trials), [{"stage_id": stage_id, "round": plan.round, **row} for row in rows])
    round_planned(connection, study_id, plan.stage, plan.round, len(rows))


def mark_running(connection: Connection, study_id: int, stage: StageName, numbers: list[int]) -> None:
    """``StudyStore.start_trials``."""
    change = update(trials).where(
        trials.c.stage_id == _stage(study_id, stage), trials.c.number.in_(numbers), trials.c.state == "waiting"
    )
    connection.execute(change.values(state="running", started_at=now()))


def write_verdict(connection: Connection, study_id: int, verdict: Verdict) -> None:
    """``StudyStore.save_verdict``."""
    if verdict.outcome is Outcome.SKIPPED:
        stage_id = _stage_id(connection, study_id, verdict.stage)
        empty = insert_unless(rounds).values(stage_id=stage_id, round=verdict.round, space={})
        connection.execute(empty.on_conflict_do_nothing())
    mine = (rounds.c.stage_id == _stage(study_id, verdict.stage), rounds.c.round == verdict.round)
    written = verdict_document(verdict)
    row = connection.execute(select(rounds.c.verdict).where(*mine)).one_or_none()
    if row is None:
        raise unplanned_round(verdict)
    if row.verdict is None:
        connection.execute(update(rounds).where(*mine).values(verdict=written, finished_at=now()))
        goes_on(connection, study_id)
        round_judged(connection, study_id, verdict.stage, verdict.round, verdict.outcome.value)
    elif row.verdict != written:
        raise other_verdict(verdict)


def write_arrangement(connection: Connection, study_id: int, arranged: Arranged) -> None:
    """``StudyStore.save_arrangement``."""
    row = insert_unless(arrangements).values(study_id=study_id, **arrangement_row(arranged))
    connection.execute(row.on_conflict_do_nothing())


def write_speed(connection: Connection, study_id: int, stage: StageName, round_number: int, speed: Speed) -> None:
    """``StudyStore.save_speed``."""
    mine = (rounds.c.stage_id == _stage(study_id, stage), rounds.c.round == round_number)
    connection.execute(update(rounds).where(*mine).values(speed=speed_document(speed)))


def goes_on(connection: Connection, study_id: int) -> None:
    """Something has come of the study since it was claimed."""
    connection.execute(update(studies).where(studies.c.id == study_id, studies.c.stalls > 0).values(stalls=0))


def _stage(study_id: int, stage: StageName) -> Any:
    mine = select(stages.c.id).where(stages.c.study_id == study_id, stages.c.stage == stage.value)
    return mine.scalar_subquery()


def _stage_id(connection: Connection, study_id: int, stage: StageName) -> int:
    """The stage's number; the stage comes into being if need be."""
    new = insert_unless(stages).values(study_id=study_id, stage=stage.value, distributions={})
    connection.execute(new.on_conflict_do_nothing())
    found: int = connection.execute(select(_stage(study_id, stage))).scalar_one()
    return found


def _count(connection: Connection, stage_id: int) -> int:
    query = select(func.count()).select_from(trials).where(trials.c.stage_id == stage_id)
    return connection.execute(query).scalar_one()


def _trial_rows(plan: PlannedRound) -> list[dict[str, Any]]:
    return [
        {
            "number": trial.number,
            "parameters": document(trial.parameters),
            "weights_seed": trial.weights_seed,
            "order_seed": trial.order_seed,
        }
        for trial in plan.trials
    ]


def _written(connection: Connection, stage_id: int, round_number: int) -> list[dict[str, Any]]:
    """What ``_trial_rows`` gave when the round was started."""
    query = (
        select(trials.c.number, trials.c.parameters, trials.c.weights_seed, trials.c.order_seed)
        .where(trials.c.stage_id == stage_id, trials.c.round == round_number)
        .order_by(trials.c.number)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
