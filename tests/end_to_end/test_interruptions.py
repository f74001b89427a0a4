"""The same study gives the same trials and the same best: one worker, two workers, or killed again and again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

STUDY = """
name: killed
seed: 7
data: {dataset: digits, batch_size: {choice: [32, 64]}}
network: {name: convnet, depth: 2, width: {choice: [4, 8]}, norm: batch}
recipe:
  initial_loss: {seeds: 3}
  overfit: {batches: 2}
  lr_sweep: {steps: 40, learning_rates: [1e-4, 1e-3, 1e-2, 1e-1]}
  coarse: {trials: 10, epochs: 2}
  fine: {trials: 5, epochs: 3, rounds: 2}
"""
KILLS = 5
SEED = int(os.environ.get("HPSEARCH_TEST_SEED", "20261122"))


def command(study: Path, workers: int) -> list[str]:
    return [sys.executable, "-m", "hpsearch.cli.main", "run", str(study), "--json", "--workers", str(workers)]


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "HPSEARCH_HOME": str(home)}


def table(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Every trial as (stage, number, parameters, state, value), and the best one."""
    trials = [
        (trial["stage"], trial["number"], trial["parameters"], trial["state"], trial["value"])
        for stage in document["stages"]
        for trial in stage["trials"]
    ]
    return [*trials, ("best", document["best"])]


def finished(study: Path, home: Path, workers: int) -> list[tuple[Any, ...]]:
    done = subprocess.run(
        command(study, workers), env=environment(home), capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    return table(json.loads(done.stdout))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "study.yaml"
    path.write_text(STUDY)
    return path


@pytest.fixture(scope="module")
def undisturbed(study: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    return finished(study, tmp_path_factory.mktemp("h"), workers=1)


@pytest.mark.timeout(300)
def test_two_workers_give_the_table_of_one(study: Path, undisturbed: list[tuple[Any, ...]], tmp_path: Path) -> None:
    assert finished(study, tmp_path / "h", workers=2) == undisturbed


@pytest.mark.timeout(600)
def test_killed_at_random_moments_and_started_again(
    study: Path, undisturbed: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    home, moments = tmp_path / "h", random.Random(SEED)
    kills = 0
    while kills < KILLS:
        process = subprocess.Popen(
            command(study, 2), env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        kills += killed_while_working(process, moments.uniform(0, 6))
        assert process.returncode in (0, -signal.SIGKILL)
        if process.returncode == 0:
            pytest.fail(f"the study ended before {KILLS} kills; seed {SEED}")
    assert finished(study, home, workers=2) == undisturbed


def killed_while_working(process: subprocess.Popen[str], after_s: float) -> int:
    """Kills the process ``after_s`` seconds after its first line of progress; 1 if it was still running then."""
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(after_s)
    running = process.poll() is None
    process.kill()
    process.wait()
    process.stderr.close()
    return int(running)
