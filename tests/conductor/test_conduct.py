"""The loop: stages in order, one result a trial, the same way again after an interruption, one writer at a time."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from hpsearch.conductor.conduct import Conductor
from hpsearch.conductor.keeper import Keeper, obtain
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.observer import Silent
from hpsearch.errors import LeaseLostError
from hpsearch.finding import Finding, Severity
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.stage import StageName
from hpsearch.store.memory import MemoryStore
from hpsearch.study import AdviceDefinition, StudyDefinition, StudyState
from hpsearch.trial import TrialResult
from hpsearch.verdict import Outcome, Verdict
from tests.conductor.scripted import TASK, ScriptedExecutor, learning, stuck


def definition(**recipe: dict[str, Any]) -> StudyDefinition:
    return StudyDefinition.model_validate(
        {
            "name": "scripted",
            "data": {"dataset": "digits"},
            "network": {"name": "convnet", "width": {"choice": [8, 16]}},
            "recipe": {"coarse": {"trials": 9}, "fine": {"trials": 5, "rounds": 2}, **recipe},
        }
    )


def conduct(store: MemoryStore, study: StudyRecord, executor: ScriptedExecutor, holder: str = "me") -> StudyResults:
    return Conductor(store, executor, Silent(), holder).conduct(study, TASK)


def table(results: StudyResults) -> list[tuple[Any, ...]]:
    return [(t.stage, t.round, t.number, t.parameters, t.result) for t in results.trials]


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


def test_a_study_goes_through_all_stages() -> None:
    store, executor = MemoryStore(), ScriptedExecutor()
    results = conduct(store, store.create(definition()), executor)
    assert results.study.state is StudyState.COMPLETE
    assert results.study.task == TASK
    judged = {stage.stage: stage.verdict.outcome for stage in results.stages if stage.verdict}
    assert judged == dict.fromkeys(StageName, Outcome.PASS)
    assert len(executor.trained) == len(set(executor.trained)) == len(results.trials)


@pytest.mark.parametrize("stops", [(0,), (1, 3), (12, 7, 9), (25, 1, 1, 1, 2)])
def test_an_interrupted_study_takes_the_same_way_and_trains_nothing_twice(stops: tuple[int, ...]) -> None:
    reference = MemoryStore()
    undisturbed = conduct(reference, reference.create(definition()), ScriptedExecutor())
    store = MemoryStore()
    study = store.create(definition())
    trained = []
    for stop_after in stops:
        executor = ScriptedExecutor(stop_after=stop_after)
        with pytest.raises(KeyboardInterrupt):
            conduct(store, study, executor)
        assert store.results(study.id).study.state is StudyState.INTERRUPTED
        trained += executor.trained
    last = ScriptedExecutor()
    results = conduct(store, study, last)
    assert table(results) == table(undisturbed)
    assert [s.verdict for s in results.stages] == [s.verdict for s in undisturbed.stages]
    assert sorted(trained + last.trained) == sorted({(t.stage, t.number) for t in undisturbed.trials})


def test_a_failed_stage_stops_the_study_before_the_search() -> None:
    store, executor = MemoryStore(), ScriptedExecutor(stuck)
    results = conduct(store, store.create(definition()), executor)
    assert results.study.state is StudyState.FAILED
    assert "overfit" in (results.study.reason or "")
    assert {trial.stage for trial in results.trials} == {StageName.INITIAL_LOSS, StageName.OVERFIT}


LEAK = Finding("HD302", Severity.ERROR, "half of the validation images are in training too")
DROPS = Finding("HP404", Severity.ERROR, "two passes differ", {}, "Let dropout depend on self.training.")
COPIES = Finding("HD304", Severity.INFO, "some training images are copies of others")


@pytest.mark.parametrize("skip", [False, True])
def test_data_with_errors_stop_a_study_before_anything_is_trained(skip: bool) -> None:
    store, executor = MemoryStore(), ScriptedExecutor()
    study = store.create(definition(initial_loss={"skip": skip}))
    results = Conductor(store, executor, Silent(), "me").conduct(study, TASK, (LEAK, COPIES))
    assert (results.study.state, executor.trained) == (StudyState.FAILED, [])
    assert LEAK.message in (results.study.reason or "")
    (stage,) = results.stages
    assert stage.verdict is not None
    assert (stage.stage, stage.verdict.findings) == (StageName.INITIAL_LOSS, (LEAK, COPIES))
    assert (stage.planned, results.trials) == (0, ())  # nothing waits for what will never run


def test_what_is_wrong_with_the_data_can_be_overridden_and_is_told_once() -> None:
    store = MemoryStore()
    study = store.create(definition(initial_loss={"override": True}))
    for stop_after in (1, 7, None):
        executor = ScriptedExecutor() if stop_after is None else ScriptedExecutor(stop_after=stop_after)
        with nullcontext() if stop_after is None else pytest.raises(KeyboardInterrupt):
            Conductor(store, executor, Silent(), "me").conduct(study, TASK, (LEAK, COPIES))
    results = store.results(study.id)
    assert results.study.state is StudyState.COMPLETE
    verdict = results.stages[0].verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.findings[:2]) == (Outcome.OVERRIDDEN, (LEAK, COPIES))
    assert [stage.stage for stage in results.stages if stage.verdict and LEAK in stage.verdict.findings] == [
        StageName.INITIAL_LOSS
    ]
    assert verdict.findings.count(LEAK) == 1


def test_data_are_checked_until_the_first_stage_is_judged_and_never_again() -> None:
    store, asked = MemoryStore(), list[bool]()
    study = store.create(definition())

    def load(check_data: bool) -> Loaded:
        asked.append(check_data)
        return Loaded(TASK, (COPIES,), (DROPS,)) if check_data else Loaded(TASK)

    for stop_after in (1, 7, None):
        executor = ScriptedExecutor() if stop_after is None else ScriptedExecutor(stop_after=stop_after)
        keeper = Keeper(store, obtain(store, study.id, "me", 15.0, Silent()), 15.0)
        with nullcontext() if stop_after is None else pytest.raises(KeyboardInterrupt):
            Conductor(store, executor, Silent(), "me").under(keeper, study, load)
    assert asked == [True, True, False]
    for found in (COPIES, replace(DROPS, severity=Severity.WARNING)):
        told = [one for one in store.results(study.id).stages if one.verdict and found in one.verdict.findings]
        assert [(one.stage, one.verdict and one.verdict.findings.count(found)) for one in told] == [
            (StageName.INITIAL_LOSS, 1)
        ]


def test_advice_is_told_with_the_first_stage_alone() -> None:
    """Whatever the definition chooses of it, and behind what the stage has found itself."""
    short = {"coarse": {"epochs": 1}, "fine": {"epochs": 1, "rounds": 2}}
    store = MemoryStore()
    results = conduct(store, store.create(definition(**short)), ScriptedExecutor())
    told = [(one.stage, code) for one in results.stages if one.verdict for code in codes(one.verdict) if "HP" in code]
    assert told == [(StageName.INITIAL_LOSS, "HP701")]
    ignored = definition(**short).model_copy(update={"advice": AdviceDefinition(ignore=("HP7",))})
    silent = conduct(other := MemoryStore(), other.create(ignored), ScriptedExecutor())
    assert not any("HP" in code for one in silent.stages if one.verdict for code in codes(one.verdict))


def test_what_the_forward_pass_does_wrong_is_a_warning_in_front_of_the_advice() -> None:
    store = MemoryStore()
    study = store.create(definition(coarse={"epochs": 1}, fine={"epochs": 1}))
    results = Conductor(store, ScriptedExecutor(), Silent(), "me").conduct(study, TASK, (), (DROPS,))
    assert results.study.state is StudyState.COMPLETE
    told = [(s.stage, one) for s in results.stages if s.verdict for one in s.verdict.findings if "HP" in one.code]
    assert told[0] == (StageName.INITIAL_LOSS, replace(DROPS, severity=Severity.WARNING))
    assert [one.code for _, one in told] == ["HP404", "HP701"]


def test_data_that_go_bad_before_the_first_verdict_stop_the_study() -> None:
    store = MemoryStore()
    study = store.create(definition())
    with pytest.raises(KeyboardInterrupt):
        conduct(store, study, ScriptedExecutor(stop_after=1))
    results = Conductor(store, ScriptedExecutor(), Silent(), "me").conduct(study, TASK, (LEAK,))
    assert results.study.state is StudyState.FAILED


def test_an_overridden_stage_says_so_and_the_study_goes_on() -> None:
    store = MemoryStore()
    results = conduct(store, store.create(definition(overfit={"override": True})), ScriptedExecutor(stuck))
    assert results.study.state is StudyState.COMPLETE
    outcomes = {stage.stage: stage.verdict.outcome for stage in results.stages if stage.verdict}
    assert outcomes[StageName.OVERFIT] is Outcome.OVERRIDDEN


def test_a_skipped_stage_has_a_verdict_and_no_trials() -> None:
    store = MemoryStore()
    study = store.create(definition(overfit={"skip": True}, lr_sweep={"skip": True}))
    results = conduct(store, study, ScriptedExecutor(stuck))
    outcomes = {stage.stage: stage.verdict.outcome for stage in results.stages if stage.verdict}
    assert results.study.state is StudyState.COMPLETE
    assert outcomes[StageName.OVERFIT] is outcomes[StageName.LR_SWEEP] is Outcome.SKIPPED
    assert not results.of_stage(StageName.OVERFIT)


def test_a_conductor_whose_study_was_taken_over_stops_and_changes_nothing() -> None:
    store = MemoryStore()
    study = store.create(definition())
    seen: list[TrialResult] = []

    def usurped(job: Any) -> TrialResult:
        if len(seen) == 4:
            assert store.seize(study.id, "me", "usurper", 60.0) is not None
        seen.append(learning(job))
        return replace(seen[-1], duration_s=1.0)

    with pytest.raises(LeaseLostError):
        conduct(store, study, ScriptedExecutor(usurped))
    results = store.results(study.id)
    assert results.study.state is StudyState.RUNNING
    assert sum(trial.result is not None for trial in results.trials) == 4
    assert store.holder(study.id) == "usurper"
