"""What a check tries of a network beside an attempt to learn a sample: bounded outputs, no bend, idle statistics."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.finding import Finding, Severity
from hpsearch.gate.bench import CheckBench
from hpsearch.gate.beside import told_once, with_beside
from hpsearch.gate.dose import QUICK
from hpsearch.gate.inside import seen_inside
from hpsearch.gate.stage_run import run_stage
from hpsearch.preflight.check import check_definition
from hpsearch.recipe.overfit.stage import plan
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict
from tests.gate.gate_cases import small


class Ended(nn.Module):
    """Two linear layers with a batch norm, an activation between them, and an end."""

    def __init__(self, outputs: int, end: str, activation: str, momentum: float, scale: float) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(64, 48), nn.BatchNorm1d(48, momentum=momentum)
        self.last = nn.Linear(48, outputs)
        self.end, self.activation, self.scale = ENDS[end], activation, scale

    def forward(self, images: Tensor) -> Tensor:
        features = self.norm(self.first(images.flatten(1)))
        return self.scale * self.end(self.last, functional.relu(features) if self.activation else features)


def cosine(last: nn.Linear, features: Tensor) -> Tensor:
    return functional.normalize(features, dim=1) @ functional.normalize(last.weight, dim=1).t()


ENDS: dict[str, Callable[[nn.Linear, Tensor], Tensor]] = {
    "logits": lambda last, features: last(features),
    "clamped": lambda last, features: last(features).clamp(-1, 1),
    "cosines": cosine,
}


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    end: str = "logits",
    activation: str = "relu",
    momentum: float = 0.1,
    scale: float = 1.0,
) -> nn.Module:
    return Ended(outputs, end, activation, momentum, scale)


def build_closed(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Whose outputs are all zero until its last layer is moved."""
    network = Ended(outputs, "clamped", "relu", 0.1, 1.0)
    nn.init.zeros_(network.last.weight)
    nn.init.zeros_(network.last.bias)
    return network


def warned(**network: object) -> dict[str, str]:
    study = small(network={"factory": f"{__name__}:build", **network})
    data = check_definition(study)
    bench = CheckBench(study, data)
    run = run_stage(bench, StageName.OVERFIT, QUICK)
    assert run.verdict is not None
    verdict = seen_inside(run.verdict, run.finished, study, data.task)
    verdict = with_beside(verdict, bench.reach, bench.standing, data.task, ())
    return {one.code: one.message for one in verdict.findings if one.severity is Severity.WARNING}


def test_outputs_that_no_weights_take_far_enough_are_told() -> None:
    assert list(found := warned(end="clamped")) == ["loss-has-a-floor"]
    assert "within -1 … 1" in found["loss-has-a-floor"]
    assert "0.797" in found["loss-has-a-floor"] or "0.8" in found["loss-has-a-floor"]
    assert list(warned(end="cosines")) == ["loss-has-a-floor"]


@pytest.mark.parametrize(
    "network", [{}, {"end": "clamped", "scale": 8.0}, {"end": "cosines", "scale": 16.0}, {"scale": 0.1}]
)
def test_outputs_that_weights_take_far_enough_are_not(network: dict[str, object]) -> None:
    assert warned(**network) == {}


def test_weights_that_tell_nothing_leave_it_to_the_next_attempt() -> None:
    study = small(network={"factory": f"{__name__}:build_closed"})
    data = check_definition(study)
    bench = CheckBench(study, data)
    job = plan(study, data.task, (), (), None).jobs[0]  # type: ignore[arg-type]
    for rate, bounded in ((0.0, False), (0.1, True)):
        optimizer, budget = replace(job.optimizer, learning_rate=rate), replace(job.budget, steps=40)
        trial = bench.train(replace(job, optimizer=optimizer, budget=budget))
        assert trial.result.failure is None
        assert (bench.reach is not None) == bounded


def test_a_network_without_a_bend_and_statistics_that_stand_still_are_told() -> None:
    assert list(warned(activation="")) == ["HC334"]
    assert list(found := warned(momentum=0.0)) == ["HC341"]
    assert "norm never learns" in found["HC341"]


def test_an_activation_at_the_end_is_told_once() -> None:
    def left(severity: Severity, *told: str) -> list[str]:
        bent = Finding("activation-on-output", severity, "bent", {}, "", "")
        verdict = Verdict(StageName.INITIAL_LOSS, Outcome.PASS, "", 0, {}, {}, (bent,))
        return [one.code for one in told_once(verdict, told).findings]

    assert left(Severity.WARNING, "HP201") == []
    assert left(Severity.ERROR, "HP201") == left(Severity.WARNING) == ["activation-on-output"]
