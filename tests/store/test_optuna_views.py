"""Stock Optuna reads the stages as studies of its own."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.study import StudyDirection
from optuna.trial import TrialState as State
from optuna_dashboard import get_note  # type: ignore[import-untyped]
from sqlalchemy import Engine

from hpsearch.space import LogUniform, Space
from hpsearch.stage import StageName
from hpsearch.store.engine import optuna_url
from hpsearch.store.postgres import PostgresStore
from hpsearch.trial import EpochRecord
from hpsearch.verdict import Outcome
from tests.store.optuna_reading import VALUES, Load, loading, searched
from tests.store.study_samples import (
    REGRESSION,
    SPACE,
    TASK,
    begun,
    broken,
    complete,
    jobs,
    point,
    started,
    stopped,
    verdict,
)


@pytest.fixture
def store(engine: Engine) -> PostgresStore:
    return PostgresStore(engine)


@pytest.fixture
def load(database_url: str) -> Iterator[Load]:
    with loading(database_url) as load_study:
        yield load_study


def test_the_public_way_to_load_a_study(store: PostgresStore, database_url: str) -> None:
    searched(store)
    study = optuna.load_study(study_name="digits/coarse", storage=optuna_url(database_url))
    assert study.best_value == 0.9
    assert optuna.get_all_study_names(study._storage) == ["digits/coarse"]
    study._storage._backend.engine.dispose()


def test_trials_have_their_states_values_and_parameters(store: PostgresStore, load: Load) -> None:
    lease = searched(store)
    store.save_verdict(lease, verdict(outcome=Outcome.OVERRIDDEN))
    study = load("digits/coarse")
    assert study.direction is StudyDirection.MAXIMIZE
    assert study.user_attrs == {
        "round 0": "overridden: Trial 1 is the best with 0.9.",
        "verdict": "overridden: Trial 1 is the best with 0.9.",
    }
    trials = study.trials
    assert [trial.number for trial in trials] == list(range(8))
    assert [trial.state for trial in trials] == [State.COMPLETE] * 5 + [State.FAIL, State.RUNNING, State.WAITING]
    assert [trial.value for trial in trials] == [*VALUES, None, None, None]
    assert [trial.params for trial in trials] == [point(number) for number in range(8)]
    for trial in trials:
        assert list(trial.params) == list(SPACE)
        assert [type(value) for value in trial.params.values()] == [
            type(value) for value in point(trial.number).values()
        ]
        assert trial.distributions == {
            "optimizer.learning_rate": FloatDistribution(1e-4, 1.0, log=True),
            "optimizer.momentum": FloatDistribution(0.0, 0.99),
            "network.depth": IntDistribution(1, 8),
            "network.width": CategoricalDistribution((16, 32)),
            "network.activation": CategoricalDistribution(("relu", "elu", None, True)),
            "data.batch_size": IntDistribution(32, 128),
        }
    assert study.best_trial.number == 1
    assert study.best_params == point(1)


def test_epochs_are_intermediate_values_and_failures_have_a_reason(store: PostgresStore, load: Load) -> None:
    searched(store)
    trials = load("digits/coarse").trials
    assert trials[1].intermediate_values == {1: 0.45, 2: 0.9}
    assert trials[1].user_attrs == {"round": 0, "best_epoch": 2}
    assert list(trials[5].intermediate_values) == [1]
    assert math.isnan(trials[5].intermediate_values[1])
    assert trials[5].user_attrs == {
        "round": 0,
        "failure": "diverged",
        "reason": "the loss became NaN in iteration 3",
    }


def test_stopped_trials_are_pruned_with_their_curve_and_never_the_best(store: PostgresStore, load: Load) -> None:
    lease = searched(store)
    store.save_results(lease, [stopped(jobs(count=8)[7], epochs=(EpochRecord(1, 2.0, 0.9, 0.1, 0.99),))])
    study = load("digits/coarse")
    trial = study.trials[7]
    assert (trial.state, trial.value) == (State.PRUNED, None)
    assert trial.intermediate_values == {1: 0.99}
    assert trial.user_attrs == {"round": 0, "reason": "stopped after epoch 1: 3rd of 3, the best 1 goes on"}
    assert study.best_trial.number == 1
    assert "7 of 8 trials have ended, 1 of them failed, 1 stopped early." in get_note(study)


def test_times_are_local_like_optunas_own(store: PostgresStore, load: Load) -> None:
    before = datetime.now()  # noqa: DTZ005 - Optuna's times are naive and local
    searched(store)
    trials = load("digits/coarse").trials
    for trial in trials:
        begun_at, ended_at = trial.datetime_start, trial.datetime_complete
        assert (begun_at is None) is (trial.state is State.WAITING)
        assert (ended_at is not None) is trial.state.is_finished()
        for time in (begun_at, ended_at):
            assert time is None or abs(time - before) < timedelta(minutes=5)
    assert trials[1].duration == timedelta(seconds=1.5)  # never marked as running: by its own clock


@pytest.mark.parametrize(
    ("stage", "sections", "task", "direction", "best"),
    [
        (StageName.COARSE, {}, TASK, StudyDirection.MAXIMIZE, 1),
        (StageName.FINE, {}, REGRESSION, StudyDirection.MINIMIZE, 3),
        (StageName.FINE, {"objective": {"metric": "val_loss"}}, TASK, StudyDirection.MINIMIZE, 3),
        (StageName.TEST, {"objective": {"metric": "val_accuracy"}}, TASK, StudyDirection.MAXIMIZE, 1),
    ],
)
def test_the_objective_decides_the_direction_and_the_curve(
    store: PostgresStore,
    load: Load,
    stage: StageName,
    sections: dict[str, Any],
    task: Any,
    direction: StudyDirection,
    best: int,
) -> None:
    store.set_task(searched(store, stage, **sections), task)
    study = load(f"digits/{stage}")
    assert study.direction is direction
    assert study.best_trial.number == best
    curve = {1: 2.1, 2: 1.5} if direction is StudyDirection.MINIMIZE else {1: 0.45, 2: 0.9}
    assert study.trials[1].intermediate_values == curve


@pytest.mark.parametrize("stage", [StageName.INITIAL_LOSS, StageName.OVERFIT, StageName.LR_SWEEP])
def test_sanity_stages_show_the_training_loss(store: PostgresStore, load: Load, stage: StageName) -> None:
    lease = begun(store)
    planned = jobs(stage, 6)
    started(store, lease, planned)
    losses = [(2.0, 1.0), (2.0, 0.5), (2.0, math.inf), (), (2.0, math.nan)]
    for job, curve in zip(planned, losses, strict=False):
        store.save_results(
            lease, [complete(job, value=None, best_epoch=None, epochs=(), step_losses=curve, learned=True)]
        )
    store.save_results(lease, [broken(planned[5])])
    study = load(f"digits/{stage}")
    assert study.direction is StudyDirection.MINIMIZE
    assert [trial.value for trial in study.trials] == [1.0, 0.5, math.inf, None, None, None]
    assert study.trials[0].intermediate_values == {0: 2.0, 1: 1.0}
    assert str(study.trials[5].intermediate_values) == "{0: 2.5, 1: inf, 2: nan}"
    assert study.trials[0].user_attrs == {"round": 0, "learned": True}
    assert study.best_trial.number == 1


def test_infinite_curves_of_both_signs(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    planned = jobs()
    started(store, lease, planned)
    epochs = tuple(
        EpochRecord(i + 1, 0.0, None, 0.0, value) for i, value in enumerate((-math.inf, None, math.inf, 0.5))
    )
    store.save_results(lease, [complete(planned[0], epochs=epochs)])
    assert load("digits/coarse").trials[0].intermediate_values == {1: -math.inf, 3: math.inf, 4: 0.5}


def test_rounds_of_a_stage_are_one_study(store: PostgresStore, load: Load) -> None:
    lease = begun(store)
    narrow: Space = {**SPACE, "optimizer.learning_rate": LogUniform(1e-2, 10.0)}
    for number, space in enumerate((SPACE, narrow)):
        planned = jobs(StageName.FINE, 3, first=3 * number)
        started(store, lease, planned, number, space)
        for job in planned:
            store.save_results(lease, [complete(job, 0.1 * (job.number + 1), test_loss=0.3, test_accuracy=0.9)])
        store.save_verdict(lease, verdict(StageName.FINE, number, summary=f"summary {number}"))
    study = load("digits/fine")
    assert [trial.user_attrs["round"] for trial in study.trials] == [0, 0, 0, 1, 1, 1]
    assert study.trials[0].user_attrs["test_accuracy"] == 0.9
    assert study.user_attrs == {
        "round 0": "pass: summary 0",
        "round 1": "pass: summary 1",
        "verdict": "pass: summary 1",
    }
    rates = {trial.distributions["optimizer.learning_rate"] for trial in study.trials}
    assert rates == {FloatDistribution(1e-4, 10.0, log=True)}


def test_a_reader_sees_the_study_grow(store: PostgresStore, load: Load) -> None:
    """Optuna keeps what it has read of finished trials and asks for the rest by number."""
    lease = begun(store)
    planned = jobs(count=4)
    started(store, lease, planned)
    study = load("digits/coarse")
    assert [trial.state for trial in study.trials] == [State.WAITING] * 4
    store.save_results(lease, [complete(planned[2])])
    store.start_trials(lease, StageName.COARSE, [0])
    assert [trial.state for trial in study.trials] == [State.RUNNING, State.WAITING, State.COMPLETE, State.WAITING]
    for job in planned:
        store.save_results(lease, [complete(job)])
    started(store, lease, jobs(count=2, first=4), round_number=1)
    assert [trial.state for trial in study.trials] == [State.COMPLETE] * 4 + [State.WAITING] * 2


def test_what_was_running_waits_when_nobody_works_on_it(store: PostgresStore, load: Load) -> None:
    lease = searched(store)
    assert load("digits/coarse").trials[6].state is State.RUNNING
    assert store.seize(lease.study_id, "me", "heir", 60) is not None
    assert load("digits/coarse").trials[6].state is State.WAITING


def test_studies_are_listed_with_their_names(store: PostgresStore, load: Load) -> None:
    searched(store)
    searched(store, StageName.FINE)
    study = load("digits-2/fine")
    listed = study._storage.get_all_studies()
    assert [one.study_name for one in listed] == ["digits/coarse", "digits-2/fine"]
    for one in listed:
        trials = study._storage._backend.get_all_trials(one._study_id)  # in the order of their ids
        assert [trial.number for trial in trials] == list(range(8))
