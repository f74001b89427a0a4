"""A machine of a Ray cluster dies in the middle of a stage: its trials are trained on another one."""

import random
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil

from tests.faults.api_process import free_port
from tests.faults.figures import Figures
from tests.faults.forks import wait_until
from tests.faults.programs import conductor, program
from tests.faults.ray_study import ray_definition
from tests.faults.ray_trials_killed import ray_twin
from tests.faults.service import Service


def ray_nodes_killed(service: Service, dose: int, seed: int) -> Figures:
    """``dose`` nodes are killed with all that runs on them; a new one joins each time."""
    figures, chance, began_s = Figures("Ray node killed mid-stage", seed), random.Random(seed), time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True)))
        cluster = Cluster(folder, stack)
        joined = {**cluster.environment, "HPSEARCH_RAY_ADDRESS": cluster.address}
        stack.enter_context(conductor(service.url, folder, **joined))
        twin = ray_twin(service)
        while figures.faults < dose:
            study_id = service.desk.submit(service.key, ray_definition(), None).study.id
            wait_until(lambda study=study_id: service.is_held(study), 60, "the study is claimed")
            time.sleep(chance.uniform(2, 8))
            if not service.has_ended(study_id):
                cluster.kill_a_node()
                figures.faults += 1
                cluster.add_node()
            wait_until(lambda study=study_id: service.has_ended(study), 300, "the study ends")
            figures.violations += service.offences()
            service.judge(figures, study_id, twin)
    figures.duration_s = time.monotonic() - began_s
    return figures


class Cluster:
    """A head that trains nothing and two nodes with one core each, all on this machine."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self.address = f"127.0.0.1:{free_port()}"
        self.environment = {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1",
        }
        self._nodes: list[psutil.Process] = []
        port = self.address.rpartition(":")[2]
        self._start("--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false", f"--temp-dir={folder}/ray")
        for _ in range(2):
            self.add_node()

    def add_node(self) -> None:
        """One more machine."""
        self._nodes.append(self._start(f"--address={self.address}", "--num-cpus=1"))

    def kill_a_node(self) -> None:
        """SIGKILL to everything of the oldest one."""
        node = self._nodes.pop(0)
        for process in [node, *node.children(recursive=True)]:
            process.kill()

    def _start(self, *arguments: str) -> psutil.Process:
        ray = str(Path(sys.executable).with_name("ray"))
        command = (
            ray,
            "start",
            "--block",
            "--node-ip-address=127.0.0.1",
            "--object-store-memory=100000000",
            *arguments,
        )
        log = self._folder / "ray.log"
        started = self._stack.enter_context(program(*command, environment=self.environment, log=log))
        time.sleep(3)
        return psutil.Process(started.pid)
