"""The check itself: sound studies pass, faults fail, and lack of time is neither."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from torch import Tensor, nn

from hpsearch.checked import Checked, CheckVerdict
from hpsearch.finding import Finding, Severity
from hpsearch.gate.bench import CheckBench
from hpsearch.gate.check import check
from hpsearch.gate.deadline import Deadline
from hpsearch.gate.dose import QUICK
from hpsearch.gate.head_only import TO_STAY
from hpsearch.gate.judged import judged
from hpsearch.gate.stage_run import run_stage
from hpsearch.preflight.check import check_definition
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.verdict import Outcome, Verdict
from tests.gate.gate_cases import small

PASS, FAIL, INCOMPLETE, NOT_RUN = (
    CheckVerdict.PASS,
    CheckVerdict.FAIL,
    CheckVerdict.INCOMPLETE,
    CheckVerdict.NOT_RUN,
)


class Mixed(nn.Module):
    """Mixes the samples of a batch."""

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.fc = nn.Linear(features, outputs)

    def forward(self, images: Tensor) -> Tensor:
        flat = images.flatten(1)
        logits: Tensor = self.fc(flat - flat.mean(dim=0))
        return logits


class Probe(nn.Module):
    """So wide a layer that the last one learns the sample in a few iterations, although nothing reaches the first."""

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(features, 1024), nn.Linear(1024, outputs)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(torch.relu(self.body(images.flatten(1))).detach())
        return logits


def build_mixed(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Mixed(input_shape[0] * input_shape[1] * input_shape[2], outputs)


def build_frozen(input_shape: tuple[int, int, int], outputs: int, drawn: bool) -> nn.Module:
    """A first layer that is not trained, as torch has drawn it or as cosines."""
    features = input_shape[0] * input_shape[1] * input_shape[2]
    first = nn.Linear(features, 48)
    if not drawn:
        waves = torch.outer(torch.arange(1.0, 49.0), torch.linspace(0, 3, features)).cos() / 8
        first.weight.data.copy_(waves)
    first.weight.requires_grad_(False)
    return nn.Sequential(nn.Flatten(), first, nn.ReLU(), nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, outputs))


def build_probe(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Probe(input_shape[0] * input_shape[1] * input_shape[2], outputs)


def build_soft_max(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    features = input_shape[0] * input_shape[1] * input_shape[2]
    return nn.Sequential(nn.Flatten(), nn.Linear(features, outputs), nn.Softmax(dim=1))


def load_leaking() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    digits = load_digits()
    return digits.images[:, None].repeat(2, axis=0).astype(np.float32), digits.target.repeat(2)


def checked(study: StudyDefinition, deadline: Deadline | None = None, *, whole: bool = False) -> Checked:
    dataset = check_definition(study)
    return check(study, dataset, whole=whole) if deadline is None else check(study, dataset, deadline=deadline)


def verdicts(found: Checked) -> dict[str, CheckVerdict]:
    return {part.name: part.verdict for part in found.parts}


def test_a_sound_study_passes_and_says_what_that_rests_on() -> None:
    found = checked(small())
    assert verdicts(found) == dict.fromkeys(("data", "advice", "initial_loss", "overfit", "lr_sweep"), PASS)
    assert found.verdict is PASS
    overfit = found.parts[3]
    assert overfit.left_out[0].startswith("1 of ")
    planned = [trial for trial in found.trials if trial.stage == "overfit" and trial.result is None]
    assert planned, "the learning rates that a pass does not need are not trained"


def test_the_whole_leaves_nothing_out_but_what_a_pass_needs_not() -> None:
    found = checked(small(), whole=True)
    assert found.verdict is PASS
    assert [part.left_out for part in found.parts if part.name in ("initial_loss", "lr_sweep")] == [(), ()]


def test_verdicts_are_the_same_again() -> None:
    first, second = checked(small()), checked(small())
    assert [(part.verdict, part.summary) for part in first.parts] == [(p.verdict, p.summary) for p in second.parts]


@pytest.mark.parametrize(
    ("changes", "part", "code"),
    [
        ({"network": {"factory": f"{__name__}:build_mixed"}}, "advice", "HP403"),
        ({"network": {"factory": f"{__name__}:build_soft_max"}}, "initial_loss", "activation-on-output"),
        ({"optimizer": {"learning_rate": 1e-8}}, "overfit", "learning-rates-too-low"),
        ({"optimizer": {"learning_rate": 1e4}}, "overfit", "learning-rates-too-high"),
    ],
)
def test_a_fault_fails_the_part_that_is_about_it(changes: dict[str, object], part: str, code: str) -> None:
    found = checked(small(**changes))
    assert found.verdict is FAIL
    failing = next(one for one in found.parts if one.name == part)
    assert failing.verdict is FAIL
    assert code in [placed.finding.code for placed in failing.findings]


@pytest.mark.parametrize("drawn", [True, False])
def test_what_is_frozen_as_it_was_set_is_not_told(drawn: bool) -> None:
    study = small(network={"factory": f"{__name__}:build_frozen", "drawn": drawn})
    bench = CheckBench(study, data := check_definition(study))
    run = run_stage(bench, StageName.OVERFIT, QUICK)
    frozen = Finding("HC316", Severity.WARNING, "frozen", {"frozen": ["1"]}, "")
    verdict = Verdict(StageName.OVERFIT, Outcome.PASS, "", 0, {}, {}, (frozen,))
    told = judged(verdict, replace(run, finished=()), bench, (), data.train.images)
    assert [one.code for one in told.findings] == (["HC316"] if drawn else [])
    assert not any(TO_STAY in one.advice for one in told.findings)
    failed = replace(verdict, outcome=Outcome.FAIL)
    told = judged(failed, replace(run, finished=()), bench, (), data.train.images)
    assert [TO_STAY in one.advice for one in told.findings] == ([True] if drawn else [])


@pytest.mark.parametrize("override", [False, True])
def test_a_head_that_learns_alone_fails_however_soon_it_has_learned_and_an_override_goes_on(override: bool) -> None:
    """The sample is learned before there is a look behind an update."""
    recipe = {"initial_loss": {"seeds": 2}, "overfit": {"batches": 1, "override": override}, "lr_sweep": {"skip": True}}
    found = checked(small(network={"factory": f"{__name__}:build_probe"}, recipe=recipe))
    overfit = found.parts[3]
    assert overfit.verdict is (CheckVerdict.OVERRIDDEN if override else FAIL)
    assert [(one.finding.code, one.finding.severity) for one in overfit.findings] == [("HC315", Severity.ERROR)]
    assert TO_STAY in overfit.findings[0].finding.advice


def test_what_comes_after_a_failed_stage_is_not_run() -> None:
    found = verdicts(checked(small(network={"factory": f"{__name__}:build_soft_max"})))
    assert (found["initial_loss"], found["overfit"], found["lr_sweep"]) == (FAIL, NOT_RUN, NOT_RUN)


def test_a_network_that_mixes_samples_is_not_trained() -> None:
    found = verdicts(checked(small(network={"factory": f"{__name__}:build_mixed"})))
    assert (found["advice"], found["initial_loss"], found["overfit"]) == (FAIL, NOT_RUN, NOT_RUN)


def test_a_large_network_that_does_not_learn_is_given_up_without_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """In seconds rather than hours, and neither passed nor failed."""
    recipe = {"initial_loss": {"seeds": 2}, "overfit": {"batches": 1, "learning_rates": [1e-8, 2e-8, 3e-8, 4e-8]}}
    monkeypatch.setattr("hpsearch.gate.bench._multiply_adds", lambda *_: 500_000_000)
    found = checked(small(recipe=recipe))
    overfit = next(part for part in found.parts if part.name == "overfit")
    assert overfit.verdict is INCOMPLETE
    assert (found.parts[-1].verdict, found.parts[-1].summary) == (NOT_RUN, "not run: overfit was not judged")
    assert "20 of 400 iterations" in overfit.summary
    assert "--whole" in overfit.summary


def test_rates_are_too_low_for_a_large_network_as_soon_as_another_one_has_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = small(optimizer={"learning_rate": {"log_uniform": [1e-8, 1e-7]}, "weight_decay": 0.0})
    monkeypatch.setattr("hpsearch.gate.bench._multiply_adds", lambda *_: 500_000_000)
    overfit = next(part for part in checked(study).parts if part.name == "overfit")
    assert overfit.verdict is FAIL
    assert [one.finding.code for one in overfit.findings] == ["learning-rates-too-low"]
    assert "2 of 6 learning rates" in overfit.left_out[0]


def test_overriding_and_skipping_are_the_definitions() -> None:
    recipe = {"initial_loss": {"seeds": 2, "override": True}, "overfit": {"skip": True}, "lr_sweep": {"skip": True}}
    found = verdicts(checked(small(network={"factory": f"{__name__}:build_soft_max"}, recipe=recipe)))
    assert found["initial_loss"] is CheckVerdict.OVERRIDDEN
    assert found["overfit"] is found["lr_sweep"] is CheckVerdict.SKIPPED


def test_data_that_leak_fail_unless_the_definition_goes_on_for_a_study_as_well() -> None:
    data: dict[str, object] = {"factory": f"{__name__}:load_leaking"}
    skipped: dict[str, object] = {"overfit": {"skip": True}, "lr_sweep": {"skip": True}}
    found = checked(small(data=data, recipe={**skipped, "initial_loss": {"seeds": 2}}))
    assert (found.verdict, verdicts(found)["data"]) == (FAIL, FAIL)
    found = checked(small(data=data, recipe={**skipped, "initial_loss": {"seeds": 2, "override": True}}))
    assert found.verdict is verdicts(found)["data"] is CheckVerdict.OVERRIDDEN
    assert "are in training too" in found.parts[0].summary
    assert found.parts[0].summary.endswith("(overridden by the definition)")
    data = {**data, "checks": {"ignore": ["HD302"]}}
    found = checked(small(data=data, recipe={**skipped, "initial_loss": {"skip": True}}))
    assert [one.finding.code for one in found.parts[0].findings] == ["HD304"]
    assert verdicts(found)["data"] is PASS


def test_without_time_nothing_passes_that_was_not_judged() -> None:
    found = checked(small(), Deadline(time.monotonic() - 1))
    assert found.verdict is INCOMPLETE
    assert {found.parts[number].verdict for number in (2, 3, 4)} == {INCOMPLETE}


@pytest.mark.parametrize("ticks", range(4, 40, 12))
def test_whenever_the_time_ends_a_sound_study_never_fails_and_a_broken_one_never_passes(ticks: int) -> None:
    def clock() -> Iterator[int]:
        return count()

    for changes, allowed in (
        ({}, {PASS, INCOMPLETE}),
        ({"optimizer": {"learning_rate": 1e-8, "weight_decay": 0.0}}, {FAIL, INCOMPLETE}),
    ):
        moments = clock()
        found = checked(small(**changes), Deadline(float(ticks), lambda moments=moments: float(next(moments))))
        assert found.verdict in allowed
        assert all(part.verdict is not INCOMPLETE or "time was up" in part.summary for part in found.parts)


def test_a_check_leaves_torch_as_it_was() -> None:
    torch.manual_seed(3)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    checked(small())
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_num_threads() == threads
