"""Weights and builders of the real torchvision and timm; skipped where these cannot be imported.

Checked with torchvision 0.29.2 and timm 1.0.31, beside torch 2.13.0 for the CPU.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hpsearch.cost.layers import layer_costs, network_cost
from hpsearch.errors import DefinitionError
from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.outputs import Outputs
from hpsearch.networks.pretrained import converted
from tests.networks.test_pretrained import trained
from tests.networks.vision_packages import imported

torchvision = imported("torchvision")
timm = imported("timm")

NO_WEIGHTS = {"weights": None}
INCEPTION = {**NO_WEIGHTS, "init_weights": False}


def theirs(text: str, **options: Any) -> nn.Module:
    """``package:name``, untrained but with weights and running statistics that differ everywhere."""
    package, _, name = text.partition(":")
    with warnings.catch_warnings(action="ignore"):
        if package == "timm":
            network = timm.create_model(name, pretrained=False, **options)
        else:
            network = torchvision.models.get_model(name, **options)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for value in network.parameters():
            if value.ndim > 1:
                value.copy_(torch.randn(value.shape, generator=generator) / value[0].numel() ** 0.5)
    return trained(network)


def both(text: str, name: str, side: int, options: Mapping[str, Any]) -> tuple[nn.Module, nn.Module, Tensor]:
    """Theirs, ours with the same weights, and an image."""
    foreign = theirs(text, **options)
    shape = (3, side, side)
    state = converted(foreign.state_dict(), name, shape)
    parameters: dict[str, Any] = {"norm": "batch"} if text.endswith("_bn") else {}
    if name in ("googlenet", "inception_v3"):
        parameters["auxiliary"] = any(key.startswith("auxiliary.") for key in state)
    own = build_network(NetworkSettings(name, None, parameters), shape, 1000, seed=1).eval()
    own.load_state_dict(state)
    return foreign, own, torch.randn(1, *shape, generator=torch.Generator().manual_seed(4))


def case(text: str, name: str, side: int = 224, *, slow: bool = False, **options: Any) -> Any:
    marks = [pytest.mark.slow] if slow else []
    label = f"{text}{'-auxiliary' if options.get('aux_logits') else ''}"
    given = options if text.startswith("timm") else {**NO_WEIGHTS, **options}
    return pytest.param(text, name, side, given, id=label, marks=marks)


SAME = [
    case("torchvision:alexnet", "alexnet"),
    *(case(f"torchvision:vgg{depth}", f"vgg{depth}", slow=depth > 11) for depth in (11, 13, 16, 19)),
    *(case(f"torchvision:vgg{depth}_bn", f"vgg{depth}", slow=depth > 11) for depth in (11, 13, 16, 19)),
    *(case(f"timm:vgg{depth}", f"vgg{depth}", slow=True) for depth in (11, 13, 16, 19)),
    *(case(f"timm:vgg{depth}_bn", f"vgg{depth}", slow=True) for depth in (11, 13, 16, 19)),
    *(case(f"torchvision:resnet{size}", f"resnet{size}", slow=size > 50) for size in (18, 34, 50, 101, 152)),
    *(case(f"timm:resnet{size}", f"resnet{size}", slow=size > 18) for size in (18, 34, 50, 101, 152)),
    *(case(f"torchvision:densenet{size}", f"densenet{size}", slow=size > 121) for size in (121, 161, 169, 201)),
    *(case(f"timm:densenet{size}", f"densenet{size}", slow=size > 121) for size in (121, 161, 169, 201)),
    case("torchvision:googlenet", "googlenet", aux_logits=True, init_weights=False),
    case("torchvision:googlenet", "googlenet", aux_logits=False, init_weights=False),
    case("torchvision:inception_v3", "inception_v3", 299, aux_logits=True, init_weights=False),
    case("torchvision:inception_v3", "inception_v3", 299, aux_logits=False, init_weights=False),
    case("timm:inception_v3", "inception_v3", 299),
    case("timm:inception_v3", "inception_v3", 299, aux_logits=True),
    case("timm:inception_v4", "inception_v4", 299),
    case("timm:inception_resnet_v2", "inception_resnet_v2", 299),
    case("timm:mobilenetv1_100", "mobilenet"),
]


@pytest.mark.parametrize(("text", "name", "side", "options"), SAME)
def test_the_logits_are_the_same(text: str, name: str, side: int, options: Mapping[str, Any]) -> None:
    foreign, own, images = both(text, name, side, options)
    with torch.no_grad():
        given, found = foreign(images), own(images)
    expected = given[0] if isinstance(given, tuple) else given  # timm adds the auxiliary logits
    assert float(expected.std()) > 0
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


@pytest.mark.parametrize(("name", "side"), [("googlenet", 224), ("inception_v3", 299)])
def test_the_auxiliary_logits_are_the_same(name: str, side: int) -> None:
    foreign, own, images = both(f"torchvision:{name}", name, side, {**INCEPTION, "aux_logits": True})
    foreign.training = own.training = True  # the networks themselves, while norms and dropout stay in evaluation mode
    with torch.no_grad():
        expected, found = foreign(images), own(images)
    assert isinstance(found, Outputs)
    told = [one for key, one in sorted(expected._asdict().items()) if key != "logits"]
    for theirs_one, one in zip(told, found.auxiliary, strict=True):
        torch.testing.assert_close(one, theirs_one, rtol=1e-4, atol=1e-4 * float(theirs_one.abs().max()))


def test_auxiliary_classifiers_can_be_left_out() -> None:
    state = theirs("torchvision:googlenet", **INCEPTION, aux_logits=True).state_dict()
    found = converted(state, "googlenet", auxiliary=False)
    own = build_network(NetworkSettings("googlenet", None, {"auxiliary": False}), (3, 224, 224), 1000, seed=1)
    assert found.keys() == own.state_dict().keys()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("torchvision:shufflenet_v2_x1_0", "shufflenet"),
        ("torchvision:mobilenet_v2", "mobilenet"),
        ("timm:mobilenetv1_100h", "mobilenet"),
        ("timm:mobilenetv1_125", "mobilenet"),
        ("timm:resnet50d", "resnet50"),
        ("timm:densenetblur121d", "densenet121"),
    ],
)
def test_other_layouts_are_refused(text: str, name: str) -> None:
    options = {} if text.startswith("timm") else NO_WEIGHTS
    with torch.device("meta"), pytest.raises(DefinitionError):
        converted(build_foreign(text, options).state_dict(), name)


def build_foreign(text: str, options: Mapping[str, Any]) -> nn.Module:
    package, _, name = text.partition(":")
    built: nn.Module = (timm.create_model if package == "timm" else torchvision.models.get_model)(name, **options)
    return built


@pytest.mark.parametrize(
    ("text", "shape", "count"),
    [
        ("timm:resnet18", (1, 32, 32), 11_175_370),
        ("timm:mobilenetv3_small_100", (3, 64, 64), 1_528_106),
        ("torchvision:resnet18", (3, 32, 32), 11_181_642),
        ("torchvision:googlenet", (3, 64, 64), 5_610_154),
        ("torchvision:inception_v3", (3, 96, 96), 21_806_058),
        ("torchvision:shufflenet_v2_x0_5", (3, 64, 64), 352_042),
    ],
)
def test_a_definition_can_name_them(text: str, shape: tuple[int, int, int], count: int) -> None:
    """Built, counted without numbers, and run."""
    package, _, name = text.partition(":")
    network = build_network(NetworkSettings(None, None, {}, library=f"{package}:{name}"), shape, 10, seed=0)
    assert network_cost(network, layer_costs(network, shape)).parameters == count
    with torch.no_grad():
        assert network.eval()(torch.zeros(2, *shape)).shape == (2, 10)
