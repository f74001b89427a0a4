"""The search over architectures that is given as an example runs through and answers what it asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.programs import document, short_folder

ROOT = Path(__file__).parents[2]
SMALL = """
name: small
seed: 1
data: {dataset: digits}
network: {name: convnet, depth: 1, width: {grid: [4, 8]}, kernel_size: {grid: [1, 3]}}
recipe:
  initial_loss: {skip: true}
  overfit: {skip: true}
  lr_sweep: {skip: true}
  coarse: {trials: 12, epochs: 2}
  fine: {trials: 4, epochs: 2, rounds: 1}
"""


def page(home: Path, study: str) -> str:
    """The report as a web page."""
    command = [sys.executable, "-m", "hpsearch.cli.main", "report", study, "--format", "html"]
    environment = {**os.environ, "HPSEARCH_HOME": str(home)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=environment)
    return done.stdout


@pytest.mark.timeout(300)
def test_sizes_and_importances_come_from_a_real_run(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    with short_folder() as home:
        report = document(path, home, workers=1)
        html = page(home, "small")
    assert {one["parameter"] for one in report["importances"]} >= {"network.kernel_size", "optimizer.learning_rate"}
    trials = {(trial["stage"], trial["number"]): trial for stage in report["stages"] for trial in stage["trials"]}
    one = next(trial for trial in trials.values() if trial["parameters"] | {"network.width": 4} == trial["parameters"])
    kernel = one["parameters"]["network.kernel_size"] ** 2
    assert one["parameter_count"] == 4 * kernel + 2 * 4 + (4 * 16 * 10 + 10)
    sizes = report["sizes"]
    for front in (sizes["by_parameters"], sizes["by_multiply_adds"]):
        assert front
        for found in front:
            trial = trials[found["stage"], found["trial"]]
            assert (found["value"], found["parameter_count"]) == (trial["value"], trial["parameter_count"])
    assert "val_accuracy over parameters" in html
    assert "val_accuracy over multiply-adds" in html


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_study_of_architectures_says_which_kernel() -> None:
    with short_folder() as home:
        report = document(ROOT / "studies" / "architecture.yaml", home, workers=2)
    assert [stage["verdict"] for stage in report["stages"]] == ["pass"] * 5
    assert report["best"]["val_accuracy"] >= 0.97
    by_path = {one["parameter"]: one for one in report["importances"]}
    assert len(by_path) == 6
    kernel = by_path["network.kernel_size"]
    assert kernel["distinguishable"]
    assert kernel["importance"] == max(one["importance"] for one in report["importances"])
    beaten = {level["level"]: level["beaten"] for level in kernel["levels"]}
    assert beaten["1"] < min(beaten["3"], beaten["5"])
    assert len(report["sizes"]["by_parameters"]) >= 3
