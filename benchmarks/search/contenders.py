"""The programs that search. Each gives the best validation accuracy that it found."""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.search.task import LEARNING_RATE, WEIGHT_DECAY, PlainTraining, definition

if TYPE_CHECKING:
    import optuna


def bare(trials: int, epochs: int) -> float:
    """One process, all cores as threads of torch, one training after the other, nothing recorded."""
    from hpsearch.search.sampling import points
    from hpsearch.stage import StageName
    from hpsearch.study import StudyDefinition

    study = StudyDefinition.model_validate(definition(trials, epochs, 0))
    at = {"seed": study.seed, "stage": StageName.COARSE, "round": 0}
    drawn = points("random", study.space, **at, first=0, count=trials, points_per_range=2)
    train = PlainTraining(epochs, os.cpu_count() or 1)
    return max(
        train(float(p["optimizer.learning_rate"] or 0), float(p["optimizer.weight_decay"] or 0), i)
        for i, p in enumerate(drawn)
    )


def optuna_loop(trials: int, epochs: int) -> float:
    """``study.optimize`` in one process, in memory."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(_objective(PlainTraining(epochs, os.cpu_count() or 1)), n_trials=trials)
    return study.best_value


def optuna_together(trials: int, epochs: int, processes: int) -> float:
    """The same in several processes with one thread each, which share a study as Optuna recommends it on one machine:
    through a journal file."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/journal"
        storage = optuna.storages.JournalStorage(JournalFileBackend(file))
        optuna.create_study(study_name="benchmark", storage=storage, direction="maximize")
        context = multiprocessing.get_context("spawn")
        shares = [trials * (number + 1) // processes - trials * number // processes for number in range(processes)]
        started = [
            context.Process(target=_optuna_share, args=(file, share, epochs, number))
            for number, share in enumerate(shares)
        ]
        for process in started:
            process.start()
        for process in started:
            process.join()
            if process.exitcode:
                raise SystemExit(f"a process of Optuna's ended with {process.exitcode}")
        return optuna.load_study(study_name="benchmark", storage=storage).best_value


def _optuna_share(file: str, trials: int, epochs: int, seed: int) -> None:
    import optuna
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.JournalStorage(JournalFileBackend(file))
    sampler = optuna.samplers.RandomSampler(seed=seed)
    study = optuna.load_study(study_name="benchmark", storage=storage, sampler=sampler)
    study.optimize(_objective(PlainTraining(epochs, 1)), n_trials=trials)


def _objective(train: PlainTraining) -> "Callable[[optuna.Trial], float]":
    def objective(trial: "optuna.Trial") -> float:
        rate = trial.suggest_float("learning_rate", *LEARNING_RATE, log=True)
        decay = trial.suggest_float("weight_decay", *WEIGHT_DECAY, log=True)
        return train(rate, decay, trial.number)

    return objective


def ray_tune(trials: int, epochs: int, reuse: bool) -> float:
    """Ray Tune with OptunaSearch, one trial per core at a time; ``reuse`` keeps the actors from trial to trial."""
    import optuna
    import ray
    from ray import tune
    from ray.tune.search.optuna import OptunaSearch

    class Training(tune.Trainable):
        def setup(self, config: dict[str, Any]) -> None:
            self.train_one = PlainTraining(epochs, 1)
            self.point = config

        def reset_config(self, new_config: dict[str, Any]) -> bool:
            self.point = new_config
            return True

        def step(self) -> dict[str, Any]:
            accuracy = self.train_one(self.point["learning_rate"], self.point["weight_decay"], 0)
            return {"accuracy": accuracy, "done": True}

        def save_checkpoint(self, checkpoint_dir: str) -> None:
            pass

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR", object_store_memory=200_000_000)
    with tempfile.TemporaryDirectory() as folder:
        tuner = tune.Tuner(
            tune.with_resources(Training, {"cpu": 1}),
            param_space={
                "learning_rate": tune.loguniform(*LEARNING_RATE),
                "weight_decay": tune.loguniform(*WEIGHT_DECAY),
            },
            tune_config=tune.TuneConfig(
                metric="accuracy",
                mode="max",
                num_samples=trials,
                search_alg=OptunaSearch(sampler=optuna.samplers.RandomSampler(seed=0)),
                reuse_actors=reuse,
            ),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        )
        best = tuner.fit().get_best_result().metrics
    ray.shutdown()
    return float((best or {})["accuracy"])


def by_hpsearch(trials: int, epochs: int) -> float:
    """``hpsearch run`` as a user starts it: a new home, embedded Postgres, local Ray, everything recorded."""
    with tempfile.TemporaryDirectory(prefix="hps") as folder:
        study = Path(folder, "study.yaml")
        study.write_text(json.dumps(definition(trials, epochs, 0)))
        done = subprocess.run(
            [sys.executable, "-m", "hpsearch.cli.main", "run", str(study), "--json"],
            env={**os.environ, "HPSEARCH_HOME": f"{folder}/home"},
            capture_output=True,
            text=True,
            check=True,
        )
        return float(json.loads(done.stdout)["best"]["val_accuracy"])


CONTENDERS: dict[str, Callable[[int, int], float]] = {
    "hpsearch": by_hpsearch,
    "bare loop, all cores": bare,
    "Optuna's loop": optuna_loop,
    "Optuna's loop in 2 processes": lambda trials, epochs: optuna_together(trials, epochs, 2),
    "Ray Tune + OptunaSearch": lambda trials, epochs: ray_tune(trials, epochs, reuse=False),
    "Ray Tune + OptunaSearch, reuse_actors": lambda trials, epochs: ray_tune(trials, epochs, reuse=True),
}
