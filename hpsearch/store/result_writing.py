"""Writes down what came of trials, many at once. The caller has locked the study."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, text, update

from hpsearch.stage import StageName
from hpsearch.store.codecs import result_row
from hpsearch.store.happenings import trials_ended
from hpsearch.store.refusals import unplanned_trial
from hpsearch.store.tables import rounds, stages, trials
from hpsearch.store.writing import goes_on
from hpsearch.trial import TrialResult, TrialState

UNFINISHED = ("waiting", "running")
_Planned = Row[*tuple[Any, ...]]
"""id, stage_id, round, number, state"""
NOT_OVER = "state IN ('waiting', 'running')"


def write_results(connection: Connection, study_id: int, results: Sequence[TrialResult]) -> tuple[TrialResult, ...]:
    """``StudyStore.save_results``."""
    first = {(result.stage, result.number): result for result in reversed(results)}  # of a trial given twice, the first
    found = _planned(connection, study_id, first)
    for key, result in first.items():
        if key not in found:
            raise unplanned_trial(result)
    fresh = tuple(
        result
        for result in results
        if found[result.stage, result.number].state in UNFINISHED and first[result.stage, result.number] is result
    )
    if fresh:
        ended = [(found[result.stage, result.number], result) for result in fresh]
        _write(connection, ended)
        _count(connection, ended)
        goes_on(connection, study_id)
        trials_ended(connection, study_id, fresh)
    return fresh


def _planned(
    connection: Connection, study_id: int, wanted: dict[tuple[StageName, int], TrialResult]
) -> dict[tuple[StageName, int], _Planned]:
    """The rows of the trials that exist: id, stage_id, round, state."""
    found: dict[tuple[StageName, int], _Planned] = {}
    for stage in {stage for stage, _ in wanted}:
        numbers = [number for of, number in wanted if of is stage]
        query = (
            select(trials.c.id, trials.c.stage_id, trials.c.round, trials.c.number, trials.c.state)
            .join_from(stages, trials, stages.c.id == trials.c.stage_id)
            .where(stages.c.study_id == study_id, stages.c.stage == stage.value, trials.c.number.in_(numbers))
        )
        found |= {(stage, row.number): row for row in connection.execute(query)}
    return found


def _write(connection: Connection, ended: list[tuple[_Planned, TrialResult]]) -> None:
    """One statement sent many times without waiting between them."""
    rows = [{"trial": row.id, **result_row(result)} for row, result in ended]
    at = func.statement_timestamp()
    long = func.make_interval(0, 0, 0, 0, 0, 0, bindparam("long"))
    change = update(trials).where(trials.c.id == bindparam("trial"), text(NOT_OVER))
    values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "trial"}
    began = func.coalesce(trials.c.started_at, at - long)
    connection.execute(
        change.values(**values, started_at=began, finished_at=at),
        [{**row, "long": row["duration_s"]} for row in rows],
    )


def _count(connection: Connection, ended: list[tuple[_Planned, TrialResult]]) -> None:
    """The counters of the rounds go with the trials."""
    states = Counter((row.stage_id, row.round, result.state) for row, result in ended)
    for stage_id, number in {(row.stage_id, row.round) for row, _ in ended}:
        duration_s = sum(one.duration_s for row, one in ended if (row.stage_id, row.round) == (stage_id, number))
        change = update(rounds).where(rounds.c.stage_id == stage_id, rounds.c.round == number)
        connection.execute(
            change.values(
                complete=rounds.c.complete + states[stage_id, number, TrialState.COMPLETE],
                pruned=rounds.c.pruned + states[stage_id, number, TrialState.PRUNED],
                failed=rounds.c.failed + states[stage_id, number, TrialState.FAILED],
                duration_s=rounds.c.duration_s + duration_s,
            )
        )
