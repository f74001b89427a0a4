"""Studies to measure with: real ones through the store, filled up to any size by one statement."""

import json
import math
from typing import Any

from sqlalchemy import Engine, text

from hpsearch.access import Key
from hpsearch.job import Budget, Job, job_for
from hpsearch.search.sampling import points
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.port import Lease
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, LayerScale, TrialResult, TrialState

TASK = Task("cross_entropy", (1, 8, 8), 10, 1100, 340, 357, (34,) * 10)
HOUR_S = 3600.0
EPOCHS = 10
STAGE = StageName.COARSE

DOCUMENT: dict[str, Any] = {
    "data": {"dataset": "digits"},
    "network": {"name": "convnet", "width": {"choice": [16, 32]}},
    "optimizer": {
        "learning_rate": {"log_uniform": [1e-3, 1.0]},
        "weight_decay": {"log_uniform": [1e-6, 1e-2]},
    },
    "recipe": {"coarse": {"trials": 100, "epochs": EPOCHS}},
}


def definition(name: str) -> StudyDefinition:
    """A search over three parameters."""
    return StudyDefinition.model_validate({"name": name, **DOCUMENT})


def body(name: str) -> bytes:
    """The same as it is submitted."""
    return json.dumps({"name": name, **DOCUMENT}).encode()


def begun(engine: Engine, key: Key, name: str, trials: int) -> tuple[Lease, list[Job]]:
    """A submitted study that is worked on for an hour, with so many trials that wait."""
    study = StudyDesk(engine).submit(key, definition(name)).study
    store = PostgresStore(engine)
    lease = store.claim(study.id, "benchmark", HOUR_S)
    if lease is None:
        raise RuntimeError("somebody else has claimed the benchmark's study")
    store.set_task(lease, TASK)
    drawn = points(
        "random", study.definition.space, seed=0, stage=STAGE, round=0, first=0, count=trials, points_per_range=2
    )
    jobs = [job_for(study.definition, STAGE, i, point, Budget(epochs=EPOCHS)) for i, point in enumerate(drawn)]
    store.start_round(lease, STAGE, 0, jobs, study.definition.space)
    return lease, jobs


def result(job: Job) -> TrialResult:
    """What comes of a trial: ten epochs, a loss for each of 180 steps, five layers."""
    epochs = tuple(
        EpochRecord(epoch, 2 / epoch, 1 - 1 / (epoch + 1), 2.1 / epoch, 1 - 1.1 / (epoch + 1))
        for epoch in range(1, EPOCHS + 1)
    )
    return TrialResult(
        job.stage,
        job.number,
        TrialState.COMPLETE,
        value=0.9 + 0.1 * math.sin(job.number) ** 2,
        best_epoch=EPOCHS,
        epochs=epochs,
        step_losses=tuple(2.3 / (1 + step / 20) for step in range(180)),
        layers=tuple(LayerScale(f"conv{i}", "Conv2d", 0.0, 1.0, 0.5) for i in range(5)),
        duration_s=3.0,
    )


def study_of(engine: Engine, key: Key, trials: int) -> int:
    """A study in its coarse search: of 1,000 trials 970 are complete, 10 have failed and the last ones wait.

    A hundred trials come through the store; the others are copies of the first one with values of their own. Eight
    run.
    """
    lease, jobs = begun(engine, key, f"size-{trials}", 100)
    PostgresStore(engine).save_results(lease, [result(jobs[0])])
    last = trials * 98 // 100
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # nobody listens to these events
        for statement in (_COPY, _END, _FAIL, _RUN, _COUNT, _TELL):
            connection.execute(text(statement), {"study": lease.study_id, "trials": trials, "last": last})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return lease.study_id


_MINE = "stage_id = (SELECT id FROM hpsearch.stages WHERE study_id = :study)"
_COPY = f"""
    INSERT INTO hpsearch.trials (stage_id, round, number, parameters, weights_seed, order_seed)
    SELECT stage_id, round, n, json_build_object(
               'network.width', CASE n % 2 WHEN 0 THEN 16 ELSE 32 END,
               'optimizer.learning_rate', power(10, -3 * random()),
               'optimizer.weight_decay', power(10, -6 + 4 * random())), weights_seed + n, order_seed + n
    FROM hpsearch.trials, generate_series(100, :trials - 1) n WHERE {_MINE} AND number = 0
"""  # noqa: S608 - constants of this file, as below
_END = f"""
    UPDATE hpsearch.trials SET state = 'complete', value = 0.1 + 0.89 * random(), best_epoch = first.best_epoch,
        step_losses = first.step_losses, step_accuracies = first.step_accuracies,
        without_gradient = first.without_gradient, epochs = first.epochs, train_losses = first.train_losses,
        train_accuracies = first.train_accuracies, val_losses = first.val_losses,
        val_accuracies = first.val_accuracies, layers = first.layers, duration_s = 1 + 4 * random(),
        started_at = clock_timestamp() - interval '5 s', finished_at = clock_timestamp()
    FROM (SELECT * FROM hpsearch.trials WHERE {_MINE} AND number = 0) first
    WHERE trials.stage_id = first.stage_id AND trials.number BETWEEN 1 AND :last - 1
"""  # noqa: S608
_FAIL = f"""
    UPDATE hpsearch.trials SET state = 'failed', value = NULL, best_epoch = NULL, failure = 'diverged',
        reason = 'the loss became NaN in iteration 3'
    WHERE {_MINE} AND number BETWEEN 1 AND :last - 1 AND number % 98 = 97
"""  # noqa: S608
_RUN = f"""
    UPDATE hpsearch.trials SET state = 'running', started_at = clock_timestamp()
    WHERE {_MINE} AND number BETWEEN :last AND :last + 7
"""  # noqa: S608
_COUNT = f"""
    UPDATE hpsearch.rounds SET planned = :trials, complete = counted.complete, failed = counted.failed,
        duration_s = counted.duration_s
    FROM (SELECT count(*) FILTER (WHERE state = 'complete') AS complete,
                 count(*) FILTER (WHERE state = 'failed') AS failed, coalesce(sum(duration_s), 0) AS duration_s
          FROM hpsearch.trials WHERE {_MINE}) counted
    WHERE {_MINE}
"""  # noqa: S608
_TELL = f"""
    INSERT INTO hpsearch.events (study_id, kind, stage, number, detail)
    SELECT :study, 'trial', 'coarse', number, state FROM hpsearch.trials
    WHERE {_MINE} AND state IN ('complete', 'failed') AND number > 0 ORDER BY number
"""  # noqa: S608
