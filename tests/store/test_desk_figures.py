"""The best trial, the events and the figures of the whole service."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import StudyState
from tests.store.service_samples import LONG_S, claimed, in_state, key_of, submit
from tests.store.study_samples import REGRESSION, broken, complete, jobs, started, stopped, verdict


def test_the_best_is_of_the_fine_search_and_the_first_of_equal_ones(engine: Engine) -> None:
    submit(engine, key_of(engine))
    lease, store, desk = claimed(engine), PostgresStore(engine), StudyDesk(engine)
    best: Callable[[], Any] = lambda: desk.progress(None, lease.study_id).best  # noqa: E731
    for stage, values in ((StageName.OVERFIT, (0.99,)), (StageName.COARSE, (0.5, 0.8, 0.8)), (StageName.FINE, ())):
        planned = jobs(stage, 4)
        started(store, lease, planned)
        store.save_results(lease, [broken(planned[3])])
        store.save_results(lease, [complete(job, value) for job, value in zip(planned, values, strict=False)][::-1])
        if stage is StageName.OVERFIT:
            assert best() is None
        else:
            assert (best().stage, best().number) == (StageName.COARSE, 1)
    store.save_results(lease, [complete(jobs(StageName.FINE)[1], 0.1)])
    assert (best().stage, best().number) == (StageName.FINE, 1)
    store.set_task(lease, REGRESSION)  # from now on the loss counts
    store.save_results(lease, [complete(jobs(StageName.FINE)[0], 0.01), complete(jobs(StageName.FINE)[2], 0.01)])
    assert (best().number, desk.progress(None, lease.study_id).test) == (0, None)
    started(store, lease, jobs(StageName.TEST, 1))
    assert desk.progress(None, lease.study_id).test is None
    store.save_results(lease, [complete(jobs(StageName.TEST, 1)[0], None, test_accuracy=0.9)])
    test = desk.progress(None, lease.study_id).test
    assert test is not None
    assert test.result is not None
    assert test.result.test_accuracy == 0.9
    order = [part.stage for part in desk.progress(None, lease.study_id).rounds]
    assert order == [StageName.OVERFIT, StageName.COARSE, StageName.FINE, StageName.TEST]


def test_events_are_read_on_from_the_last_one(engine: Engine) -> None:
    desk, made = StudyDesk(engine), in_state(engine, StudyState.COMPLETE)
    events = desk.events(None, made.id)
    assert [event.detail for event in events] == ["waiting", "running", "complete"]
    assert desk.events(None, made.id, after=events[0].id, limit=1) == events[1:2]
    assert [len(desk.events(None, made.id, after=after)) for after in (-1, 2**63, 10**30)] == [3, 0, 0]


def test_the_figures_of_the_service(engine: Engine) -> None:
    desk, store, key = StudyDesk(engine), PostgresStore(engine), key_of(engine)
    assert (desk.tally().oldest_waiting_s, desk.tally().held) == (None, ())
    for _ in range(3):
        submit(engine, key)
    lease = claimed(engine)
    started(store, lease, jobs())
    store.start_trials(lease, StageName.COARSE, [0, 1])
    store.save_results(lease, [complete(jobs()[0], duration_s=2.5)])
    store.save_verdict(lease, verdict())
    tally = desk.tally()
    assert {state: count for state, count in tally.studies.items() if count} == {"waiting": 2, "running": 1}
    assert tally.oldest_waiting_s is not None
    (held,) = tally.held
    assert (held.study_id, held.age_s >= 0, 0 < held.left_s <= LONG_S) == (lease.study_id, True, True)
    (coarse,) = [stage for stage in tally.stages if stage.planned]
    assert (coarse.planned, coarse.running, coarse.complete, coarse.failed, coarse.duration_s) == (3, 1, 1, 0, 2.5)
    store.save_results(lease, [stopped(jobs()[2], duration_s=0.5)])
    coarse = next(one for one in desk.tally().stages if one.stage is StageName.COARSE)
    assert (coarse.complete, coarse.pruned, coarse.failed, coarse.duration_s) == (1, 1, 0, 3.0)
    (standing,) = [one for one in desk.progress(None, lease.study_id).rounds if one.stage is StageName.COARSE]
    assert (standing.pruned, standing.done) == (1, 2)
    assert {outcome: count for outcome, count in coarse.verdicts.items() if count} == {"pass": 1}
