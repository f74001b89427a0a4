"""The benchmark of members runs to its end in a small dose; its figures mean nothing here."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_it_prints_a_table_for_each_network() -> None:
    command = [sys.executable, "-m", "benchmarks.members", "--members", "1,2", "--rounds", "1", "--seconds", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr[-5000:]
    assert done.stdout.count("| --- |") == 8
    assert done.stdout.count("one by one | channels last") == 8
