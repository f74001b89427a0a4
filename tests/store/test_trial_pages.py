"""Pages of trials: every order, filter and direction against sorting in Python, ties and missing values included."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import Engine

from hpsearch.progress import Progress, TrialLine, TrialQuery
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.engine import open_engine
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.schema import upgrade
from tests.conftest import Databases
from tests.store.study_samples import begun, broken, complete, jobs, started, stopped

SORTS = get_args(get_type_hints(TrialQuery)["sort"])
STAGES = (StageName.LR_SWEEP, StageName.COARSE, StageName.FINE)


@pytest.fixture(scope="module")
def study(databases: Databases) -> Iterator[tuple[StudyDesk, int]]:
    """Three stages of 24 trials: ties within and between stages; some failed, were stopped, have no value or no end."""
    with databases.fresh() as url:
        engine = open_engine(url)
        upgrade(engine)
        store = PostgresStore(engine)
        lease = begun(store)
        for place, stage in enumerate(STAGES):
            planned = jobs(stage, 24)
            started(store, lease, planned)
            store.start_trials(lease, stage, list(range(0, 24, 3)))
            for job in planned[::-1]:
                kind = (job.number + place) % 6
                tied = {"value": (job.number % 4) / 4, "duration_s": float(job.number % 3)}
                if kind == 0:
                    store.save_results(lease, [broken(job)])
                elif kind == 1:
                    store.save_results(lease, [complete(job, None, best_epoch=None, epochs=(), duration_s=1.0)])
                elif kind == 2:
                    store.save_results(lease, [stopped(job, duration_s=float(job.number % 3))])
                elif kind < 5:
                    store.save_results(lease, [complete(job, **tied)])
        yield StudyDesk(engine), lease.study_id
        engine.dispose()


def expected(lines: list[TrialLine], query: TrialQuery) -> list[tuple[StageName, int]]:
    order = list(StageName)

    def rank(line: TrialLine) -> tuple[Any, ...]:
        place = (order.index(line.stage), line.number)
        if query.sort == "number":
            return tuple(-part for part in place) if query.descending else place
        key = line.value if query.sort == "value" else line.duration_s
        if key is None:
            return (True, 0.0, *place)
        return (False, -key if query.descending else key, *place)

    wanted = [line for line in lines if query.stage in (None, line.stage) and query.state in (None, line.state)]
    return [(line.stage, line.number) for line in sorted(wanted, key=rank)]


def all_pages(desk: StudyDesk, study_id: int, query: TrialQuery) -> list[list[TrialLine]]:
    pages = []
    while True:
        page = desk.trials(None, study_id, query)
        pages.append(list(page.trials))
        if page.next_cursor is None:
            return pages
        query = replace(query, cursor=page.next_cursor)


@pytest.mark.parametrize(("sort", "descending"), list(product(SORTS, (False, True))))
@pytest.mark.parametrize("stage", [None, StageName.COARSE, StageName.TEST])
@pytest.mark.parametrize("state", [None, *Progress])
def test_pages_hold_every_trial_once_in_order(
    study: tuple[StudyDesk, int], sort: Any, descending: bool, stage: StageName | None, state: Progress | None
) -> None:
    desk, study_id = study
    (lines,) = all_pages(desk, study_id, TrialQuery(limit=1000))
    assert len(lines) == 72
    for limit in (1, 5, 72) if stage is StageName.COARSE else (7, 24):
        query = TrialQuery(stage=stage, state=state, sort=sort, descending=descending, limit=limit)
        pages = all_pages(desk, study_id, query)
        assert [(line.stage, line.number) for page in pages for line in page] == expected(lines, query)
        assert all(len(page) == limit for page in pages[:-1])
        assert len(pages) == 1 or pages[-1]  # a cursor leads somewhere


def test_a_line_is_the_trial_without_its_curves(study: tuple[StudyDesk, int]) -> None:
    desk, study_id = study
    lines = {(line.stage, line.number): line for line in desk.trials(None, study_id, TrialQuery(limit=100)).trials}
    for record in desk.results(None, study_id).trials:
        line, result = lines[record.stage, record.number], record.result
        assert (line.round, line.parameters) == (record.round, record.parameters)
        assert (line.state in (Progress.COMPLETE, Progress.PRUNED, Progress.FAILED)) is (result is not None)
        assert (line.finished_at is None) is (result is None)
        if result is not None:
            told = (line.state, line.value, line.best_epoch, line.failure, line.reason, line.duration_s)
            assert told == (
                result.state, result.value, result.best_epoch, result.failure, result.reason, result.duration_s
            )  # fmt: skip


def test_trials_that_end_meanwhile_do_not_disturb_what_is_read_by_number(engine: Engine) -> None:
    store, desk = PostgresStore(engine), StudyDesk(engine)
    lease = begun(store)
    planned = jobs(count=6)
    started(store, lease, planned)
    first = desk.trials(None, lease.study_id, TrialQuery(limit=3))
    store.save_results(lease, [complete(job) for job in planned])
    second = desk.trials(None, lease.study_id, TrialQuery(limit=3, cursor=first.next_cursor))
    assert [line.number for line in (*first.trials, *second.trials)] == [0, 1, 2, 3, 4, 5]


def cursor(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "unreadable",
    [
        "",
        "x",
        "é",
        "\ud800",
        "A" * 100_000,
        cursor(7),
        cursor(None),
        cursor({}),
        cursor([]),
        cursor([None, None, "value", False, "coarse", 1]),
        cursor([None, None, "value", False, "coarse", 1, 0.5, 0.5]),
        cursor([None, None, "value", True, "coarse", 1, 0.5]),
        cursor([None, None, "number", False, "coarse", 1, None]),
        cursor(["coarse", None, "value", False, "coarse", 1, 0.5]),
        cursor([None, "failed", "value", False, "coarse", 1, 0.5]),
        cursor([None, None, "value", False, "no stage", 1, 0.5]),
        cursor([None, None, "value", False, ["coarse"], 1, 0.5]),
        cursor([None, None, "value", False, "coarse", 2**31, 0.5]),
        cursor([None, None, "value", False, "coarse", -1, 0.5]),
        cursor([None, None, "value", False, "coarse", True, 0.5]),
        cursor([None, None, "value", False, "coarse", 1.5, 0.5]),
        cursor([None, None, "value", False, "coarse", 1, float("nan")]),
        cursor([None, None, "value", False, "coarse", 1, float("inf")]),
        cursor([None, None, "value", False, "coarse", 1, "0.5"]),
        cursor([None, None, "value", False, "coarse", 1, 10**310]),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
    ],
)
def test_a_cursor_of_no_such_query_is_refused(study: tuple[StudyDesk, int], unreadable: str) -> None:
    desk, study_id = study
    with pytest.raises(ValueError, match="begin without one"):
        desk.trials(None, study_id, TrialQuery(sort="value", cursor=unreadable))


def test_a_cursor_may_be_made_up_as_long_as_it_is_one_of_the_query(study: tuple[StudyDesk, int]) -> None:
    desk, study_id = study
    made_up = cursor([None, None, "value", False, "coarse", 5, 0.3])
    lines = desk.trials(None, study_id, TrialQuery(sort="value", cursor=made_up)).trials
    assert lines[0].value == 0.5
