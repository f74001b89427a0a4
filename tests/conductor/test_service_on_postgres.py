"""The service on a real database: the queue, the bell, time limits, fair turns, and two services at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hpsearch.access import Key, Limits, Scope
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.service import ConductorService, Pace
from hpsearch.job import Job
from hpsearch.results import StudyResults
from hpsearch.store.bell import Bell
from hpsearch.store.desk import StudyDesk
from hpsearch.store.engine import open_engine
from hpsearch.store.keyring import Keyring
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.queue import StudyQueue
from hpsearch.study import ENDED, Resources, StudyDefinition, StudyState, Wish
from hpsearch.trial import TrialResult
from tests.conductor.scripted import TASK, ScriptedExecutor, learning
from tests.conductor.service_cases import PATIENCE_S, definition, wait_until

MANY = Limits(queued=1000, running=1000)
PATIENT = Pace(lease_s=3600.0, look_s=600.0)
"""Everything has to come by the bell."""


@dataclass
class Town:
    """A database with its users; any number of services."""

    url: str
    engine: Engine
    executors: list[ScriptedExecutor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk, self.store = StudyDesk(self.engine), PostgresStore(self.engine)

    def key(self, owner: str, limits: Limits = MANY) -> Key:
        return Keyring(self.engine).create(owner, "test", frozenset(Scope), limits)[0]

    def submit(self, key: Key, study: StudyDefinition) -> int:
        return self.desk.submit(key, study).study.id

    def results(self, study_id: int) -> StudyResults:
        return self.desk.results(None, study_id)

    def state(self, study_id: int) -> StudyState:
        return self.results(study_id).study.state

    @contextmanager
    def service(
        self,
        holder: str = "me",
        slots: int = 4,
        pace: Pace = PATIENT,
        make: Callable[[], ScriptedExecutor] = ScriptedExecutor,
    ) -> Iterator[ConductorService]:
        def executor() -> ScriptedExecutor:
            self.executors.append(make())
            return self.executors[-1]

        engine = open_engine(self.url)
        with Bell(self.url) as bell:
            service = ConductorService(
                PostgresStore(engine), StudyQueue(engine), bell, executor, lambda *_: Loaded(TASK),
                holder=holder, slots=slots, pace=pace,
            )  # fmt: skip
            thread = threading.Thread(target=service.run, daemon=True)
            thread.start()
            try:
                yield service
            finally:
                service.stop()
                thread.join(PATIENCE_S)
        engine.dispose()
        assert not thread.is_alive()


@pytest.fixture
def town(database_url: str, engine: Engine) -> Town:
    return Town(database_url, engine)


def table(results: StudyResults) -> list[tuple[Any, ...]]:
    return [(t.stage, t.round, t.number, t.parameters, t.result) for t in results.trials]


def small(seed: int) -> StudyDefinition:
    left_out = {name: {"skip": True} for name in ("overfit", "lr_sweep", "fine")}
    return definition(seed, coarse={"trials": 2}, **left_out)


def limited(seconds: float) -> StudyDefinition:
    return definition().model_copy(update={"resources": Resources(time_limit_s=seconds)})


def test_a_submitted_study_is_worked_on_at_once_and_cancelled_at_once(town: Town) -> None:
    def hold(job: Job) -> TrialResult:
        wait_until(lambda: town.executors[0].halted)
        return learning(job)

    key = town.key("ada")
    with town.service(make=lambda: ScriptedExecutor(hold)):
        study_id = town.submit(key, definition())
        wait_until(lambda: town.executors and town.executors[0].runs)
        assert town.executors[0].runs == [("ada", None)]
        town.desk.wish("ada", study_id, Wish.CANCEL)
        wait_until(lambda: town.executors[0].halted)
        wait_until(lambda: town.state(study_id) is StudyState.CANCELLED)
    assert all(trial.result is None for trial in town.results(study_id).trials)


def test_paused_and_resumed_the_table_is_that_of_an_undisturbed_twin(town: Town) -> None:
    key = town.key("ada")
    paused: list[int] = []

    def pause(count: int) -> None:
        if count in (3, 9) and count not in paused:
            paused.append(count)
            town.desk.wish(None, study_id, Wish.PAUSE)
            wait_until(lambda: town.executors[0].halted)

    with town.service(make=lambda: ScriptedExecutor(on_result=pause)):
        study_id = town.submit(key, definition())
        for times in (1, 2):
            wait_until(lambda: town.state(study_id) is StudyState.PAUSED)
            assert len(paused) == times
            town.desk.resume("ada", study_id)
        wait_until(lambda: town.state(study_id) is StudyState.COMPLETE)
    with town.service():
        twin = town.submit(key, definition())
        wait_until(lambda: town.state(twin) is StudyState.COMPLETE)
    assert table(town.results(study_id)) == table(town.results(twin))


def test_a_study_fails_when_its_time_is_up_and_says_where(town: Town) -> None:
    def hold(job: Job) -> TrialResult:
        wait_until(lambda: town.executors[0].halted)
        return learning(job)

    with town.service(make=lambda: ScriptedExecutor(hold)):
        study_id = town.submit(town.key("ada"), limited(0.4))
        wait_until(lambda: town.state(study_id) in ENDED)
    study = town.results(study_id).study
    assert study.state is StudyState.FAILED
    # A machine that has much else to do may not even come to the first stage in that time.
    begun = any(executor.runs for executor in town.executors)
    assert study.reason in {
        "time limit of 0.4 s reached in stage initial_loss",
        *(() if begun else ("time limit of 0.4 s reached before the first stage",)),
    }


def test_trials_that_train_are_running(town: Town) -> None:
    seen = []

    def look(_: int) -> None:
        if not seen:
            with town.engine.connect() as connection:
                seen.append(connection.execute(text("SELECT state FROM hpsearch.trials ORDER BY id")).scalars().all())

    with town.service(make=lambda: ScriptedExecutor(on_result=look)):
        study_id = town.submit(town.key("ada"), definition())
        wait_until(lambda: town.state(study_id) is StudyState.COMPLETE)
    assert "running" in seen[0]


def test_two_services_share_the_queue_and_nothing_is_trained_twice(town: Town) -> None:
    key, pace = town.key("ada"), replace(PATIENT, look_s=0.05)
    ids = [town.submit(key, definition(seed)) for seed in range(12)]
    with town.service("one", 3, pace), town.service("two", 3, pace):
        wait_until(lambda: all(town.state(study_id) in ENDED for study_id in ids))
    assert {town.state(study_id) for study_id in ids} == {StudyState.COMPLETE}
    seeds = [seed for executor in town.executors for seed in executor.seeds]
    planned = sum(len(town.results(study_id).trials) for study_id in ids)
    assert len(seeds) == planned


def test_an_owner_with_one_study_does_not_wait_for_the_thirty_of_another(town: Town) -> None:
    ada, bob = town.key("ada"), town.key("bob")
    many = [town.submit(ada, small(seed)) for seed in range(30)]
    one = town.submit(bob, small(99))
    taken = threading.Event()

    def hold(job: Job) -> TrialResult:
        assert taken.wait(PATIENCE_S)
        return learning(job)

    with town.service(slots=2, pace=replace(PATIENT, look_s=0.05), make=lambda: ScriptedExecutor(hold)):
        wait_until(lambda: town.state(one) is not StudyState.WAITING)
        assert sum(town.state(study_id) is not StudyState.WAITING for study_id in many) == 1
        taken.set()
        wait_until(lambda: town.state(one) is StudyState.COMPLETE)
        wait_until(lambda: all(town.state(study_id) is StudyState.COMPLETE for study_id in many))


def test_a_key_has_no_more_studies_worked_on_than_it_may(town: Town) -> None:
    most = []

    def count(_: int) -> None:
        with town.engine.connect() as connection:
            query = text("SELECT count(*) FROM hpsearch.studies WHERE state = 'running'")
            most.append(connection.execute(query).scalar_one())

    key = town.key("ada", Limits(running=1))
    ids = [town.submit(key, small(seed)) for seed in range(3)]
    with town.service(make=lambda: ScriptedExecutor(on_result=count)):
        wait_until(lambda: all(town.state(study_id) is StudyState.COMPLETE for study_id in ids))
    assert max(most) == 1


def test_a_service_that_lost_its_lease_finds_out_and_stops(town: Town) -> None:
    """As after SIGSTOP and SIGCONT: the lease has run out, and another has gone on meanwhile."""
    stopped, continued = threading.Event(), threading.Event()

    def stop(count: int) -> None:
        if count == 3:
            stopped.set()
            assert continued.wait(PATIENCE_S)

    key = town.key("ada")
    late = replace(PATIENT, lease_s=3600.0)  # it does not find out by a beat but by its next write
    with town.service("late", make=lambda: ScriptedExecutor(on_result=stop), pace=late):
        study_id = town.submit(key, definition())
        assert stopped.wait(PATIENCE_S)
        with town.engine.begin() as connection:
            connection.execute(text("UPDATE hpsearch.studies SET lease_until = clock_timestamp()"))
        with town.service("other", pace=replace(PATIENT, look_s=0.05)):
            wait_until(lambda: town.state(study_id) is StudyState.COMPLETE)
        before = table(town.results(study_id))
        continued.set()
        wait_until(lambda: town.executors[0].has_ended)
    assert len(town.executors[0].trained) == 3
    assert table(town.results(study_id)) == before
