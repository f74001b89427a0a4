"""Networks of timm and torchvision, with small stand-ins of the same entry points: the real ones are optional."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from hpsearch.errors import DefinitionError, Problem
from hpsearch.job import NetworkSettings, network_settings
from hpsearch.networks.build import build_network
from hpsearch.networks.loading import LOADING
from hpsearch.preflight.fitting import network_problems
from hpsearch.study import NetworkDefinition
from hpsearch.task import Task

TIMM = """
from torch import nn
calls = []
def create_model(model_name, pretrained=False, in_chans=3, num_classes=1000, width=4, kind="network"):
    calls.append((model_name, pretrained, in_chans, num_classes, width))
    if model_name == "unknown":
        raise RuntimeError("Unknown model (unknown)")
    if kind == "list":
        return []
    return nn.Sequential(nn.Conv2d(in_chans, width, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(width, num_classes))
"""
TORCHVISION = """
from . import models
"""
MODELS = """
import warnings
from torch import nn
calls = []
def get_model(name, weights="DEFAULT", num_classes=1000, aux_logits=True, init_weights=None):
    calls.append((name, weights, num_classes, aux_logits))
    if name == "googlenet" and init_weights is None:
        warnings.warn("The default weight initialization will be changed", FutureWarning)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, num_classes))
"""
TASK = Task("cross_entropy", (1, 8, 8), 10, 100, 20, 20, (2,) * 10)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing of that name can be imported but what a test writes into the folder."""
    forget()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("timm", "torchvision")]:
        del sys.modules[name]


@pytest.fixture
def installed(packages: Path) -> Path:
    (packages / "timm.py").write_text(TIMM)
    (packages / "torchvision").mkdir()
    (packages / "torchvision" / "__init__.py").write_text(TORCHVISION)
    (packages / "torchvision" / "models.py").write_text(MODELS)
    return packages


def settings(library: str, **parameters: object) -> NetworkSettings:
    return NetworkSettings(None, None, parameters, library)


def problem_with(found: NetworkSettings, input_shape: tuple[int, int, int] = (3, 8, 8)) -> Problem:
    with pytest.raises(DefinitionError) as caught:
        build_network(found, input_shape, 10, seed=0)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.usefixtures("installed")
def test_timm_builds_an_untrained_network_for_the_data() -> None:
    first, again, other = (build_network(settings("timm:resnet18", width=5), (1, 8, 8), 10, seed) for seed in (1, 1, 2))
    assert sys.modules["timm"].calls[0] == ("resnet18", False, 1, 10, 5)
    assert first(torch.zeros(2, 1, 8, 8)).shape == (2, 10)
    assert torch.equal(first[0].weight, again[0].weight)
    assert not torch.equal(first[0].weight, other[0].weight)


@pytest.mark.usefixtures("installed")
def test_torchvision_builds_without_weights_and_without_auxiliary_classifiers() -> None:
    assert build_network(settings("torchvision:vgg16"), (3, 8, 8), 10, 0)(torch.zeros(2, 3, 8, 8)).shape == (2, 10)
    build_network(settings("torchvision:googlenet"), (3, 8, 8), 10, 0)
    build_network(settings("torchvision:googlenet", aux_logits=True), (3, 8, 8), 10, 0)
    calls = sys.modules["torchvision.models"].calls
    assert calls == [("vgg16", None, 10, True), ("googlenet", None, 10, False), ("googlenet", None, 10, True)]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("library", ["timm:resnet18", "torchvision:resnet18"])
@pytest.mark.parametrize("key", sorted(LOADING))
def test_weights_are_never_loaded(library: str, key: str) -> None:
    problem = problem_with(settings(library, **{key: True}))
    assert problem.path == f"network.{key}"
    assert "would load weights" in problem.message
    assert not sys.modules["timm"].calls if library.startswith("timm") else not sys.modules["torchvision.models"].calls


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("found", "rule"),
    [
        (settings("timm:unknown"), "timm raised RuntimeError: Unknown model (unknown)"),
        (settings("timm:resnet18", depth=3), "unexpected keyword argument 'depth'"),
        (settings("timm:resnet18", kind="list"), "timm gave a list, which is no network"),
    ],
)
def test_what_the_package_refuses_is_explained(found: NetworkSettings, rule: str) -> None:
    problem = problem_with(found)
    assert problem.path == "network.timm"
    assert rule in problem.message


@pytest.mark.usefixtures("installed")
def test_torchvision_takes_three_channels() -> None:
    problem = problem_with(settings("torchvision:resnet18"), (1, 8, 8))
    assert "take images of 3 channels, and the data have 1" in problem.message


def test_builds_that_do_not_belong_together_are_explained(packages: Path) -> None:
    (packages / "torchvision.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    broken = problem_with(settings("torchvision:resnet18"))
    assert "torchvision::nms does not exist" in broken.message
    assert "belong together" in broken.next_step


def test_the_extra_is_named_where_a_package_is_missing(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(packages), *(place for place in sys.path if "site-packages" not in place)])
    missing = problem_with(settings("timm:resnet18"))
    assert missing.message == "the package timm is not installed"
    assert "hpsearch[vision]" in missing.next_step
    (packages / "timm.py").write_text("import a_package_that_timm_needs")
    assert "cannot be imported: ModuleNotFoundError: No module named 'a_package" in (
        problem_with(settings("timm:resnet18")).message
    )


@pytest.mark.usefixtures("installed")
def test_a_definition_names_a_model_and_its_space_is_checked() -> None:
    network = NetworkDefinition.model_validate({"timm": "resnet18", "width": {"choice": [2, 4]}})
    assert network.library == "timm:resnet18"
    assert network_settings(network, {"width": 2}) == settings("timm:resnet18", width=2)
    assert network_problems(network, TASK) == []
    wrong = NetworkDefinition.model_validate({"timm": "resnet18", "depth": 2})
    (problem,) = network_problems(wrong, TASK)
    assert problem.path == "network.timm"


@pytest.mark.parametrize("name", ["hf_hub:a/b", "hf-hub:a", "local-dir:/tmp/x", "a/b", "", "../x", "x y", 3])
def test_names_that_stand_for_a_place_elsewhere_are_refused(name: object) -> None:
    for library in ("timm", "torchvision"):
        with pytest.raises(ValueError, match=r"pattern|valid string"):
            NetworkDefinition.model_validate({library: name})


@pytest.mark.parametrize(
    "sources",
    [{}, {"name": "convnet", "timm": "a"}, {"timm": "a", "torchvision": "a"}, {"factory": "a:b", "timm": "c"}],
)
def test_a_network_comes_from_exactly_one_place(sources: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly one of name, factory, timm and torchvision"):
        NetworkDefinition.model_validate(sources)
