"""Studies of the queue end in time and as their users wish, also when nobody works on them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from hpsearch.errors import LeaseLostError
from hpsearch.results import StudyRecord
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.port import Claim
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from hpsearch.study import STATE_LIMITS_S, StudyState, Wish
from tests.store.service_samples import LONG_S, execute, expire, key_of, pass_time, rows, submit
from tests.store.study_samples import complete, definition, jobs, started


def claimed(engine: Engine, holder: str = "me") -> Claim:
    claim = StudyQueue(engine).next_study(holder, LONG_S)
    assert claim is not None
    return claim


def seen(engine: Engine, study_id: int) -> StudyRecord:
    return StudyDesk(engine).progress(None, study_id).study


def test_running_time_is_counted_over_all_claims(engine: Engine) -> None:
    made = submit(engine, key_of(engine), resources={"time_limit_s": 1000.0})
    store = PostgresStore(engine)
    claim = claimed(engine)
    assert claim.study.deadline is not None
    left = store.renew(claim.lease, LONG_S).time_left_s
    assert left is not None
    assert 900 < left <= 1000
    pass_time(engine, made.id, 400.0)
    store.release(claim.lease, StudyState.INTERRUPTED, None)
    waits = seen(engine, made.id).deadline
    assert waits is not None
    pass_time(engine, made.id, 3600.0)  # waiting costs none of it
    lease = claimed(engine).lease
    left = store.renew(lease, LONG_S).time_left_s
    assert left is not None
    assert 500 < left <= 600
    pass_time(engine, made.id, 100.0)
    expire(engine, made.id)  # nor is any of it given back by a crash
    left = store.renew(claimed(engine).lease, LONG_S).time_left_s
    assert left is not None
    assert 400 < left <= 500


@pytest.mark.parametrize("state", [StudyState.WAITING, StudyState.INTERRUPTED, StudyState.PAUSED])
def test_a_study_fails_once_it_has_been_in_a_state_for_too_long(engine: Engine, state: StudyState) -> None:
    made = submit(engine, key_of(engine))
    if state is StudyState.INTERRUPTED:
        PostgresStore(engine).release(claimed(engine).lease, state, None)
    elif state is StudyState.PAUSED:
        StudyDesk(engine).wish(None, made.id, Wish.PAUSE)
    pass_time(engine, made.id, STATE_LIMITS_S[state] - 60)
    assert StudyQueue(engine).sweep() == []
    pass_time(engine, made.id, 61)
    assert StudyQueue(engine).next_study("too late", LONG_S) is None
    assert StudyQueue(engine).sweep() == [made.id]
    study = seen(engine, made.id)
    assert (study.state, study.deadline) == (StudyState.FAILED, None)
    assert f"it was {state} for" in (study.reason or "")
    assert study.finished_at is not None
    assert StudyQueue(engine).sweep() == []


def test_the_holder_of_a_late_study_has_a_minute_before_it_is_taken_away(engine: Engine) -> None:
    made = submit(engine, key_of(engine), resources={"time_limit_s": 100.0})
    store = PostgresStore(engine)
    lease = claimed(engine).lease
    started(store, lease, jobs())
    store.start_trials(lease, StageName.COARSE, [0])
    pass_time(engine, made.id, 150.0)
    assert StudyQueue(engine).sweep() == []
    left = store.renew(lease, LONG_S).time_left_s
    assert left is not None
    assert left < -40
    pass_time(engine, made.id, 11.0)
    assert StudyQueue(engine).sweep() == [made.id]
    assert "worked on for 100 s" in (seen(engine, made.id).reason or "")
    with pytest.raises(LeaseLostError):
        store.save_results(lease, [complete(jobs()[0])])
    assert rows(engine, "SELECT DISTINCT state FROM hpsearch.trials") == [("waiting",)]


def test_a_late_study_whose_holder_is_dead_fails_at_once(engine: Engine) -> None:
    made = submit(engine, key_of(engine), resources={"time_limit_s": 100.0})
    claimed(engine)
    pass_time(engine, made.id, 101.0)
    expire(engine, made.id)
    assert StudyQueue(engine).next_study("too late", LONG_S) is None
    assert StudyQueue(engine).sweep() == [made.id]


def test_a_study_of_the_command_line_has_all_the_time_there_is(engine: Engine) -> None:
    store = PostgresStore(engine)
    study = store.create(definition())
    lease = store.claim(study.id, "me", LONG_S)
    assert lease is not None
    assert store.renew(lease, LONG_S).time_left_s is None
    store.release(lease, StudyState.INTERRUPTED, None)
    assert store.named("digits").deadline is None
    pass_time(engine, study.id, timedelta(days=400).total_seconds())
    assert StudyQueue(engine).sweep() == []


# Wishes


@pytest.mark.parametrize("wish", list(Wish))
def test_a_dead_holders_wish_is_done_by_the_sweep_and_not_by_another_conductor(engine: Engine, wish: Wish) -> None:
    made = submit(engine, key_of(engine))
    lease = claimed(engine).lease
    StudyDesk(engine).wish(None, made.id, wish)
    assert StudyQueue(engine).sweep() == []
    expire(engine, made.id)
    assert StudyQueue(engine).next_study("other", LONG_S) is None
    assert StudyQueue(engine).sweep() == [made.id]
    study = seen(engine, made.id)
    assert (study.state, study.wish) == (wish.state, None)
    with pytest.raises(LeaseLostError):
        PostgresStore(engine).renew(lease, LONG_S)


def test_many_sweeps_at_once_end_each_study_once(engine: Engine) -> None:
    key = key_of(engine)
    made = [submit(engine, key).id for _ in range(20)]
    execute(engine, "UPDATE hpsearch.studies SET deadline = now() - interval '1 day'")
    together = threading.Barrier(4)

    def sweep(_: int) -> list[int]:
        together.wait()
        return StudyQueue(engine).sweep()

    with ThreadPoolExecutor(4) as pool:
        ended = sorted(study_id for swept in pool.map(sweep, range(4)) for study_id in swept)
    assert ended == made
    assert rows(engine, "SELECT count(*) FROM hpsearch.events WHERE detail = 'failed'") == [(20,)]
