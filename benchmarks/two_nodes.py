"""The same study by one machine's Ray, by a cluster of two nodes, and by one of which a node is killed in the middle.

Both nodes are on this machine. Each run has a conductor of its own on the same Postgres and trains in the arrangements
that the first one has recorded; all must end with the same table. Prints the seconds of each and their ratio to the
first.

    pip install -e '.[test]' && python -m benchmarks.two_nodes
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from hpsearch.store.embedded import EmbeddedPostgres
from tests.faults.programs import conductor
from tests.faults.ray_nodes_killed import Cluster
from tests.faults.ray_study import ray_definition
from tests.faults.service import Service, service
from tests.faults.study import Table, table

LONGEST_S = 900.0
SAME_ARRANGEMENTS = text(
    "INSERT INTO hpsearch.arrangements (study_id, stage, shape, members, stacked, memory_format, measured_for) "
    "SELECT :study, stage, shape, members, stacked, memory_format, measured_for "
    "FROM hpsearch.arrangements WHERE study_id = :first ON CONFLICT DO NOTHING"
)
ENDED_TRIALS = text(
    "SELECT count(*) FROM hpsearch.trials trial JOIN hpsearch.stages stage ON stage.id = trial.stage_id "
    "WHERE stage.study_id = :study AND trial.state NOT IN ('waiting', 'running')"
)
RUNS = ("one machine, 2 workers", "two nodes", "two nodes, one killed in the middle")


class Runs:
    """Studies of one service, all of the same definition."""

    def __init__(self, running: Service) -> None:
        self._service = running
        self._first: int | None = None
        self.tables: list[Table] = []

    def seconds(self, cluster: Cluster | None = None) -> float:
        """Of one study from its submission to its end, on warm workers; of ``cluster`` a node is killed when half of
        the trials have ended."""
        running, killed = self._service, False
        began = time.monotonic()
        study = running.desk.submit(running.key, ray_definition(), None).study.id
        if self._first is None:
            self._first = study
        else:
            with running.engine.begin() as connection:
                connection.execute(SAME_ARRANGEMENTS, {"study": study, "first": self._first})
        while not running.has_ended(study):
            passed_s = time.monotonic() - began
            if passed_s > LONGEST_S:
                raise SystemExit(f"study {study} has not ended after {passed_s:.0f} s")
            if cluster is not None and not killed and 2 * self._ended(study) >= self._ended(self._first):
                cluster.kill_a_node()
                killed = True
            time.sleep(0.05)
        if cluster is not None and not killed:
            raise SystemExit("the study ended before a node could be killed")
        self.tables.append(table(running.engine, study))
        return time.monotonic() - began

    def _ended(self, study: int) -> int:
        """Trials that have ended."""
        with self._service.engine.connect() as connection:
            ended: int = connection.execute(ENDED_TRIALS, {"study": study}).scalar_one()
        return ended


@contextmanager
def at_work(running: Service, cluster: Cluster | None, folder: Path) -> Iterator[None]:
    """A conductor, on the cluster if there is one."""
    joined = {} if cluster is None else {**cluster.environment, "HPSEARCH_RAY_ADDRESS": cluster.address}
    home = folder / "home"
    home.mkdir(exist_ok=True)
    with conductor(running.url, home, **joined):
        yield


def one_round(running: Service, runs: Runs, folder: Path) -> list[float]:
    """Seconds of the three runs."""
    with at_work(running, None, folder):
        runs.seconds()  # until then there are no workers
        alone_s = runs.seconds()
    with ExitStack() as stack:
        cluster = Cluster(folder, stack)
        stack.enter_context(at_work(running, cluster, folder))
        runs.seconds()
        together_s = runs.seconds()
        return [alone_s, together_s, runs.seconds(cluster)]


def main() -> int:
    """Runs the rounds and prints the table; the exit code is 1 if tables of results differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "ray"))
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}", flush=True)
    found: list[list[float]] = []
    with (
        tempfile.TemporaryDirectory(prefix="hps-") as home,
        EmbeddedPostgres(Path(home)) as server,
        service(server.url) as running,
    ):
        runs = Runs(running)
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as folder:
                found.append(one_round(running, runs, Path(folder)))
            print("  " + ", ".join(f"{seconds:.1f} s" for seconds in found[-1]), file=sys.stderr, flush=True)
    tables = f"{len(runs.tables)} studies, {len(set(runs.tables))} different tables of results"
    print(f"\n{options.rounds} rounds; {tables}\n")
    print("| run | seconds, median | time / one machine's: median (min … max) |\n|---|---|---|")
    for number, name in enumerate(RUNS):
        ratios = [one[number] / one[0] for one in found]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f})"
        print(f"| {name} | {statistics.median(one[number] for one in found):.1f} | {ratio} |")
    return 0 if len(set(runs.tables)) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
