"""Outputs that one number decides, and outputs that hardly differ from image to image."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import QUICK
from hpsearch.gate.spread import with_spread
from hpsearch.gate.stage_run import run_stage
from hpsearch.preflight.check import check_definition
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome
from tests.gate.gate_cases import small


class Narrow(nn.Module):
    """So many units in front of the last layer, and a scale of the outputs."""

    def __init__(self, outputs: int, units: int, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.first, self.last = nn.Linear(64, units), nn.Linear(units, outputs)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.last(torch.tanh(self.scale * self.first(images.flatten(1))))
        return found * self.scale


def build(input_shape: tuple[int, int, int], outputs: int, units: int = 24, scale: float = 1.0) -> nn.Module:
    return Narrow(outputs, units, scale)


@pytest.mark.parametrize(
    ("network", "codes"),
    [
        ({}, []),
        ({"units": 2}, []),
        ({"units": 1}, ["outputs-on-a-line", "stalled-above-zero"]),
        ({"scale": 1e-4}, ["signal-lost", "loss-did-not-move"]),
    ],
)
def test_what_one_number_decides_and_what_hardly_differs_is_told_in_front(
    network: dict[str, object], codes: list[str]
) -> None:
    study = small(network={"factory": f"{__name__}:build", **network}, recipe={"overfit": {"batches": 1, "steps": 60}})
    bench = CheckBench(study, data := check_definition(study))
    run = run_stage(bench, StageName.OVERFIT, QUICK)
    assert run.verdict is not None
    told = with_spread(run.verdict, run.finished, on_a_line=bench.on_a_line, task=data.task)
    found = [one.code for one in told.findings]
    assert bench.on_a_line == (network == {"units": 1})
    assert found == codes or not codes
    passed = with_spread(
        replace(run.verdict, outcome=Outcome.PASS, findings=()), run.finished, on_a_line=False, task=data.task
    )
    assert passed.findings == ()
