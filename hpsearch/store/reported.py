"""A study as a report shows it, without the curves that no report draws: of many trials these fill the memory."""

from typing import Any

from sqlalchemy import Connection, literal, select

from hpsearch.results import StudyRecord, StudyResults, TrialRecord
from hpsearch.stage import SEARCHES, StageName
from hpsearch.store.reading import composed, trial_of
from hpsearch.store.standing import is_state
from hpsearch.store.tables import stages, studies, trials

DRAWN = 3
"""Trials of each search whose curves are read, the best ones: a report draws those of three."""
SWEPT = 200
"""Trials of the sweep whose curves are read, the first ones."""
POINTS = 2000
"""Points of a curve at most; of a longer one evenly spread ones are kept, the first and the last among them."""

_EPOCHS = ("epochs", "train_losses", "train_accuracies", "val_losses", "val_accuracies")
_STEPS = ("step_losses", "step_accuracies")
_LISTS = (*_EPOCHS, *_STEPS, "layers", "without_gradient", "looks", "class_counts")
_NONE: dict[str, Any] = dict.fromkeys(_LISTS, ())


def reported_of(connection: Connection, study: StudyRecord) -> StudyResults:
    """``StudyDesk.reported``. Wants a snapshot."""
    found = connection.execute(select(stages.c.stage, stages.c.id).where(stages.c.study_id == study.id))
    ids = {StageName(row.stage): row.id for row in found}
    metric = connection.execute(select(studies.c.metric).where(studies.c.id == study.id)).scalar_one()
    curves = {trial: _curves(connection, trial) for trial in _drawn(connection, ids, highest=metric == "val_accuracy")}
    columns = [column for column in trials.c if column.name not in _LISTS]
    records: list[TrialRecord] = []
    for name, stage_id in ids.items():
        query = select(literal(name.value).label("stage"), *columns).where(trials.c.stage_id == stage_id)
        rows = connection.execute(query).mappings()
        records += [trial_of({**row, **curves.get(row["id"], _NONE)}) for row in rows]
    return composed(connection, study, records)


def _drawn(connection: Connection, ids: dict[StageName, int], *, highest: bool) -> list[int]:
    """The trials whose curves are read."""
    order = trials.c.value.desc().nulls_last() if highest else trials.c.value.asc()
    found: list[int] = []
    for stage_id in (ids[name] for name in SEARCHES if name in ids):
        best = select(trials.c.id).where(
            trials.c.stage_id == stage_id, is_state("complete"), trials.c.value.is_not(None)
        )
        found += connection.execute(best.order_by(order, trials.c.number).limit(DRAWN)).scalars()
    if StageName.LR_SWEEP in ids:
        swept = select(trials.c.id).where(trials.c.stage_id == ids[StageName.LR_SWEEP])
        found += connection.execute(swept.order_by(trials.c.number).limit(SWEPT)).scalars()
    return found


def _curves(connection: Connection, trial_id: int) -> dict[str, Any]:
    """The lists of one trial, its curves thinned: one by one, so that no two long ones are in memory."""
    query = select(*(trials.c[name] for name in _LISTS)).where(trials.c.id == trial_id)
    row = connection.execute(query).mappings().one()
    return {**row, **{name: _thinned(row[name] or ()) for name in _STEPS}}


def _thinned(values: Any) -> Any:
    if len(values) <= POINTS:
        return values
    every = -(-(len(values) - 1) // (POINTS - 1))
    return [*values[:-1:every], values[-1]]
