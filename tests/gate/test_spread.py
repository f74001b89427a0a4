"""Outputs that one number decides, and outputs that hardly differ from image to image."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from hpsearch.finding import Finding, Severity
from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import QUICK
from hpsearch.gate.spread import Line, _in_order, with_spread
from hpsearch.gate.stage_run import run_stage
from hpsearch.look import Look, OutputLook
from hpsearch.preflight.check import check_definition
from hpsearch.recipe.overfit.stage import plan
from hpsearch.stage import StageName
from hpsearch.trial import FinishedTrial, TrialResult, TrialState
from hpsearch.verdict import Outcome, Verdict
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


class Ordinal(Narrow):
    """One score, taken by numbers that grow with the class, and thresholds that are learned."""

    def __init__(self, outputs: int) -> None:
        super().__init__(outputs, 32, 1.0)
        self.last = nn.Linear(32, 1)
        self.thresholds = nn.Parameter(-torch.arange(outputs).double().square().float() / 2)

    def forward(self, images: Tensor) -> Tensor:
        score: Tensor = super().forward(images)
        return score * torch.arange(len(self.thresholds), dtype=score.dtype) + self.thresholds


def build_ordinal(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Ordinal(outputs)


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
    told = with_spread(run.verdict, run.finished, line=bench.line, task=data.task)
    found = [one.code for one in told.findings]
    assert (bench.line is not None) == (network == {"units": 1})
    assert found == codes or not codes
    passed = with_spread(
        replace(run.verdict, outcome=Outcome.PASS, findings=()), run.finished, line=None, task=data.task
    )
    assert passed.findings == ()


def test_a_score_of_ordered_classes_is_an_information() -> None:
    recipe = {"overfit": {"batches": 1, "steps": 20}}
    study = small(network={"factory": f"{__name__}:build_ordinal"}, recipe=recipe)
    bench = CheckBench(study, data := check_definition(study))
    run = run_stage(bench, StageName.OVERFIT, QUICK)
    assert bench.line == Line(in_order=True)
    verdict = Verdict(StageName.OVERFIT, Outcome.FAIL, "stalled", 0, {}, {}, (_failed("stalled-above-zero"),))
    for line, expected in (
        (bench.line, [("stalled-above-zero", Severity.ERROR), ("outputs-on-a-line", Severity.INFO)]),
        (Line(in_order=False), [("outputs-on-a-line", Severity.WARNING), ("stalled-above-zero", Severity.ERROR)]),
    ):
        told = with_spread(verdict, run.finished, line=line, task=data.task)
        assert [(one.code, one.severity) for one in told.findings] == expected
    alike = replace(verdict, findings=(_failed("HC321"),))
    assert with_spread(alike, run.finished, line=Line(in_order=False), task=data.task) is alike  # that is why


@pytest.mark.parametrize(
    ("slopes", "in_order"),
    [
        ((0.1, 0.2, 0.5, 0.6, 0.9), True),
        ((0.9, 0.6, 0.5, 0.2, 0.1), True),
        ((0.1, 0.2, 0.6, 0.5, 0.9), False),
        ((0.1, 0.2, 0.5), False),
        ((0.1, 0.2, 0.3), True),
    ],
)
def test_few_outputs_are_in_order_by_chance_but_not_evenly(slopes: tuple[float, ...], in_order: bool) -> None:
    assert _in_order(torch.tensor(slopes)) is in_order


def test_a_loss_that_exploded_was_moved() -> None:
    study = small()
    task = check_definition(study).task
    faint = OutputLook(32, -1e-4, 1e-4, 0.0, sums_to_one=False, sample_std=1e-5)
    job = plan(study, task, (), (), None).jobs[0]  # type: ignore[arg-type]
    trial = FinishedTrial(job, TrialResult(StageName.OVERFIT, 0, TrialState.COMPLETE, looks=(Look(0, (), faint),)))
    for symptom, codes in (
        ("loss-did-not-move", ["signal-lost", "loss-did-not-move"]),
        ("loss-exploded", ["loss-exploded"]),
        ("loss-unstable", ["loss-unstable"]),
    ):
        verdict = Verdict(StageName.OVERFIT, Outcome.FAIL, "", 0, {}, {}, (_failed(symptom),))
        told = with_spread(verdict, [trial], line=None, task=task)
        assert [one.code for one in told.findings] == codes


def _failed(code: str) -> Finding:
    return Finding(code, Severity.ERROR, "", {}, "")
