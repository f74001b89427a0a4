"""What a check sees of a network that does something else in evaluation mode than in training mode."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.finding import Severity
from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import QUICK
from hpsearch.gate.inside import seen_inside
from hpsearch.gate.stage_run import run_stage
from hpsearch.preflight.check import check_definition
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict
from tests.gate.gate_cases import small


class Moded(nn.Module):
    """A convolution, a batch norm and a linear layer, with a habit in one of the modes."""

    mean: Tensor

    def __init__(self, channels: int, outputs: int, habit: str, momentum: float, shift: float) -> None:
        super().__init__()
        self.habit, self.shift = habit, shift
        self.convolution = nn.Conv2d(channels, 16, 3, padding=1)
        self.norm = nn.BatchNorm2d(16, momentum=momentum)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(16 * 16, outputs)
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, images: Tensor) -> Tensor:
        if self.habit == "frozen norms":
            self.norm.eval()
        maps = self.convolution(images) + self.shift
        if self.habit == "own statistics":
            if self.training:
                self.mean.mul_(0.9).add_(0.1 * maps.detach().mean())
            maps = maps + (maps.mean() if self.training else self.mean)
        if self.habit == "norms as functions":
            norm = self.norm
            maps = functional.batch_norm(maps, norm.running_mean, norm.running_var, norm.weight, norm.bias)
        else:
            maps = self.norm(maps)
        features = self.dropout(functional.max_pool2d(maps.relu(), 2).flatten(1))
        outputs: Tensor = self.head(features)
        if self.habit == "not a number" and not self.training:
            return (outputs - outputs.max()).sqrt()
        return -outputs if self.habit == "turned" and not self.training else outputs


def build(
    input_shape: tuple[int, int, int], outputs: int, habit: str = "", momentum: float = 0.1, shift: float = 0.0
) -> nn.Module:
    return Moded(input_shape[0], outputs, habit, momentum, shift)


def attempted(**network: object) -> tuple[Verdict, dict[str, Severity]]:
    """The attempt to learn a sample by heart, and by code the errors and warnings beside it."""
    study = small(network={"factory": f"{__name__}:build", **network})
    data = check_definition(study)
    run = run_stage(CheckBench(study, data), StageName.OVERFIT, QUICK)
    assert run.verdict is not None
    assert run.verdict.outcome is Outcome.PASS
    verdict = seen_inside(run.verdict, run.finished, study, data.task)
    return verdict, {one.code: one.severity for one in verdict.findings if one.severity is not Severity.INFO}


@pytest.mark.parametrize("network", [{}, {"habit": "own statistics"}, {"momentum": 0.01, "shift": 5.0}])
def test_statistics_that_lag_behind_after_a_few_updates_are_no_finding(network: dict[str, object]) -> None:
    verdict, told = attempted(**network)
    assert verdict.outcome is Outcome.PASS
    assert told == {}


@pytest.mark.parametrize("network", [{"habit": "not a number"}, {"habit": "turned"}, {"momentum": 0.0, "shift": 5.0}])
def test_what_is_gone_in_evaluation_fails_though_it_was_learned(network: dict[str, object]) -> None:
    verdict, told = attempted(**network)
    assert verdict.outcome is Outcome.FAIL
    assert told == {"HC341": Severity.ERROR}
    assert "in evaluation" in verdict.summary
    assert "learned by heart" in verdict.summary


@pytest.mark.parametrize("habit", ["frozen norms", "norms as functions"])
def test_norms_that_read_no_batch_are_named(habit: str) -> None:
    verdict, told = attempted(habit=habit)
    assert verdict.outcome is Outcome.PASS
    assert told == {"HC343": Severity.WARNING}
