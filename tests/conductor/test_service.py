"""The service in one process: takes studies, heeds wishes, survives what goes wrong in one, and leaves in order."""

import threading
from typing import Any

import pytest

from hpsearch.conductor.loaded import Loaded
from hpsearch.errors import DefinitionError, Problem, WorkerError
from hpsearch.finding import Finding, Severity
from hpsearch.results import StudyResults
from hpsearch.store.memory import MemoryStore
from hpsearch.study import StudyState, Wish
from hpsearch.trial import TrialResult
from tests.conductor.scripted import TASK, ScriptedExecutor, learning
from tests.conductor.service_cases import House, definition, wait_until


class Gate:
    """A script that stops from its ``at``-th result on until it is opened."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, job: Any) -> TrialResult:
        self.count += 1
        if self.count >= self.at:
            self.reached.set()
            assert self.opened.wait(60)
        return learning(job)


def table(results: StudyResults) -> list[tuple[Any, ...]]:
    return [(t.stage, t.round, t.number, t.parameters, t.result) for t in results.trials]


@pytest.fixture(scope="module")
def undisturbed() -> StudyResults:
    house = House()
    study = house.store.create(definition())
    with house.open():
        wait_until(lambda: house.state(study.id) is StudyState.COMPLETE)
    return house.store.results(study.id)


def test_studies_are_taken_as_they_come_and_completed() -> None:
    house = House()
    first = house.store.create(definition(0))
    with house.open():
        wait_until(lambda: house.state(first.id) is StudyState.COMPLETE)
        later = [house.store.create(definition(seed)) for seed in range(1, 8)]
        wait_until(lambda: all(house.state(study.id) is StudyState.COMPLETE for study in later))
    assert house.executors[0].runs[0] == ("local", None)


def test_no_more_studies_than_slots_at_the_same_time() -> None:
    gate = Gate(1)
    house = House(make=lambda: ScriptedExecutor(gate), slots=2)
    studies = [house.store.create(definition(seed)) for seed in range(3)]
    with house.open():
        wait_until(gate.reached.is_set)
        wait_until(lambda: house.state(studies[1].id) is not StudyState.WAITING)
        assert house.state(studies[2].id) is StudyState.WAITING
        gate.opened.set()
        wait_until(lambda: all(house.state(study.id) is StudyState.COMPLETE for study in studies))


@pytest.mark.parametrize("at", [1, 2, 6, 12, 20])
@pytest.mark.parametrize("wish", list(Wish))
def test_a_wish_takes_effect_at_once_in_every_stage(at: int, wish: Wish, undisturbed: StudyResults) -> None:
    gate = Gate(at)
    house = House(make=lambda: ScriptedExecutor(gate))
    study = house.store.create(definition())
    with house.open():
        wait_until(gate.reached.is_set)
        house.wish(study.id, wish)
        wait_until(lambda: house.executors[0].halted)  # by the bell: the next beat is ten seconds away
        gate.opened.set()
        wait_until(lambda: house.state(study.id) is wish.state)
    kept = [row for row in table(house.store.results(study.id)) if row[-1] is not None]
    whole = table(undisturbed)
    assert all(row in whole for row in kept)


def test_stopped_and_started_again_the_table_is_the_same(undisturbed: StudyResults) -> None:
    store = MemoryStore()
    study = store.create(definition())
    for at in (1, 3, 9):
        gate = Gate(at)
        house = House(store=store, make=lambda gate=gate: ScriptedExecutor(gate))  # type: ignore[misc]
        with house.open() as service:
            wait_until(gate.reached.is_set)
            service.stop()
            wait_until(lambda: all(keeper.cause is not None for _, keeper in service._active.values()))
            gate.opened.set()
        left = store.results(study.id).study
        assert (left.state, left.reason) == (StudyState.INTERRUPTED, "the service stopped")
    house = House(store=store)
    with house.open():
        wait_until(lambda: house.state(study.id) is StudyState.COMPLETE)
    assert table(store.results(study.id)) == table(undisturbed)


def test_a_study_that_does_not_stop_is_taken_from_its_thread() -> None:
    reading, done = threading.Event(), threading.Event()

    def read(*_: object) -> None:
        reading.set()
        done.wait(60)

    house = House(load=read)
    house.pace = type(house.pace)(lease_s=30.0, look_s=0.05, leaving_s=0.1)
    study = house.store.create(definition())
    with house.open():
        wait_until(reading.is_set)
    assert house.state(study.id) is StudyState.INTERRUPTED
    done.set()


def test_a_wrong_definition_fails_with_its_whole_text() -> None:
    problems = [Problem("data.path", "'x'", "there is no such file", "Correct it."), Problem("network", "", "b", "c")]

    def check(*_: object) -> None:
        raise DefinitionError(problems)

    house = House(load=check)
    study = house.store.create(definition())
    with house.open():
        wait_until(lambda: house.state(study.id) is StudyState.FAILED)
    assert house.store.results(study.id).study.reason == "\n".join(map(str, problems))
    assert house.executors == []


def test_data_with_errors_fail_their_study_before_there_are_workers() -> None:
    leak = Finding("HD302", Severity.ERROR, "half of the validation images are in training too")
    house = House(load=lambda *_: Loaded(TASK, (leak,)))
    study = house.store.create(definition())
    with house.open():
        wait_until(lambda: house.state(study.id) is StudyState.FAILED)
    results = house.store.results(study.id)
    assert [stage.verdict and stage.verdict.findings for stage in results.stages] == [(leak,)]
    assert house.executors == []


def test_an_error_that_nobody_foresaw_ends_its_study_and_nothing_else() -> None:
    def script(job: Any) -> TrialResult:
        if job.weights_seed in bad_seeds:
            raise ZeroDivisionError("a bug")
        return learning(job)

    house = House(make=lambda: ScriptedExecutor(script))
    bad, good = house.store.create(definition(1)), house.store.create(definition(2))
    reference = House()
    seen = reference.store.create(definition(1))
    with reference.open():
        wait_until(lambda: reference.state(seen.id) is StudyState.COMPLETE)
    bad_seeds = {reference.executors[0].seeds[0]}
    with house.open():
        wait_until(lambda: house.state(bad.id) is StudyState.FAILED)
        wait_until(lambda: house.state(good.id) is StudyState.COMPLETE)
    assert "ZeroDivisionError: a bug" in (house.store.results(bad.id).study.reason or "")


def test_workers_that_fail_interrupt_the_study_and_new_ones_are_made() -> None:
    made = []

    def make() -> ScriptedExecutor:
        made.append(ScriptedExecutor(broken if len(made) < 2 else learning))
        return made[-1]

    def broken(_: object) -> TrialResult:
        raise WorkerError("no room")

    house = House(make=make)
    house.pace = type(house.pace)(lease_s=30.0, look_s=0.05, idle_s=60.0, first_retry_s=0.01)
    study = house.store.create(definition())
    with house.open():
        wait_until(lambda: house.state(study.id) is StudyState.COMPLETE)
    assert [executor.closed for executor in made] == [1, 1, 1]


def test_idle_workers_are_given_back_and_come_again() -> None:
    house = House()
    first = house.store.create(definition(1))
    with house.open():
        wait_until(lambda: house.state(first.id) is StudyState.COMPLETE)
        wait_until(lambda: house.executors[0].closed == 1)
        second = house.store.create(definition(2))
        wait_until(lambda: house.state(second.id) is StudyState.COMPLETE)
    assert [executor.closed for executor in house.executors] == [1, 1]


def test_a_database_that_is_away_is_waited_for() -> None:
    house = House()
    house.queue.away = True
    study = house.store.create(definition())
    with house.open():
        wait_until(lambda: house.queue.looks > 3)
        house.queue.away = False
        wait_until(lambda: house.state(study.id) is StudyState.COMPLETE)


def test_a_study_that_another_has_taken_over_is_left_alone() -> None:
    gate = Gate(4)
    house = House(make=lambda: ScriptedExecutor(gate))
    study = house.store.create(definition())
    with house.open():
        wait_until(gate.reached.is_set)
        assert house.store.seize(study.id, "me", "usurper", 60.0) is not None
        gate.opened.set()
        wait_until(lambda: len(house.executors[0].trained) == 4)
        other = house.store.create(definition(1))
        wait_until(lambda: house.state(other.id) is StudyState.COMPLETE)
    assert house.store.holder(study.id) == "usurper"
    assert sum(trial.result is not None for trial in house.store.results(study.id).trials) == 3
