"""A trial that raises, diverges or takes its process with it ends alone, with a reason; the study goes on."""

from pathlib import Path

import pytest

from tests.end_to_end.programs import document, short_folder

NETWORK = """
import ctypes, os
from torch import nn

class Faulty(nn.Module):
    def __init__(self, fault):
        super().__init__()
        self.fault = fault

    def forward(self, x):
        if self.training and self.fault == "nan":
            return x * float("nan")
        if self.training and self.fault == "infinity":
            return x * float("inf")
        if self.training and self.fault == "exception":
            raise ValueError("the user's code is wrong")
        if self.training and self.fault == "exit":
            os._exit(3)
        if self.training and self.fault == "segfault":
            ctypes.string_at(0)
        return x

def build(*, input_shape, outputs, fault):
    channels, height, width = input_shape
    head = nn.Linear(8 * (height - 2) * (width - 2), outputs)
    return nn.Sequential(nn.Conv2d(channels, 8, 3), nn.ReLU(), nn.Flatten(), Faulty(fault), head)
"""
STUDY = """
name: faulty
data: {dataset: digits}
network: {factory: "faulty:build", fault: {choice: [none, nan, infinity, exception, exit, segfault]}}
optimizer: {learning_rate: 0.05, weight_decay: 0.0}
recipe:
  initial_loss: {seeds: 2}
  overfit: {batches: 1}
  lr_sweep: {steps: 30, learning_rates: [1e-2, 1e-1]}
  coarse: {sampler: grid, epochs: 1}
  fine: {skip: true}
"""
REASONS = {
    "nan": ("diverged", "nan"),
    "infinity": ("diverged", "loss"),
    "exception": ("error", "the user's code is wrong"),
    "exit": ("worker_lost", "process"),
    "segfault": ("worker_lost", "Segmentation fault"),
}


@pytest.mark.timeout(600)
def test_every_fault_ends_its_own_trial_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "faulty.py").write_text(NETWORK)
    (tmp_path / "study.yaml").write_text(STUDY)
    with short_folder() as home:
        report = document(tmp_path / "study.yaml", home, workers=2)
    coarse = next(stage for stage in report["stages"] if stage["name"] == "coarse")
    found = {trial["parameters"]["network.fault"]: trial for trial in coarse["trials"]}
    assert set(found) == {"none", *REASONS}
    assert found["none"]["state"] == "complete"
    assert report["best"]["parameters"]["network.fault"] == "none"
    for fault, (failure, words) in REASONS.items():
        assert (found[fault]["state"], found[fault]["failure"]) == ("failed", failure)
        assert found[fault]["value"] is None
        assert words.lower() in found[fault]["reason"].lower()
