"""Halving with real trainings and a real database: interrupted anywhere, nothing of the result changes."""

import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState as State
from sqlalchemy import Engine, text

from hpsearch.cohort import Cohort
from hpsearch.conductor.conduct import Conductor
from hpsearch.conductor.observer import Silent
from hpsearch.executors.in_process import InProcessExecutor
from hpsearch.executors.port import Arrivals
from hpsearch.preflight.check import check_definition
from hpsearch.results import StudyResults
from hpsearch.stage import StageName
from hpsearch.store.engine import optuna_url
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import StudyDefinition, StudyState
from hpsearch.trial import TrialState
from tests.store.invariants import INVARIANTS

DEFINITION = StudyDefinition.model_validate(
    {
        "name": "halved",
        "data": {"dataset": "digits", "batch_size": 128},
        "network": {"name": "convnet", "depth": 1, "width": 4, "dropout": {"uniform": [0, 0.3]}},
        "recipe": {
            "initial_loss": {"skip": True},
            "overfit": {"skip": True},
            "lr_sweep": {"skip": True},
            "coarse": {"trials": 7, "epochs": 5, "halving": {"from_epoch": 1, "keep": 0.5}},
            "fine": {"skip": True},
        },
    }
)


class Interrupted(InProcessExecutor):
    """Stops after so many results, like Ctrl-C; remembers how far each job was to train."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__()
        self.stop_after = stop_after
        self.trained: list[tuple[int, int | None]] = []

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        budgets = {job.number: job.budget.until_epoch for cohort in cohorts for job in cohort.jobs}
        for arrived in super().run(cohorts, turn=turn, at_most=at_most, halt=halt):
            for result in arrived.results:
                if self.stop_after is not None and len(self.trained) >= self.stop_after:
                    raise KeyboardInterrupt
                self.trained.append((result.number, budgets[result.number]))
            yield arrived


def conducted(store: PostgresStore, executor: Interrupted, study_id: int | None, folder: Path) -> StudyResults:
    study = store.create(DEFINITION) if study_id is None else store.results(study_id).study
    task = check_definition(DEFINITION).task
    return Conductor(store, executor, Silent(), "me", checkpoints=folder).conduct(study, task)


def table(results: StudyResults) -> list[Any]:
    return [(trial.stage, trial.number, trial.parameters, trial.result) for trial in results.trials]


@pytest.fixture
def store(engine: Engine) -> PostgresStore:
    return PostgresStore(engine)


def test_a_halved_study_and_its_interrupted_twins(store: PostgresStore, engine: Engine, tmp_path: Path) -> None:
    whole = conducted(store, Interrupted(), None, tmp_path)
    assert whole.study.state is StudyState.COMPLETE
    states = [trial.result.state for trial in whole.of_stage(StageName.COARSE) if trial.result]
    assert (states.count(TrialState.COMPLETE), states.count(TrialState.PRUNED)) == (1, 6)
    assert list(tmp_path.iterdir()) == []  # no checkpoint outlives its round
    for stop_after, rungs in ((3, {1, 2, 4, None}), (9, {2, 4, None}), (12, {4, None})):
        with pytest.raises(KeyboardInterrupt):
            conducted(store, Interrupted(stop_after), None, tmp_path)
        assert any(tmp_path.rglob("*.safetensors"))
        again = Interrupted()
        results = conducted(store, again, store.studies()[0].id, tmp_path)
        assert table(results) == table(whole)
        assert {until for _, until in again.trained} == rungs  # what was decided is not asked again
    with engine.connect() as connection:
        for what, query in INVARIANTS.items():
            assert connection.execute(text(query)).all() == [], what


def test_optuna_shows_what_was_stopped(store: PostgresStore, database_url: str, tmp_path: Path) -> None:
    results = conducted(store, Interrupted(), None, tmp_path)
    study = optuna.load_study(study_name="halved/coarse", storage=optuna_url(database_url))
    expected = {TrialState.COMPLETE: State.COMPLETE, TrialState.PRUNED: State.PRUNED}
    for trial, record in zip(study.trials, results.of_stage(StageName.COARSE), strict=True):
        assert record.result is not None
        assert trial.state is expected[record.result.state]
        assert len(trial.intermediate_values) == len(record.result.epochs)
    assert study.best_trial.state is State.COMPLETE
    study._storage._backend.engine.dispose()
