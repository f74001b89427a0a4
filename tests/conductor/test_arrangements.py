"""Arrangements belong to the plan: measured once, recorded before the first trial, and kept whoever goes on."""

from dataclasses import replace
from typing import Any

import pytest

from hpsearch.cohort import Arrangement, shape
from hpsearch.conductor import arranger
from hpsearch.job import Job
from hpsearch.stage import StageName
from hpsearch.store.memory import MemoryStore
from hpsearch.study import StudyDefinition
from hpsearch.trial import Failure, TrialResult, TrialState
from tests.conductor.scripted import ScriptedExecutor, learning
from tests.conductor.test_conduct import conduct

STACKED, ALONE = Arrangement(8, stacked=True), Arrangement(2, memory_format="contiguous")


def definition(**recipe: Any) -> StudyDefinition:
    return StudyDefinition.model_validate(
        {
            "name": "arranged",
            "data": {"dataset": "digits"},
            "network": {"name": "convnet", "width": 8, "dropout": {"uniform": [0, 0.5]}},
            "recipe": {
                "overfit": {"skip": True},
                "lr_sweep": {"skip": True},
                "coarse": {"trials": 20, "epochs": 9},
                "fine": {"trials": 6, "epochs": 20, "rounds": 1},
                **recipe,
            },
        }
    )


def executor(arrangement: Arrangement | None = STACKED, **arguments: Any) -> ScriptedExecutor:
    made = ScriptedExecutor(**arguments)
    made.arrangement = arrangement
    return made


def of_stage(made: ScriptedExecutor, stage: StageName) -> list[tuple[int, Arrangement]]:
    """Sizes and arrangements of the cohorts of a stage, largest first."""
    found = [(len(c.jobs), c.arrangement) for c in made.cohorts if c.jobs[0].stage is stage]
    return sorted(found, key=lambda one: -one[0])


def test_one_measurement_serves_the_coarse_the_fine_search_and_the_test() -> None:
    store, made = MemoryStore(), executor()
    results = conduct(store, store.create(definition()), made)
    assert made.measured == [tuple(range(20))]
    assert of_stage(made, StageName.INITIAL_LOSS) == [(3, Arrangement()), (2, Arrangement())]
    assert of_stage(made, StageName.COARSE) == [(7, STACKED), (7, STACKED), (6, STACKED)]
    assert of_stage(made, StageName.FINE) == [(3, replace(STACKED, members=3))] * 2
    assert of_stage(made, StageName.TEST) == [(1, replace(STACKED, members=3))]
    assert [(one.stage, one.arrangement) for one in results.arrangements] == [
        (StageName.COARSE, STACKED),
        (StageName.FINE, replace(STACKED, members=3)),
    ]


@pytest.mark.parametrize("stop_after", [5, 6, 24, 27, 31])
def test_what_is_recorded_is_used_by_whoever_goes_on(stop_after: int) -> None:
    store = MemoryStore()
    study = store.create(definition())
    with pytest.raises(KeyboardInterrupt):
        conduct(store, study, executor(stop_after=stop_after))
    other = executor(ALONE)
    results = conduct(store, study, other)
    assert other.measured == []
    in_fine = replace(STACKED, members=3)
    assert {arranged.arrangement for arranged in results.arrangements} == {STACKED, in_fine}
    for stage in (StageName.FINE, StageName.TEST):
        assert {arrangement for _, arrangement in of_stage(other, stage)} <= {in_fine}


@pytest.mark.parametrize("arrangement", [STACKED, ALONE])
def test_an_interrupted_cohort_is_made_up_as_before(arrangement: Arrangement) -> None:
    """Those that have a result already are only left out where nobody's sums depend on them."""
    store = MemoryStore()
    study = store.create(definition(fine={"skip": True}))
    with pytest.raises(KeyboardInterrupt):
        conduct(store, study, executor(arrangement, stop_after=5 + 3))
    again = executor(arrangement)
    results = conduct(store, study, again)
    sizes = [size for size, _ in of_stage(again, StageName.COARSE)]
    assert sizes == ([7, 7, 6] if arrangement.stacked else [2] * 8 + [1])
    assert all(trial.result is not None for trial in results.trials)


def test_it_is_recorded_before_the_first_trial_begins() -> None:
    store = MemoryStore()
    study = store.create(definition())
    seen: list[int] = []

    def looked_at(job: Job) -> Any:
        if job.stage is StageName.COARSE:
            seen.append(len(store.results(study.id).arrangements))
        return learning(job)

    conduct(store, study, executor(script=looked_at))
    assert seen == [1] * 20


def test_a_stage_that_was_begun_without_a_measurement_goes_on_so(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    study = store.create(definition(fine={"trials": 6, "epochs": 30, "rounds": 1}))
    with monkeypatch.context() as before_this_version:
        before_this_version.setattr(arranger, "FEWEST_ITERATIONS", 10**9)
        with pytest.raises(KeyboardInterrupt):
            conduct(store, study, executor(stop_after=9))
    later = executor()
    conduct(store, study, later)
    assert {arrangement for _, arrangement in of_stage(later, StageName.COARSE)} == {Arrangement()}
    assert later.measured == [tuple(range(6))]  # the fine search had not begun
    assert of_stage(later, StageName.TEST) == [(1, STACKED)]


def test_a_measurement_that_failed_is_made_again_in_the_next_stage() -> None:
    store, made = MemoryStore(), executor(None)
    study = store.create(definition(fine={"trials": 6, "epochs": 30, "rounds": 1}))

    def looked_at(job: Job) -> Any:
        if job.stage is StageName.COARSE:
            made.arrangement = STACKED  # the workers are sound by then
        return learning(job)

    made.script = looked_at
    results = conduct(store, study, made)
    assert {arrangement for _, arrangement in of_stage(made, StageName.COARSE)} == {Arrangement()}
    assert made.measured == [tuple(range(20)), tuple(range(6))]
    assert of_stage(made, StageName.FINE) == [(6, STACKED)]
    recorded = [(one.stage, one.arrangement, one.measured_for) for one in results.arrangements]
    assert recorded == [(StageName.COARSE, Arrangement(), 0), (StageName.FINE, STACKED, 6)]


def test_a_stage_goes_on_as_it_did_when_its_measurement_failed() -> None:
    store, study_of = MemoryStore(), definition(fine={"skip": True})
    study = store.create(study_of)
    with pytest.raises(KeyboardInterrupt):
        conduct(store, study, executor(None, stop_after=8))
    later = executor()
    conduct(store, study, later)
    assert later.measured == []
    assert {arrangement for _, arrangement in of_stage(later, StageName.COARSE)} == {Arrangement()}


def test_a_larger_round_is_measured_anew_where_larger_cohorts_were_not_tried() -> None:
    store, made = MemoryStore(), executor(Arrangement(20, stacked=True))
    conduct(store, store.create(definition(fine={"trials": 40, "epochs": 12, "rounds": 1})), made)
    assert [len(numbers) for numbers in made.measured] == [20, 40]


def test_those_that_go_on_after_a_rung_still_occupy_two_workers() -> None:
    store, made = MemoryStore(), executor(Arrangement(10, stacked=True))
    halved = {"trials": 20, "epochs": 19, "halving": {"keep": 1 / 3}}
    conduct(store, store.create(definition(coarse=halved, fine={"trials": 6, "epochs": 20, "rounds": 1})), made)
    sizes = {
        rung: [len(c.jobs) for c in made.cohorts if c.jobs[0].stage is stage and c.jobs[0].budget.until_epoch == rung]
        for stage, rung in [(StageName.COARSE, rung) for rung in (2, 6, 18)]
    }
    assert sizes == {2: [10, 10], 6: [3, 4], 18: [1, 2]}
    assert [size for size, _ in of_stage(made, StageName.FINE)] == [3, 3]


@pytest.mark.parametrize(
    ("failure", "reason", "is_company"),
    [
        (Failure.WORKER_LOST, "its worker process died 2 times", False),
        (Failure.ERROR, "it ran out of memory, also with nothing beside it", False),
        (Failure.DIVERGED, "the loss became nan", True),
    ],
)
def test_who_took_a_process_with_it_is_no_company_any_more(failure: Failure, reason: str, is_company: bool) -> None:
    def some_failing(job: Job) -> TrialResult:
        if job.stage is not StageName.COARSE or job.number % 2:
            return learning(job)
        return TrialResult(job.stage, job.number, TrialState.FAILED, failure=failure, reason=reason)

    store = MemoryStore()
    study = store.create(definition(fine={"skip": True}))
    first = executor(script=some_failing, stop_after=5 + 3)  # the five of the initial loss, and three of a cohort
    with pytest.raises(KeyboardInterrupt):
        conduct(store, study, first)
    seen = {number for stage, number in first.trained if stage is StageName.COARSE}
    assert seen
    later = executor(script=some_failing)
    conduct(store, study, later)
    coarse = [job.number for c in later.cohorts if c.jobs[0].stage is StageName.COARSE for job in c.jobs]
    assert {number for number in seen if number % 2} <= set(coarse)
    assert {number % 2 == 0 for number in seen} == {True, False}
    assert ({number for number in seen if not number % 2} <= set(coarse)) is is_company


@pytest.mark.parametrize("coarse", [{"trials": 3, "epochs": 100}, {"trials": 40, "epochs": 2}])
def test_a_little_work_is_not_worth_a_measurement(coarse: dict[str, int]) -> None:
    store, made = MemoryStore(), executor()
    results = conduct(store, store.create(definition(coarse=coarse, fine={"skip": True})), made)
    assert (made.measured, results.arrangements) == ([], ())


def test_a_shape_knows_neither_budget_nor_numbers() -> None:
    made = executor()
    store = MemoryStore()
    conduct(store, store.create(definition(fine={"trials": 6, "epochs": 20, "patience": 2})), made)
    jobs = [job for cohort in made.cohorts for job in cohort.jobs]
    assert len({job.structure for job in jobs}) > 3
    assert len({shape(job) for job in jobs}) == 1
    wider = next(job for job in jobs if job.stage is StageName.COARSE)
    network = replace(wider.network, parameters={**wider.network.parameters, "width": 16})
    assert shape(replace(wider, network=network)) != shape(wider)
