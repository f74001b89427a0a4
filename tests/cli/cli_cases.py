"""What the tests of the program share."""

import os
from collections.abc import Mapping
from pathlib import Path

from hpsearch.job import Budget, job_for
from hpsearch.results import StudyRecord
from hpsearch.space import LogUniform
from hpsearch.stage import StageName
from hpsearch.store.port import StudyStore
from hpsearch.study import StudyDefinition, StudyState
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, TrialResult, TrialState, failed
from hpsearch.verdict import Outcome, Verdict

ROOT = Path(__file__).parents[2]

TINY = """
name: tiny
data: {dataset: digits}
network: {name: convnet, depth: 1, width: 4}
optimizer: {weight_decay: 0.0}
recipe:
  initial_loss: {seeds: 2}
  overfit: {batches: 1}
  lr_sweep: {steps: 20, learning_rates: [1e-2, 1e-1]}
  coarse: {trials: 2, epochs: 1}
  fine: {trials: 2, epochs: 2, rounds: 1}
"""


def environment(home: Path, **more: str) -> Mapping[str, str]:
    """The environment of a process that uses ``home`` and finds this very package."""
    return {**os.environ, "HPSEARCH_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


DEFINITION = StudyDefinition.model_validate(
    {"name": "digits", "data": {"dataset": "digits"}, "network": {"name": "convnet"}}
)
TASK = Task("cross_entropy", (1, 8, 8), 10, 1079, 359, 359, (36,) * 9 + (35,))


def ended_study(store: StudyStore) -> StudyRecord:
    """A study with three coarse trials, one of which failed."""
    study = store.create(DEFINITION)
    end(store, study.id)
    return store.named(study.name)


def end(store: StudyStore, study_id: int, state: StudyState = StudyState.COMPLETE) -> None:
    """Plays the conductor of a study: three coarse trials, one of which fails, and a verdict."""
    lease = store.claim(study_id, "test", 60)
    assert lease is not None
    store.set_task(lease, TASK)
    space = {path: LogUniform(1e-6, 1.0) for path in DEFINITION.space}
    jobs = [
        job_for(DEFINITION, StageName.COARSE, number, dict.fromkeys(space, 0.01 * (number + 1)), Budget(epochs=1))
        for number in range(3)
    ]
    store.start_round(lease, StageName.COARSE, 0, jobs, space)
    for job in jobs[:2]:
        accuracy = 0.9 + job.number / 100
        epochs = (EpochRecord(1, 1.0, 0.5, 0.5, accuracy),)
        result = TrialResult(job.stage, job.number, TrialState.COMPLETE, accuracy, 1, epochs=epochs, duration_s=1.0)
        store.save_results(lease, [result])
    store.save_results(lease, [failed(jobs[2], Failure.DIVERGED, "the loss became NaN in step 7")])
    store.save_verdict(lease, Verdict(StageName.COARSE, Outcome.PASS, "accuracy 91 %", best_trial=1))
    store.release(lease, state, None if state is StudyState.COMPLETE else "it was not to be")
