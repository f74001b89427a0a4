"""Halving in the loop: over all cohorts of a round, the same after any interruption, and nothing is trained twice."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from hpsearch.conductor.conduct import Conductor
from hpsearch.conductor.logs import StudyLog
from hpsearch.conductor.observer import Silent
from hpsearch.job import Job
from hpsearch.recipe.halving import goes_on
from hpsearch.results import StudyResults
from hpsearch.stage import StageName
from hpsearch.store.memory import MemoryStore
from hpsearch.store.port import Lease
from hpsearch.study import StudyDefinition, StudyState
from hpsearch.trial import EpochRecord, Failure, TrialResult, TrialState
from tests.conductor.scripted import TASK, ScriptedExecutor, learning, to_the_rung
from tests.conductor.test_conduct import conduct, table

HALVED: dict[str, Any] = {
    "coarse": {"trials": 9, "epochs": 9, "halving": {"keep": 1 / 3}},
    "fine": {"trials": 5, "epochs": 4, "rounds": 2, "halving": {"from_epoch": 1, "keep": 0.5}},
}


def definition(**recipe: Any) -> StudyDefinition:
    return StudyDefinition.model_validate(
        {
            "name": "halved",
            "data": {"dataset": "digits"},
            "network": {"name": "convnet", "width": {"choice": [8, 16]}},
            "recipe": {**HALVED, **recipe},
        }
    )


def bumpy(job: Job) -> TrialResult:
    """Curves that cross, and one trial in seven that diverges in its third epoch."""
    if job.budget.epochs is None or job.stage is StageName.TEST:
        return learning(job)
    scores = [round(0.5 + ((job.weights_seed >> 3 * i) % 97 + 10 * i) / 400, 4) for i in range(job.budget.epochs)]
    epochs = tuple(EpochRecord(i, 1.0, 0.9, 1 - score, score) for i, score in enumerate(scores, 1))
    last = job.budget.until_epoch or job.budget.epochs
    if job.number % 7 == 3 and last >= 3:
        broken = epochs[:2]
        return TrialResult(
            job.stage, job.number, TrialState.FAILED, failure=Failure.DIVERGED, reason="nan", epochs=broken
        )
    if job.budget.until_epoch is not None:
        return to_the_rung(job, epochs)
    best = max(epochs, key=lambda epoch: epoch.val_accuracy or 0)
    return TrialResult(job.stage, job.number, TrialState.COMPLETE, best.val_accuracy, best.epoch, epochs=epochs)


def reference(script: Any = bumpy) -> tuple[StudyResults, ScriptedExecutor]:
    store, executor = MemoryStore(), ScriptedExecutor(script)
    return conduct(store, store.create(definition()), executor), executor


def test_every_rung_is_one_run_over_all_cohorts_and_only_the_best_go_on() -> None:
    results, executor = reference()
    coarse = results.of_stage(StageName.COARSE)
    states = [trial.result.state for trial in coarse if trial.result]
    assert states.count(TrialState.COMPLETE) == 1
    assert states.count(TrialState.COMPLETE) + states.count(TrialState.PRUNED) + states.count(TrialState.FAILED) == 9
    runs = [cohort for cohort in executor.cohorts if cohort.jobs[0].stage is StageName.COARSE]
    by_rung = [sum(len(c.jobs) for c in runs if c.jobs[0].budget.until_epoch == rung) for rung in (2, 6, None)]
    assert by_rung == [9, 3, 1]
    assert len([c for c in runs if c.jobs[0].budget.until_epoch == 2]) > 1
    for trial in coarse:
        assert trial.result is not None
        if trial.result.state is TrialState.PRUNED:
            assert trial.result.reason is not None
            assert trial.result.reason.startswith(f"stopped after epoch {trial.result.epochs[-1].epoch}: ")
        assert goes_on(trial.result, 2) is (len(trial.result.epochs) > 2 or trial.number % 7 == 3)


def test_an_interruption_anywhere_stops_the_same_trials_for_the_same_reasons() -> None:
    whole, undisturbed = reference()
    first = next(place for place, (stage, _) in enumerate(undisturbed.trained) if stage is StageName.COARSE)
    for stop in range(first, len(undisturbed.trained)):
        store = MemoryStore()
        study = store.create(definition())
        for stop_after in (stop, 2, None):
            if store.results(study.id).study.state is not StudyState.COMPLETE:
                with suppress(KeyboardInterrupt):
                    conduct(store, study, ScriptedExecutor(bumpy, stop_after=stop_after))
        results = store.results(study.id)
        assert table(results) == table(whole)
        assert [s.verdict for s in results.stages] == [s.verdict for s in whole.stages]


def test_what_a_rung_has_decided_is_not_trained_again() -> None:
    store = MemoryStore()
    study = store.create(definition(fine={"skip": True}))
    executor = ScriptedExecutor(bumpy)

    def at_the_last_rung(job: Job) -> TrialResult:
        if job.stage is StageName.COARSE and job.budget.until_epoch == 6:
            raise KeyboardInterrupt
        return bumpy(job)

    executor.script = at_the_last_rung
    with pytest.raises(KeyboardInterrupt):
        conduct(store, study, executor)
    again = ScriptedExecutor(bumpy)
    conduct(store, study, again)
    coarse = [cohort for cohort in again.cohorts if cohort.jobs[0].stage is StageName.COARSE]
    assert {cohort.jobs[0].budget.until_epoch for cohort in coarse} == {6, None}


def test_stages_that_count_every_point_have_no_rungs() -> None:
    _, executor = reference()
    sanity = [cohort for cohort in executor.cohorts if cohort.jobs[0].stage not in (StageName.COARSE, StageName.FINE)]
    assert sanity
    assert all(job.budget.until_epoch is None for cohort in sanity for job in cohort.jobs)


def test_onlookers_hear_of_every_trial_once() -> None:
    class Listening(Silent):
        def __init__(self) -> None:
            self.heard: list[tuple[StageName, int]] = []
            self.waiting: list[tuple[StageName, int]] = []

        def rung_reached(self, stage: StageName, numbers: Sequence[int]) -> None:
            self.waiting += [(stage, number) for number in numbers]

        def trial_finished(self, result: TrialResult) -> None:
            self.heard.append((result.stage, result.number))

    store, onlooker = MemoryStore(), Listening()
    study = store.create(definition())
    results = Conductor(store, ScriptedExecutor(bumpy), onlooker, "me").conduct(study, TASK)
    assert sorted(onlooker.heard) == sorted((trial.stage, trial.number) for trial in results.trials)
    waited = [number for stage, number in onlooker.waiting if stage is StageName.COARSE]
    assert set(waited) == set(range(9))
    assert len(waited) > 9  # some at both rungs


def test_what_waits_at_a_rung_has_come_on_for_whoever_counts_deaths() -> None:
    class Counting(MemoryStore):
        noted = 0

        def note_progress(self, lease: Lease) -> None:
            super().note_progress(lease)
            self.noted += 1

    def noted_by_then(job: Job) -> TrialResult:
        seen.append((job.budget.until_epoch is not None, store.noted))
        return bumpy(job)

    store, seen = Counting(), list[tuple[bool, int]]()
    conduct(store, store.create(definition()), ScriptedExecutor(noted_by_then))
    at_rungs = [noted for is_rung, noted in seen if is_rung]
    assert (at_rungs[0], set(at_rungs[1:])) == (0, {1})  # from the first one on, and once is enough
    worked: list[int] = []
    StudyLog(logging.getLogger("none"), 1, lambda: worked.append(1)).rung_reached(StageName.COARSE, [0])
    assert worked == [1]
