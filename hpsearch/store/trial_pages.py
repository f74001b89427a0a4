"""Pages of a study's trials in any order, each read from one index where the page before has ended.

An order is cut into groups that follow each other; a group is a union of runs through an index, one for each stage and
state, whose first rows are merged here. So no page costs more than a few times its own length.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, literal_column, select, tuple_, union_all

from hpsearch.progress import Progress, TrialLine, TrialPage, TrialQuery
from hpsearch.stage import StageName
from hpsearch.store.cursors import Place, read, written
from hpsearch.store.documents import value_of
from hpsearch.store.reading import ORDER, optional_utc
from hpsearch.store.standing import is_state
from hpsearch.store.tables import stages, trials
from hpsearch.trial import Failure

_LINE = ("round", "number", "parameters", "state", "value", "best_epoch", "failure", "reason")
_TIMES = ("started_at", "finished_at", "duration_s")
_KEYS = {"value": "value", "duration": "duration_s"}
_KEYED = {"value": (Progress.COMPLETE,), "duration": (Progress.COMPLETE, Progress.PRUNED, Progress.FAILED)}
"""The states in which a trial can have what is sorted by."""


def page_of(connection: Connection, study_id: int, query: TrialQuery) -> TrialPage:
    """``StudyDesk.trials``."""
    after = read(query)
    mine = select(stages.c.stage, stages.c.id).where(stages.c.study_id == study_id)
    found = {StageName(row.stage): int(row.id) for row in connection.execute(mine)}
    if query.stage is not None:
        found = {stage: stage_id for stage, stage_id in found.items() if stage is query.stage}
    in_order = {stage: found[stage] for stage in sorted(found, key=ORDER.__getitem__)}
    rows: list[RowMapping] = []
    for group in _groups(in_order, query, after):
        wanted = query.limit + 1 - len(rows)
        if wanted <= 0:
            break
        rows += _merged(connection, group, query, wanted)
    lines = tuple(_line(row) for row in rows[: query.limit])
    more = len(rows) > query.limit and lines
    return TrialPage(lines, written(query, _place(lines[-1], query)) if more else None)


def lines_of(connection: Connection, study_id: int, names: Collection[tuple[StageName, int]]) -> list[TrialLine]:
    """``StudyDesk.lines``."""
    wanted = [(stage.value, number) for stage, number in names]
    query = (
        select(stages.c.stage, *(trials.c[column] for column in (*_LINE, *_TIMES)))
        .join_from(stages, trials, stages.c.id == trials.c.stage_id)
        .where(stages.c.study_id == study_id, tuple_(stages.c.stage, trials.c.number).in_(wanted))
    )
    return [_line(row) for row in connection.execute(query).mappings()]


Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Run:
    """Neighbours in an index."""

    stage: StageName
    stage_id: int
    conditions: Conditions
    by_key: bool
    """Ordered by what the query sorts by, then by number; else by number alone."""


def _groups(ids: dict[StageName, int], query: TrialQuery, after: Place | None) -> Iterator[list[Run]]:
    """What follows ``after``, in order."""
    if query.sort == "number":
        states: Conditions = () if query.state is None else (is_state(query.state),)
        yield from _by_number(ids, [states], after, backwards=query.descending)
        return
    wanted = [*Progress] if query.state is None else [query.state]
    keyed = [state for state in wanted if state in _KEYED[query.sort]]
    key = trials.c[_KEYS[query.sort]]
    if after is None or after.key is not None:
        beyond: ColumnElement[bool] = key.is_not(None)
        if after is not None:
            yield from _by_number(ids, [(is_state(state), key == after.key) for state in keyed], after)
            beyond = key < after.key if query.descending else key > after.key
        yield [Run(stage, ids[stage], (is_state(state), beyond), by_key=True) for stage in ids for state in keyed]
        after = None
    # The other states have no key; to say so once more would only mislead the planner.
    without = [(is_state(state), key.is_(None)) if state in keyed else (is_state(state),) for state in wanted]
    yield from _by_number(ids, without, after)


def _by_number(
    ids: dict[StageName, int], runs: Sequence[Conditions], after: Place | None, *, backwards: bool = False
) -> Iterator[list[Run]]:
    """Stage by stage, behind ``after``."""
    for stage in sorted(ids, key=ORDER.__getitem__, reverse=backwards):
        stage_id = ids[stage]
        if after is not None and stage is not after.stage and (ORDER[stage] < ORDER[after.stage]) is not backwards:
            continue
        behind: Conditions = ()
        if after is not None and stage is after.stage:
            behind = (trials.c.number < after.number if backwards else trials.c.number > after.number,)
        yield [Run(stage, stage_id, (*run, *behind), by_key=False) for run in runs]


def _merged(connection: Connection, group: list[Run], query: TrialQuery, wanted: int) -> list[RowMapping]:
    """The first ``wanted`` rows of a group."""
    if not group:
        return []
    parts = [_part(run, query, wanted).subquery() for run in group]
    rows = connection.execute(union_all(*(select(part) for part in parts))).mappings().all()
    return sorted(rows, key=lambda row: _rank(row, query))[:wanted]


def _part(run: Run, query: TrialQuery, wanted: int) -> Select[Any]:
    order: list[ColumnElement[Any]] = [trials.c.number.desc() if _is_backwards(query) else trials.c.number]
    if run.by_key:
        key = trials.c[_KEYS[query.sort]]
        order = [key.desc().nulls_last() if query.descending else key.asc(), trials.c.number]
    name: ColumnElement[str] = literal_column(f"'{run.stage.value}'").label("stage")
    columns = (name, *(trials.c[column] for column in (*_LINE, *_TIMES)))
    return select(*columns).where(trials.c.stage_id == run.stage_id, *run.conditions).order_by(*order).limit(wanted)


def _rank(row: RowMapping, query: TrialQuery) -> tuple[float, int, int]:
    key = None if query.sort == "number" else row[_KEYS[query.sort]]
    signed = 0.0 if key is None else -key if query.descending else key  # without a key all of the group are
    sign = -1 if _is_backwards(query) else 1
    return signed, sign * ORDER[StageName(row["stage"])], sign * row["number"]


def _is_backwards(query: TrialQuery) -> bool:
    return query.sort == "number" and query.descending


def _place(line: TrialLine, query: TrialQuery) -> Place:
    key = None if query.sort == "number" else getattr(line, _KEYS[query.sort])
    return Place(line.stage, line.number, key)


def _line(row: RowMapping) -> TrialLine:
    return TrialLine(
        stage=StageName(row["stage"]),
        round=row["round"],
        number=row["number"],
        parameters=value_of(row["parameters"]),
        state=Progress(row["state"]),
        value=row["value"],
        best_epoch=row["best_epoch"],
        failure=None if row["failure"] is None else Failure(row["failure"]),
        reason=row["reason"],
        started_at=optional_utc(row["started_at"]),
        finished_at=optional_utc(row["finished_at"]),
        duration_s=row["duration_s"],
    )
