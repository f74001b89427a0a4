"""The same study gives the same trials and the same best: one worker, two workers, or killed again and again."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Undisturbed
from tests.end_to_end.programs import command, environment, run_to_its_end, short_folder

KILLS = 5
FEWEST = 2
"""A study that was killed less often before its end is no test; another one is."""
SEED = int(os.environ.get("HPSEARCH_TEST_SEED", "20261122"))


@pytest.mark.timeout(900)
def test_two_workers_give_the_table_of_one(study_file: Path, undisturbed: Undisturbed) -> None:
    with short_folder() as home:
        assert run_to_its_end(study_file, home, workers=2) == undisturbed.table


@pytest.mark.timeout(1200)
def test_killed_at_random_moments_and_started_again(study_file: Path, undisturbed: Undisturbed) -> None:
    moments, kills = random.Random(SEED), 0
    while kills < FEWEST:  # this process may come too late for a study that was quick
        with short_folder() as home:
            kills = killed_again_and_again(study_file, home, moments)
            assert run_to_its_end(study_file, home, workers=2) == undisturbed.table


def killed_again_and_again(study_file: Path, home: Path, moments: random.Random) -> int:
    """How often: ``KILLS`` times, or until the study has come to its end."""
    kills = 0
    while kills < KILLS:
        process = subprocess.Popen(
            command(study_file, 2),
            env=environment(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        kills += killed_while_working(process, moments)
        if process.returncode != -signal.SIGKILL:
            assert process.returncode == 0, f"after {kills} kills, seed {SEED}"
            break
    return kills


def killed_while_working(process: subprocess.Popen[str], moments: random.Random) -> int:
    """Kills the process after a random number of lines of progress and a random pause; 1 if it was still running."""
    assert process.stderr is not None
    for _ in range(moments.randint(1, 3)):
        process.stderr.readline()
    time.sleep(moments.uniform(0, 1))
    running = process.poll() is None
    process.kill()
    process.wait()
    process.stderr.close()
    return int(running)
