"""The same 64-trial random search on digits by hpsearch, Ray Tune with OptunaSearch, Optuna's loop and a bare loop.

Every contender trains the same network for the same number of epochs on the same split, at points drawn from the same
two log-uniform distributions, in a fresh process whose whole wall time counts (imports, start of services, search).
Prints the ratio of each contender's time to hpsearch's, from rounds in which all contenders take turns.

    pip install -e '.[test]' && python benchmarks/random_search.py
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

LEARNING_RATE = (1e-3, 1.0)
WEIGHT_DECAY = (1e-6, 1e-2)
NETWORK = {"depth": 3, "width": 16, "norm": "batch"}
BATCH_SIZE = 64


def definition(trials: int, epochs: int, seed: int) -> dict[str, Any]:
    """The search as a study: the coarse stage alone."""
    return {
        "name": "benchmark",
        "seed": seed,
        "data": {"dataset": "digits", "batch_size": BATCH_SIZE},
        "network": {"name": "convnet", **NETWORK},
        "optimizer": {
            "learning_rate": {"log_uniform": list(LEARNING_RATE)},
            "weight_decay": {"log_uniform": list(WEIGHT_DECAY)},
        },
        "recipe": {
            **{stage: {"skip": True} for stage in ("initial_loss", "overfit", "lr_sweep", "fine")},
            "coarse": {"trials": trials, "epochs": epochs},
        },
    }


class PlainTraining:
    """A hand-written training of one point, as a user of torch would write it around any search library."""

    def __init__(self, epochs: int, threads: int) -> None:
        import torch

        from hpsearch.data.loading import load_dataset
        from hpsearch.job import data_settings
        from hpsearch.study import StudyDefinition

        torch.set_num_threads(threads)
        study = StudyDefinition.model_validate(definition(1, epochs, 0))
        self.epochs, self.data = epochs, load_dataset(data_settings(study))

    def __call__(self, learning_rate: float, weight_decay: float, seed: int) -> float:
        import torch
        from torch.nn.functional import cross_entropy

        from hpsearch.job import NetworkSettings
        from hpsearch.networks.build import build_network

        task, train, held_out = self.data.task, self.data.train, self.data.validation
        network = build_network(NetworkSettings("convnet", None, NETWORK), task.input_shape, task.outputs, seed)
        optimizer = torch.optim.SGD(network.parameters(), learning_rate, momentum=0.9, weight_decay=weight_decay)
        best = 0.0
        for _ in range(self.epochs):
            network.train()
            for batch in torch.randperm(len(train.images)).split(BATCH_SIZE):
                optimizer.zero_grad()
                cross_entropy(network(train.images[batch]), train.targets[batch]).backward()
                optimizer.step()
            network.eval()
            with torch.inference_mode():
                right = (network(held_out.images).argmax(1) == held_out.targets).float().mean()
            best = max(best, float(right))
        return best


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
    train = PlainTraining(epochs, os.cpu_count() or 1)

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("learning_rate", *LEARNING_RATE, log=True)
        decay = trial.suggest_float("weight_decay", *WEIGHT_DECAY, log=True)
        return train(rate, decay, trial.number)

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=trials)
    return study.best_value


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


CONTENDERS = {
    "hpsearch": by_hpsearch,
    "bare loop, all cores": bare,
    "Optuna's loop": optuna_loop,
    "Ray Tune + OptunaSearch": lambda trials, epochs: ray_tune(trials, epochs, reuse=False),
    "Ray Tune + OptunaSearch, reuse_actors": lambda trials, epochs: ray_tune(trials, epochs, reuse=True),
}


def timed(contender: str, trials: int, epochs: int) -> tuple[float, float]:
    """Seconds of the whole process, and the best validation accuracy it found."""
    command = [sys.executable, __file__, "--trials", str(trials), "--epochs", str(epochs), "--only", contender]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{contender} failed:\n{done.stderr[-3000:]}")
    return seconds, float(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Runs the rounds and prints the table, or runs one contender for the parent process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=CONTENDERS)
    options = parser.parse_args()
    if options.only:
        print(CONTENDERS[options.only](options.trials, options.epochs))
        return
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "ray", "optuna"))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{options.trials} trials × {options.epochs} epochs, {options.rounds} rounds; {machine}, {packages}\n")
    seconds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    accuracy: dict[str, float] = {}
    for _ in range(options.rounds):
        for name in CONTENDERS:
            spent, accuracy[name] = timed(name, options.trials, options.epochs)
            seconds[name].append(spent)
            print(f"  {name}: {spent:.1f} s", file=sys.stderr)
    print("| contender | time / hpsearch's: median (min … max) | seconds, median | best val_accuracy |")
    print("|---|---|---|---|")
    for name, times in seconds.items():
        ratios = [mine / reference for mine, reference in zip(times, seconds["hpsearch"], strict=True)]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f})"
        print(f"| {name} | {ratio} | {statistics.median(times):.1f} | {accuracy[name]:.4f} |")


if __name__ == "__main__":
    main()
