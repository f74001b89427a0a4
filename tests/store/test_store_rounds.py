"""What every store promises about rounds, trials, verdicts, and writers that come too late."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hpsearch.cohort import Arranged, Arrangement, shape
from hpsearch.errors import LeaseLostError
from hpsearch.job import Budget, job_for
from hpsearch.space import LogUniform
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.store.memory import MemoryStore
from hpsearch.store.port import Lease, StudyStore
from hpsearch.study import StudyState
from hpsearch.verdict import Outcome, Verdict
from tests.store.study_samples import (
    REGRESSION,
    SPACE,
    TASK,
    begun,
    broken,
    complete,
    definition,
    jobs,
    point,
    started,
    verdict,
)

LONG_S = 3600.0
SPEED = Speed(10.0, 2, 1.0, 0.5, 0.25, 12.0, 32, 4)


def arranged(members: int, stage: StageName = StageName.COARSE) -> Arranged:
    return Arranged(stage, shape(jobs()[0]), Arrangement(members, True, "channels_last"), 32)


def writes(store: StudyStore, lease: Lease) -> dict[str, Callable[[], Any]]:
    """Every way to write under a lease, each of which would change something."""
    planned = jobs()
    return {
        "renew": lambda: store.renew(lease, 2 * LONG_S),
        "release": lambda: store.release(lease, StudyState.FAILED, "late"),
        "set_task": lambda: store.set_task(lease, REGRESSION),
        "start_round": lambda: store.start_round(lease, StageName.FINE, 0, jobs(StageName.FINE), SPACE),
        "start_trials": lambda: store.start_trials(lease, StageName.COARSE, [1]),
        "save_results": lambda: store.save_results(lease, [complete(planned[1])]),
        "save_verdict": lambda: store.save_verdict(lease, verdict()),
        "save_arrangement": lambda: store.save_arrangement(lease, arranged(8)),
        "save_speed": lambda: store.save_speed(lease, StageName.COARSE, 0, SPEED),
        "skip": lambda: store.save_verdict(lease, Verdict(StageName.TEST, Outcome.SKIPPED, "no test split")),
    }


@pytest.mark.parametrize("write", list(writes(MemoryStore(), Lease(1, 1))))
@pytest.mark.parametrize("end", ["claimed by another", "claimed again", "seized", "released"])
def test_a_late_writer_changes_nothing(store: StudyStore, write: str, end: str) -> None:
    old = begun(store)
    started(store, old, jobs())
    store.save_results(old, [complete(jobs()[0])])
    if end == "claimed by another":
        store.renew(old, 0.001)
        time.sleep(0.01)
        assert store.claim(old.study_id, "another", LONG_S) is not None
    elif end == "claimed again":
        assert store.claim(old.study_id, "me", LONG_S) is not None
    elif end == "seized":
        assert store.seize(old.study_id, "me", "another", LONG_S) is not None
    else:
        store.release(old, StudyState.INTERRUPTED, None)
    before = store.results(old.study_id)
    holder = store.holder(old.study_id)
    with pytest.raises(LeaseLostError, match="nothing was written"):
        writes(store, old)[write]()
    assert store.results(old.study_id) == before
    assert store.holder(old.study_id) == holder


def test_the_newest_lease_can_write_everything(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs())
    for name, write in writes(store, lease).items():
        if name != "release":
            write()
    results = store.results(lease.study_id)
    assert results.study.task == REGRESSION
    assert [stage.stage for stage in results.stages] == [StageName.COARSE, StageName.FINE, StageName.TEST]


def test_a_round_is_written_with_all_its_trials(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs(StageName.FINE, 2))
    started(store, lease, jobs(StageName.OVERFIT, 1))
    started(store, lease, jobs(StageName.FINE, 3, first=2), round_number=1)
    results = store.results(lease.study_id)
    assert [(stage.stage, stage.round, stage.planned, stage.verdict) for stage in results.stages] == [
        (StageName.OVERFIT, 0, 1, None),
        (StageName.FINE, 0, 2, None),
        (StageName.FINE, 1, 3, None),
    ]
    assert [(trial.stage, trial.round, trial.number) for trial in results.trials] == [
        (StageName.OVERFIT, 0, 0),
        *((StageName.FINE, 0, number) for number in (0, 1)),
        *((StageName.FINE, 1, number) for number in (2, 3, 4)),
    ]
    assert [trial.parameters for trial in results.of_stage(StageName.FINE)] == [point(number) for number in range(5)]
    assert all(trial.result is None for trial in results.trials)


def test_the_same_plan_again_changes_nothing(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs())
    store.save_results(lease, [complete(jobs()[1])])
    before = store.results(lease.study_id)
    started(store, lease, jobs())
    assert store.results(lease.study_id) == before


@pytest.mark.parametrize("change", ["count", "parameters", "weights_seed", "order_seed", "space"])
def test_another_plan_for_the_same_round_is_refused(store: StudyStore, change: str) -> None:
    lease = begun(store)
    planned, space = jobs(), SPACE
    started(store, lease, planned)
    before = store.results(lease.study_id)
    if change == "count":
        planned = planned[:2]
    elif change == "parameters":
        planned[2] = replace(planned[2], parameters=point(99))
    elif change == "space":
        space = {**SPACE, "optimizer.learning_rate": LogUniform(1e-3, 1.0)}
    else:
        planned[2] = replace(planned[2], **{change: 1})
    with pytest.raises(ValueError, match="round 0 of coarse was started with another plan"):
        started(store, lease, planned, space=space)
    assert store.results(lease.study_id) == before


def test_rounds_and_trials_leave_no_gap(store: StudyStore) -> None:
    lease = begun(store)
    with pytest.raises(ValueError, match="the next round of coarse is 0, not 1"):
        started(store, lease, jobs(), round_number=1)
    with pytest.raises(ValueError, match="must go on at 0"):
        started(store, lease, jobs(first=1))
    started(store, lease, jobs())
    with pytest.raises(ValueError, match="must go on at 3"):
        started(store, lease, jobs(first=2), round_number=1)
    with pytest.raises(ValueError, match="a round of fine was given a job of coarse"):
        store.start_round(lease, StageName.FINE, 0, jobs(), SPACE)
    assert len(store.results(lease.study_id).trials) == 3


def test_a_result_is_read_as_it_was_saved(store: StudyStore) -> None:
    lease = begun(store)
    planned = jobs()
    started(store, lease, planned)
    store.start_trials(lease, StageName.COARSE, [0, 1])
    saved = [broken(planned[1]), complete(planned[0], learned=True, test_loss=float("nan"), test_accuracy=0.9)]
    assert [repr(one) for one in store.save_results(lease, saved)] == [repr(one) for one in saved]
    read = [trial.result for trial in store.results(lease.study_id).trials]
    assert repr(read) == repr([saved[1], saved[0], None])


def test_a_trial_counts_once(store: StudyStore) -> None:
    lease = begun(store)
    planned = jobs()
    started(store, lease, planned)
    assert store.save_results(lease, [complete(planned[0], 0.5)]) == (complete(planned[0], 0.5),)
    before = store.results(lease.study_id)
    assert store.save_results(lease, [complete(planned[0], 0.9)]) == ()
    assert store.save_results(lease, [broken(planned[0])]) == ()
    assert store.results(lease.study_id) == before


def test_results_come_in_batches_of_any_stages_and_each_trial_counts_once(store: StudyStore) -> None:
    lease = begun(store)
    coarse, fine = jobs(), jobs(StageName.FINE)
    started(store, lease, coarse)
    started(store, lease, fine)
    batch = [complete(fine[2], 0.1), complete(coarse[0], 0.2), complete(fine[2], 0.9), broken(coarse[1])]
    assert repr(store.save_results(lease, batch)) == repr((batch[0], batch[1], batch[3]))
    more = [complete(coarse[0], 0.5), complete(coarse[2], 0.6)]
    assert store.save_results(lease, more) == (more[1],)
    assert store.save_results(lease, []) == ()
    saved = {(trial.stage, trial.number): trial.result for trial in store.results(lease.study_id).trials}
    values = {key: result.value for key, result in saved.items() if result is not None}
    assert values == {
        (StageName.COARSE, 0): 0.2,
        (StageName.COARSE, 1): None,
        (StageName.COARSE, 2): 0.6,
        (StageName.FINE, 2): 0.1,
    }


def test_of_a_batch_with_an_unplanned_trial_nothing_is_written(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs())
    with pytest.raises(ValueError, match="trial 3 of coarse was never planned"):
        store.save_results(lease, [complete(job) for job in jobs(count=4)])
    assert all(trial.result is None for trial in store.results(lease.study_id).trials)


def test_a_result_without_a_plan_is_refused(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs())
    for stranger in (jobs(first=3)[0], jobs(StageName.FINE)[0]):
        with pytest.raises(ValueError, match="was never planned"):
            store.save_results(lease, [complete(stranger)])


def test_a_study_goes_on_where_the_last_holder_stopped(store: StudyStore) -> None:
    lease = begun(store)
    planned = jobs()
    started(store, lease, planned)
    store.start_trials(lease, StageName.COARSE, [0, 1, 2])
    store.save_results(lease, [complete(planned[1])])
    heir = store.seize(lease.study_id, "me", "heir", LONG_S)
    assert heir is not None
    started(store, heir, planned)
    fresh = store.save_results(heir, [complete(job) for job in planned])
    assert [result.number for result in fresh] == [0, 2]


def test_an_arrangement_holds_from_the_first_time_on(store: StudyStore) -> None:
    lease = begun(store)
    for one in (arranged(8), arranged(16), arranged(4, StageName.FINE), arranged(2, StageName.LR_SWEEP)):
        store.save_arrangement(lease, one)
    kept = store.results(lease.study_id).arrangements
    assert kept == (arranged(2, StageName.LR_SWEEP), arranged(8), arranged(4, StageName.FINE))
    assert store.results(begun(store).study_id).arrangements == ()


def test_the_speed_of_a_round_is_the_one_that_was_told_last(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs(StageName.FINE))
    started(store, lease, jobs(StageName.FINE, first=3), round_number=1)
    for speed in (SPEED, SPEED + SPEED):
        store.save_speed(lease, StageName.FINE, 0, speed)
    first, second = store.results(lease.study_id).stages
    assert first.speed == replace(
        SPEED, wall_s=20, measuring_s=2, starting_s=1, ending_s=0.5, trained_s=24, trials=64, cohorts=8
    )
    assert second.speed is None


def test_a_verdict_ends_its_round(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs(StageName.FINE))
    started(store, lease, jobs(StageName.FINE, first=3), round_number=1)
    judged = verdict(StageName.FINE, 0, again=True)
    for _ in range(2):  # the second time changes nothing
        store.save_verdict(lease, judged)
    first, second = store.results(lease.study_id).stages
    assert repr(first.verdict) == repr(judged)
    assert first.finished_at is not None
    assert (second.verdict, second.finished_at) == (None, None)


def test_another_verdict_on_the_same_round_is_refused(store: StudyStore) -> None:
    lease = begun(store)
    started(store, lease, jobs())
    store.save_verdict(lease, verdict())
    before = repr(store.results(lease.study_id))
    with pytest.raises(ValueError, match="round 0 of coarse has another verdict already"):
        store.save_verdict(lease, verdict(best_trial=2))
    assert repr(store.results(lease.study_id)) == before


def test_only_a_skipped_stage_has_a_verdict_without_a_round(store: StudyStore) -> None:
    lease = begun(store)
    with pytest.raises(ValueError, match="round 0 of coarse was never started"):
        store.save_verdict(lease, verdict())
    assert store.results(lease.study_id).stages == ()
    skip = Verdict(StageName.COARSE, Outcome.SKIPPED, "the definition says so")
    for _ in range(2):
        store.save_verdict(lease, skip)
    (stage,) = store.results(lease.study_id).stages
    assert (stage.planned, stage.verdict) == (0, skip)


def test_a_parameter_outside_the_space_is_kept_too(store: StudyStore) -> None:
    lease = begun(store)
    study = definition()
    rates = [
        job_for(study, StageName.LR_SWEEP, number, {**point(0), "optimizer.learning_rate": rate}, Budget(steps=3))
        for number, rate in enumerate((0.1, 0.01, 0.001))
    ]
    for _ in range(2):
        store.start_round(lease, StageName.LR_SWEEP, 0, rates, {})
    read = [trial.parameters["optimizer.learning_rate"] for trial in store.results(lease.study_id).trials]
    assert read == [0.1, 0.01, 0.001]


def test_text_that_no_database_holds_is_made_storable(store: StudyStore) -> None:
    lease = begun(store)
    planned = jobs()
    started(store, lease, planned)
    store.save_results(lease, [broken(planned[0], "a \0 and half a pair \ud800")])
    result = store.results(lease.study_id).trials[0].result
    assert result is not None
    assert result.reason == "a \ufffd and half a pair \ufffd"
    store.release(lease, StudyState.FAILED, "\0")
    assert store.named("digits").reason == "\ufffd"


def test_studies_do_not_see_each_other(store: StudyStore) -> None:
    mine, theirs = begun(store), begun(store)
    started(store, mine, jobs(count=2))
    started(store, theirs, jobs(count=3))
    store.save_results(mine, [complete(jobs()[0])])
    store.save_verdict(theirs, verdict())
    assert store.results(mine.study_id).study.task == TASK
    assert [trial.result is None for trial in store.results(mine.study_id).trials] == [False, True]
    assert [trial.result is None for trial in store.results(theirs.study_id).trials] == [True] * 3
    assert store.results(mine.study_id).stages[0].verdict is None
