"""The plugin in a pytest of a team's own: it works, and costs a run that does not use it nothing."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.cli.cli_cases import ROOT, environment

FAULTY = """
import torch
from torch import nn


def model():
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.Softmax(dim=1))


def test_overfits(assert_overfits):
    images = torch.randn(32, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    assert_overfits(model, (images, torch.arange(32) % 4), samples=16)
"""
UNRELATED = """
import sys


def test_nothing():
    heavy = {"torch", "numpy", "pydantic", "hpsearch.gate", "hpsearch.plugin.assertions"}
    assert "hpsearch.plugin.fixtures" in sys.modules
    assert not heavy & set(sys.modules)
"""


def run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_own.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "hpsearch.plugin.fixtures", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--rootdir", str(folder), "-c", "/dev/null", str(folder / "test_own.py")],
        env=environment(folder / "home", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_run_without_it_imports_nothing_of_it(tmp_path: Path) -> None:
    done = run(tmp_path, UNRELATED)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_fixtures_tell_what_is_wrong(tmp_path: Path) -> None:
    done = run(tmp_path, FAULTY)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "[loss-has-a-floor]" in done.stdout
    assert "hpsearch/plugin/assertions.py" not in done.stdout, "the traceback ends in the user's own test"


def test_pytest_finds_it_by_the_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"hpsearch": "hpsearch.plugin.fixtures"}
