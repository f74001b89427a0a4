"""The benchmark of the service runs to its end in a small dose; its figures mean nothing here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("section", ["requests", "growth", "events", "results", "memory"])
def test_a_section_prints_a_table(section: str) -> None:
    command = [sys.executable, "-m", "benchmarks.service", "--only", section, "--scale", "0.05"]
    command += ["--sizes", "100,1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr[-5000:]
    assert "| --- |" in done.stdout
