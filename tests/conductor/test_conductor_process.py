"""``hpsearch conductor`` as a process with real workers: from the first study to a signal, and what is left of it."""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hpsearch.access import Key, Scope
from hpsearch.results import StudyResults
from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.store.keyring import Keyring
from hpsearch.study import StudyDefinition, StudyState, Wish
from tests.executors.test_ray_process import DEADLINE_S, Program, program, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
COMMAND = ("-c", "from hpsearch.cli.conductor import conductor; conductor()")
IDLE = """
import os, signal, sys, threading, time
from hpsearch.cli.conductor import conductor
def look():
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        time.sleep(0.05)
    time.sleep(1.0)
    print(sorted({name.partition('.')[0] for name in sys.modules} & {'torch', 'ray', 'optuna', 'scipy', 'numpy'}))
    sys.stdout.flush()
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=look).start()
conductor([])
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class Users:
    def __init__(self, engine: Engine) -> None:
        self.desk = StudyDesk(engine)
        self.key: Key = Keyring(engine).create("ada", "test", frozenset(Scope))[0]

    def submit(self, epochs: int) -> int:
        left_out = {name: {"skip": True} for name in ("overfit", "lr_sweep", "fine")}
        recipe = {**left_out, "coarse": {"trials": 2, "epochs": epochs}}
        study = {
            "data": {"dataset": "digits"},
            "network": {"name": "convnet", "depth": 1, "width": 4},
            "recipe": recipe,
        }
        return self.desk.submit(self.key, StudyDefinition.model_validate(study)).study.id

    def results(self, study_id: int) -> StudyResults:
        return self.desk.results(None, study_id)

    def state(self, study_id: int) -> StudyState:
        return self.results(study_id).study.state


def training(conductor: Program) -> list[int]:
    """Its worker processes."""
    found = []
    for process in conductor.family():
        with suppress(OSError):
            if Path(f"/proc/{process}/cmdline").read_bytes().startswith(b"ray::OrderTrainable"):
                found.append(process)
    return found


def lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


@pytest.mark.timeout(400)
def test_from_the_first_study_to_the_last_signal(home: Path, database_url: str, engine: Engine) -> None:
    users = Users(engine)
    with program(*COMMAND, "--workers", "1", HPSEARCH_HOME=str(home), HPSEARCH_DATABASE_URL=database_url) as conductor:
        first = users.submit(epochs=1)
        wait_until(lambda: users.state(first) is StudyState.COMPLETE)
        wait_until(lambda: len(conductor.family()) == 1)  # Ray is gone again

        cancelled = users.submit(epochs=100_000)
        wait_until(lambda: len(training(conductor)) == 1 and bool(users.results(cancelled).of_stage(StageName.COARSE)))
        workers = training(conductor)
        users.desk.wish("ada", cancelled, Wish.CANCEL)
        wait_until(lambda: users.state(cancelled) is StudyState.CANCELLED and not any(map(lives, workers)))

        stopped = users.submit(epochs=100_000)
        wait_until(lambda: len(training(conductor)) == 1)
        conductor.process.terminate()
        _, log = conductor.process.communicate(timeout=DEADLINE_S)
        assert conductor.process.returncode == 0
        wait_until(lambda: not conductor.family())
    study = users.results(stopped).study
    assert (study.state, study.reason) == (StudyState.INTERRUPTED, "the service stopped")
    lines = [json.loads(line) for line in log.splitlines()]
    assert all({"time", "level", "event"} <= set(line) for line in lines)
    assert [line["study"] for line in lines if line["event"] == "study_claimed"] == [first, cancelled, stopped]
    assert [line["state"] for line in lines if line["event"] == "study_released"] == [
        "complete", "cancelled", "interrupted",
    ]  # fmt: skip
    assert database_url not in log


@pytest.mark.timeout(200)
def test_a_conductor_with_nothing_to_do_has_neither_torch_nor_ray(home: Path, database_url: str) -> None:
    with program("-c", IDLE, HPSEARCH_HOME=str(home), HPSEARCH_DATABASE_URL=database_url) as conductor:
        assert conductor.line() == "[]"
        assert conductor.process.communicate("\n", timeout=DEADLINE_S)[0] == ""
        assert conductor.process.returncode == 0


@pytest.mark.timeout(200)
def test_a_second_signal_does_not_wait(home: Path, database_url: str, engine: Engine) -> None:
    users = Users(engine)
    with program(*COMMAND, "--workers", "1", HPSEARCH_HOME=str(home), HPSEARCH_DATABASE_URL=database_url) as conductor:
        users.submit(epochs=100_000)
        wait_until(lambda: len(training(conductor)) == 1)
        for sent in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):  # it sees both at once
            os.kill(conductor.process.pid, sent)
        conductor.process.communicate(timeout=DEADLINE_S)
        assert conductor.process.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM)
        wait_until(lambda: not conductor.family())
