"""Advice over the whole space of a definition."""

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hpsearch.advice.advise import advise, advise_network
from hpsearch.advice.facts import Purpose
from hpsearch.advice.points import deciding, points
from hpsearch.advice.table import ADVICE
from hpsearch.finding import Finding, Severity
from hpsearch.networks.table import NETWORKS
from hpsearch.space import Choice, Int
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from tests.networks.doses import dosed

DIGITS = Task("cross_entropy", (1, 8, 8), 10, 1079, 359, 359, (36,) * 9 + (35,))
COLOUR = Task("cross_entropy", (3, 32, 32), 10, 1079, 359, 359, (36,) * 9 + (35,))
SMALL = 5_000_000
"""Parameters."""
NEVER = frozenset({code for code, rule in ADVICE.items() if rule.severity is Severity.ERROR})
ERRORS = NEVER | {"HP201", "HP206", "HP207"}


def advice_on(network: Any, task: Task = DIGITS, **advice: Any) -> tuple[Finding, ...]:
    raw = {"data": {"dataset": "digits"}, "network": network, "advice": advice}
    return advise(StudyDefinition.model_validate(raw), task)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize("name", dosed(NETWORKS))
def test_no_named_network_has_an_error(name: str) -> None:
    """Small ones are tried out with real numbers too."""
    with torch.device("meta"):
        size = sum(one.numel() for one in NETWORKS[name](input_shape=COLOUR.input_shape, outputs=10).parameters())
    with torch.device("cpu" if size < SMALL else "meta"):
        network = NETWORKS[name](input_shape=COLOUR.input_shape, outputs=10)
    assert advise_network(network, Purpose(COLOUR.input_shape, 10), ERRORS) == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_no_named_network_has_an_error_in_real_passes(name: str) -> None:
    network = NETWORKS[name](input_shape=COLOUR.input_shape, outputs=COLOUR.outputs)
    assert advise_network(network, Purpose(COLOUR.input_shape, COLOUR.outputs), ERRORS) == ()


def test_the_default_network_has_nothing_to_be_advised_of() -> None:
    assert advice_on("convnet") == ()


def test_alexnet_is_advised_with_its_numbers() -> None:
    task = Task("cross_entropy", (3, 224, 224), 1000, 10, 10, 10)
    found = {one.code: one for one in advice_on({"name": "alexnet", "stem": "imagenet"}, task)}
    assert "11×11 kernels with stride 4" in found["HP109"].message
    assert "58,631,144 parameters" in found["HP303"].message
    assert "307,200 weights in 5×5 kernels" in found["HP108"].message
    assert {one.severity for one in found.values()} == {Severity.WARNING, Severity.INFO}


def test_a_finding_says_for_which_hyperparameters() -> None:
    network = {"name": "convnet", "kernel_size": {"choice": [3, 4]}, "width": {"choice": [16, 32]}}
    (finding,) = advice_on(network)
    assert finding.code == "HP101"
    assert finding.message.endswith("(likewise conv2) — at kernel_size 4")
    assert finding.evidence["hyperparameters"] == [{"kernel_size": 4}]
    assert [layer["layer"] for layer in finding.evidence["layers"]] == ["conv1", "conv2"]


def test_a_finding_that_is_everywhere_is_told_once_without_hyperparameters() -> None:
    narrow = advice_on({"name": "convnet", "width": 4, "depth": {"int": [1, 2]}}, select=["HP301"])
    assert [("hyperparameters" in one.evidence, "—" in one.message) for one in narrow] == [(False, False)]


def test_what_differs_by_its_numbers_alone_is_told_once() -> None:
    (narrow,) = advice_on({"name": "convnet", "width": {"choice": [3, 5]}}, select=["HP301"])
    assert "3 filters" in narrow.message
    assert "5" in narrow.evidence["at_other_points"][0]


def test_unregistered_norms_and_dropout_take_the_place_of_what_they_do() -> None:
    purpose, asked = Purpose((1, 8, 8), 3), frozenset({"HP403", "HP404", "HP406"})

    class Listed(nn.Module):
        def __init__(self, *kept: nn.Module) -> None:
            super().__init__()
            self.conv, self.kept, self.head = nn.Conv2d(1, 4, 3), list(kept), nn.Linear(4, 3)

        def forward(self, images: Tensor) -> Tensor:
            maps = self.conv(images)
            for one in self.kept:
                maps = one(maps)
            found: Tensor = self.head(maps.mean((2, 3)))
            return found

    def codes(select: frozenset[str], *kept: nn.Module) -> list[str]:
        return [one.code for one in advise_network(Listed(*kept), purpose, select)]

    assert codes(asked, nn.BatchNorm2d(4)) == ["HP406"]
    assert codes(asked, nn.BatchNorm2d(4), nn.Dropout()) == ["HP406"]
    assert codes(asked - {"HP406"}, nn.BatchNorm2d(4)) == ["HP403"]
    assert codes(asked, nn.Dropout()) == ["HP404"]


def test_what_depends_on_two_hyperparameters_names_both() -> None:
    network = {
        "name": "convnet",
        "norm": "none",
        "depth": {"choice": [1, 3]},
        "activation": {"choice": ["relu", "sigmoid"]},
    }
    found = {one.code: one for one in advice_on(network, select=["HP2"])}
    assert found["HP204"].evidence["hyperparameters"] == [{"depth": 3, "activation": "sigmoid"}]


def test_points_are_the_centre_the_corners_and_single_ends() -> None:
    space = {"width": Choice((16, 32, 64)), "depth": Int(1, 5), "bias": True}
    found = [(point["width"], point["depth"], point["bias"]) for point in points(space)]
    assert found == [
        (16, 3, True),
        (16, 1, True),
        (32, 5, True),
        (64, 5, True),
        (32, 3, True),
        (64, 3, True),
        (16, 5, True),
    ]
    assert points({"width": 8}) == ({"width": 8},)
    assert points({}) == ({},)


def test_deciding_hyperparameters() -> None:
    one, other = {"a": 1, "b": 1}, {"a": 1, "b": 2}
    assert deciding([one, other], [], ["a", "b"]) == ()
    assert deciding([one], [other], ["a", "b"]) == ("b",)
    assert deciding([{"a": 2, "b": 2}], [one, other, {"a": 2, "b": 1}], ["a", "b"]) == ("a", "b")


def test_rules_are_selected_and_ignored() -> None:
    network = {"name": "convnet", "kernel_size": 4, "width": 24}
    assert codes(advice_on(network)) == ["HP101", "HP302"]
    assert codes(advice_on(network, select=["HP3"])) == ["HP302"]
    assert codes(advice_on(network, select=["HP1", "HP302"], ignore=["HP10"])) == ["HP302"]
    assert advice_on(network, ignore=["HP"]) == ()


def test_the_choice_of_advice_is_no_part_of_the_identity() -> None:
    raw = {"data": {"dataset": "digits"}, "network": "convnet"}
    other = {**raw, "advice": {"select": ["HP1"], "ignore": ["HP101"], "object_size": 5}}
    assert StudyDefinition.model_validate(raw).identity == StudyDefinition.model_validate(other).identity


def test_the_stated_object_size_counts() -> None:
    network = {"name": "convnet", "depth": 1}
    assert "HP107" in codes(advice_on(network))
    assert "HP107" not in codes(advice_on(network, object_size=3))


def test_a_factory_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parent / "user_code"), *sys.path])
    (finding,) = advice_on({"factory": "advised_network:build", "width": {"int": [0, 8]}}, select=["HP4"])
    assert (finding.code, finding.severity) == ("HP401", Severity.ERROR)
    assert "no network of width 0" in finding.message
    assert finding.evidence["hyperparameters"] == [{"width": 0}]
    assert advice_on({"factory": "advised_network:build", "width": 8}, select=["HP4"]) == ()
    assert codes(advice_on({"factory": "advised_network:leaving"}, select=["HP4"])) == ["HP401"]


def test_a_network_is_advised_without_a_definition() -> None:
    network = NETWORKS["convnet"](input_shape=(1, 8, 8), outputs=10, kernel_size=2)
    assert codes(advise_network(network, Purpose((1, 8, 8), 10))) == ["HP101"]


def build_twice(input_shape: tuple[int, int, int], outputs: int, factor: float, size: int) -> nn.Module:
    """Its gradients are turned where the factor is negative."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, size), nn.Tanh(), nn.Linear(size, outputs))
    for parameter in network.parameters():
        parameter.register_hook(lambda gradient: gradient * factor)
    return network


@pytest.mark.parametrize(("factor", "expected"), [(1.0, []), (-1.0, ["HP408"])])
def test_the_network_in_the_middle_of_the_space_is_built_once_more(factor: float, expected: list[str]) -> None:
    parameters = {"factor": factor, "size": {"choice": [8, 12]}}
    assert codes(advice_on({"factory": f"{__name__}:build_twice", **parameters}, select=["HP406", "HP408"])) == expected
