"""The command of every service of the compose file, run as it stands there with other addresses: they train a study."""

import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from hpsearch.access import Scope
from hpsearch.store.engine import open_engine
from hpsearch.store.keyring import Keyring
from tests.deploy.compose import command_of, compose
from tests.faults.api_process import free_port
from tests.faults.programs import program

STUDY = """
name: composed
data: {dataset: digits}
network: {name: convnet, depth: 2, width: 8, norm: batch}
recipe:
  initial_loss: {seeds: 2}
  overfit: {batches: 1}
  lr_sweep: {steps: 20, learning_rates: [1e-2, 1e-1]}
  coarse: {trials: 4, epochs: 1}
  fine: {skip: true}
"""
BIN = Path(sys.executable).parent


class Containers:
    """Starts services outside of containers: the same words, other addresses and folders."""

    def __init__(self, folder: Path, database_url: str, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.head, self.api = free_port(), free_port()
        written = {"ray_token": secrets.token_hex(32), "database_url": database_url}
        for name, content in written.items():
            (folder / name).write_text(content)

    def remove(self) -> None:
        """Ends whatever a service has left behind, as the end of its container would."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("HPSEARCH_HOME", "").startswith(str(self.folder)):
                    process.kill()

    def start(self, service: str, **more: str) -> None:
        log = self.folder / f"{service}.log"
        command = [self._moved(word) for word in command_of(service)]
        self._stack.enter_context(program(*command, environment={**self.environment(service), **more}, log=log))

    def healthy(self, service: str, seconds: float = 60) -> None:
        """Waits until the service's own health check passes."""
        test = [self._moved(word) for word in compose()["services"][service]["healthcheck"]["test"][1:]]
        until = time.monotonic() + seconds
        while True:
            checked = subprocess.run(test, env=self.environment(service), capture_output=True, text=True, check=False)
            if checked.returncode == 0:
                return
            assert time.monotonic() < until, f"{service}: {checked.stderr}\n{self.log(service)}"
            time.sleep(0.5)

    def joined(self, service: str, seconds: float = 60) -> None:
        """Waits until the service's node is up: two that start at once in one folder of logs can end each other, as
        they cannot within containers of their own."""
        until = time.monotonic() + seconds
        while "Ray runtime started" not in (self.folder / f"{service}.log").read_text(errors="replace"):
            assert time.monotonic() < until, self.log(service)
            time.sleep(0.1)

    def environment(self, service: str) -> dict[str, str]:
        content: Mapping[str, str] = compose()["services"][service].get("environment", {})
        given = {name: self._moved(str(value)) for name, value in content.items() if "${" not in str(value)}
        (self.folder / service).mkdir(exist_ok=True)
        return {**given, "HPSEARCH_HOME": str(self.folder / service), "PATH": f"{BIN}:/usr/bin:/bin"}

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(errors="replace")[-2000:]

    def _moved(self, word: str) -> str:
        """The word with what is only right within the containers replaced."""
        for inside, outside in (
            ("ray-head:6379", f"127.0.0.1:{self.head}"),
            ("localhost:6379", f"127.0.0.1:{self.head}"),
            ("--port=6379", f"--port={self.head}"),
            ("0.0.0.0", "127.0.0.1"),  # noqa: S104  (it is what is replaced)
            ("127.0.0.1:8000", f"127.0.0.1:{self.api}"),
            ("/run/secrets", str(self.folder)),
        ):
            word = word.replace(inside, outside)
        return str(self.api) if word == "8000" else word


@pytest.mark.timeout(600)
def test_the_services_start_in_their_order_and_train_a_study(database_url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        containers = Containers(Path(folder), database_url, stack)
        stack.callback(containers.remove)
        engine = open_engine(database_url)
        stack.callback(engine.dispose)
        _, secret = Keyring(engine).create("ada", "test", frozenset({Scope.READ, Scope.SUBMIT}))
        containers.start("ray-head", RAY_TMPDIR=folder)
        containers.healthy("ray-head")
        containers.joined("ray-head")
        containers.start("ray-worker")
        containers.healthy("ray-worker")
        containers.joined("ray-worker")
        containers.start("conductor")
        containers.start("api")
        containers.healthy("api")
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{containers.api}", headers={"Authorization": f"Bearer {secret}"}, timeout=30
        )
        stack.enter_context(client)
        made = client.post("/v1/studies", content=STUDY, headers={"Content-Type": "application/yaml"})
        assert made.status_code == 201, made.text
        until = time.monotonic() + 400
        # A conductor that is there before the cluster knows of its worker gives the study back and tries again.
        going = ("waiting", "running", "interrupted")
        while (state := client.get(made.headers["Location"]).json()["study"]["state"]) in going:
            assert time.monotonic() < until, containers.log("conductor")
            time.sleep(1)
        status = client.get(made.headers["Location"]).json()
        assert state == "complete", json.dumps(status["study"]) + containers.log("conductor")
        assert [stage["planned"] for stage in status["stages"] if stage["name"] == "coarse"] == [4]
