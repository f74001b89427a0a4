"""What is GoogLeNet's and the Inception networks' own."""

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hpsearch.networks.inception import repetitions, stretched
from hpsearch.networks.inception_network import InceptionNetwork
from hpsearch.networks.inception_resnet_v2 import ScaledResidual
from hpsearch.networks.outputs import Outputs
from hpsearch.networks.table import NETWORKS

LATER = ("inception_v3", "inception_v4", "inception_resnet_v2")
ALL = ("googlenet", "inception_v2", *LATER)
SHAPES = {name: (3, 299, 299) if name in LATER else (3, 224, 224) for name in ALL}
THIN: dict[str, dict[str, Any]] = {
    "googlenet": {"width": 0.125},
    "inception_v2": {"width": 0.125},
    **{name: {"width": 0.125, "depth": 0.1} for name in LATER},
}


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


def later_auxiliary(channels: int) -> int:
    """Weights of TensorFlow's auxiliary classifier behind so many maps: 1×1 to 128, 5×5 to 768, 1000 outputs."""
    return 128 * (channels + 2) + 768 * (25 * 128 + 2) + (768 + 1) * 1000


@cache
def on_meta(name: str, shape: tuple[int, int, int], outputs: int = 10, **parameters: Any) -> InceptionNetwork:
    with torch.device("meta"):
        network = NETWORKS[name](shape, outputs, **parameters)
    assert isinstance(network, InceptionNetwork)
    return network


def published(name: str) -> InceptionNetwork:
    """At the papers' size with all classifiers, on the meta device."""
    auxiliary = {} if name == "inception_v2" else {"auxiliary": True}
    return on_meta(name, SHAPES[name], 1000, **auxiliary)


def sides(network: InceptionNetwork, shape: tuple[int, int, int]) -> dict[str, tuple[int, ...]]:
    """(C, H, W) behind each layer of the features."""
    maps = torch.zeros(2, *shape, device="meta")
    found = {}
    for name, layer in network.features.named_children():
        maps = layer(maps)
        found[name] = tuple(maps.shape[1:])
    return found


def test_googlenet_has_the_published_maps() -> None:
    """Table 1 of the paper."""
    found = sides(published("googlenet"), SHAPES["googlenet"])
    assert found["conv1"] == (64, 112, 112)
    assert found["conv3"] == (192, 56, 56)
    assert found["pool2"] == (192, 28, 28)
    assert found["mixed_3a"] == (256, 28, 28)
    assert found["mixed_3b"] == (480, 28, 28)
    assert found["mixed_4a"] == found["mixed_4b"] == found["mixed_4c"] == (512, 14, 14)
    assert found["mixed_4d"] == (528, 14, 14)
    assert found["mixed_4e"] == (832, 14, 14)
    assert found["mixed_5a"] == (832, 7, 7)
    assert found["mixed_5b"] == (1024, 7, 7)


def test_inception_v2_has_the_published_maps() -> None:
    """Figure 5 of the paper."""
    found = sides(published("inception_v2"), SHAPES["inception_v2"])
    assert found["mixed_3a"] == (256, 28, 28)
    assert found["mixed_3b"] == (320, 28, 28)
    assert found["mixed_3c"] == found["mixed_4a"] == (576, 14, 14)
    assert found["mixed_4d"] == (608, 14, 14)
    assert found["mixed_4e"] == (1056, 7, 7)
    assert found["mixed_5b"] == (1024, 7, 7)


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("inception_v3", (288, 768, 2048)),
        ("inception_v4", (384, 1024, 1536)),
        ("inception_resnet_v2", (320, 1088, 2080)),
    ],
)
def test_the_later_ones_have_the_published_maps(name: str, channels: tuple[int, int, int]) -> None:
    found = sides(published(name), SHAPES[name])
    assert found["conv1"] == (32, 149, 149)
    assert found["conv2"] == (32, 147, 147)
    assert found["conv3"] == (64, 147, 147)
    for place, (module, side) in enumerate((("mixed_a2", 35), ("mixed_b2", 17), ("mixed_c2", 8))):
        assert found[module] == (channels[place], side, side)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("side", "expected"),
    [(8, 8), (56, 28), *(pytest.param(*one, marks=pytest.mark.slow) for one in ((32, 32), (64, 32)))],
)
def test_a_small_stem_keeps_the_maps_that_the_papers_have(name: str, side: int, expected: int) -> None:
    shape = (1, side, side)
    found = sides(on_meta(name, shape, **THIN[name]), shape)
    if name != "inception_v4":  # whose first modules are part of the stem
        assert next(maps for key, maps in found.items() if key.startswith("mixed"))[1:] == (expected, expected)
    seen = {maps[1] for maps in found.values() if maps[1] <= expected}
    assert seen == {expected, expected // 2, expected // 4}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("side", [6, pytest.param(33, marks=pytest.mark.slow), 80])
def test_the_published_stem_survives_small_images(name: str, side: int) -> None:
    shape = (3, side, side + 1)
    network = on_meta(name, shape, stem="imagenet", **THIN[name])
    assert network.eval()(torch.zeros(2, *shape, device="meta")).shape == (2, 10)


@pytest.mark.parametrize(
    ("name", "channels", "weight", "count"),
    [
        ("googlenet", {"mixed_4a": (512, 14, 14), "mixed_4d": (528, 14, 14)}, 0.3, 13_004_888 - 6_624_904),
        ("inception_v3", {"mixed_b4": (768, 17, 17)}, 0.4, 27_161_264 - 23_834_568),
        ("inception_v4", {"mixed_b7": (1024, 17, 17)}, 0.4, later_auxiliary(1024)),
        ("inception_resnet_v2", {"mixed_b20": (1088, 17, 17)}, 0.4, later_auxiliary(1088)),
    ],
)
def test_auxiliary_classifiers_are_those_of_the_papers(
    name: str, channels: dict[str, tuple[int, ...]], weight: float, count: int
) -> None:
    network = published(name)
    maps = sides(network, SHAPES[name])
    assert {key: maps[key] for key in network.auxiliary} == channels
    for head, given in zip(network.auxiliary.values(), channels.values(), strict=True):
        assert head(torch.zeros(2, *given, device="meta")).shape == (2, 1000)
    assert sum(parameter.numel() for parameter in network.auxiliary.parameters()) == count
    assert network.weight == weight


@pytest.mark.parametrize("name", ["googlenet", *LATER])
def test_auxiliary_classifiers_take_part_in_training_only(name: str) -> None:
    network = NETWORKS[name]((3, 32, 32), 4, auxiliary=True, auxiliary_weight=0.25, **THIN[name])
    images = torch.randn(2, 3, 32, 32)
    made = network.train()(images)
    assert isinstance(made, Outputs)
    assert made.weight == 0.25
    assert len(made.auxiliary) == (2 if name == "googlenet" else 1)
    with torch.no_grad():
        for head in network.auxiliary.values():
            for parameter in head.parameters():
                parameter.fill_(float("nan"))
    assert all(logits.shape == (2, 4) for logits in (made.logits, *made.auxiliary))
    assert network.eval()(images).isfinite().all()


@pytest.mark.parametrize("name", ["googlenet", *LATER])
def test_without_auxiliary_classifiers_training_gives_logits(name: str) -> None:
    network = NETWORKS[name]((3, 32, 32), 4, auxiliary=False, **THIN[name])
    assert isinstance(network.train()(torch.randn(2, 3, 32, 32)), Tensor)


def test_only_the_layers_before_an_auxiliary_classifier_learn_from_it() -> None:
    network = NETWORKS["googlenet"]((3, 32, 32), 4, width=0.25)
    made = network.train()(torch.randn(4, 3, 32, 32))
    cross_entropy(made.auxiliary[0], torch.arange(4)).backward()
    learning = {
        name
        for name, layer in network.features.named_children()
        if any(one.grad is not None for one in layer.parameters())
    }
    assert learning == {"conv1", "conv2", "conv3", "mixed_3a", "mixed_3b", "mixed_4a"}


def kernels(network: nn.Module) -> Counter[tuple[int, ...]]:
    return Counter(module.kernel_size for module in network.modules() if isinstance(module, nn.Conv2d))


def test_the_modules_have_the_filters_of_their_papers() -> None:
    assert kernels(published("googlenet").features)[5, 5] == 0
    assert kernels(on_meta("googlenet", (3, 16, 16), kernel_size=5).features)[5, 5] == 9
    assert kernels(published("inception_v2")).keys() == {(1, 1), (3, 3), (7, 7)}
    third = kernels(published("inception_v3").features)
    assert third[1, 7] == third[7, 1] == 4 * 3 + 1
    assert third[1, 3] == third[3, 1] == 2 * 2
    fourth = kernels(published("inception_v4").features)
    assert fourth[1, 7] == fourth[7, 1] == 7 * 3 + 2
    assert fourth[1, 3] == fourth[3, 1] == 3 * 3


def test_the_modules_have_the_poolings_of_their_papers() -> None:
    def found(name: str, kind: type[nn.Module]) -> list[tuple[str, Any]]:
        return [(key, one) for key, one in published(name).named_modules() if isinstance(one, kind)]

    windows = {key: one.kernel_size for key, one in found("googlenet", nn.MaxPool2d) if key.startswith("features.pool")}
    assert windows == {"features.pool1": 3, "features.pool2": 3, "features.pool3b": 3, "features.pool4e": 2}
    second = [key.split(".")[1] for key, one in found("inception_v2", nn.MaxPool2d) if "branch4" in key]
    assert second == ["mixed_5b"]
    halving = [one for key, one in found("inception_v2", nn.MaxPool2d) if "branch3" in key]
    assert [(one.stride, one.padding, one.ceil_mode) for one in halving] == [(2, (0, 0), True)] * 2
    for name, counted in (("inception_v3", True), ("inception_v4", False), ("inception_resnet_v2", False)):
        averages = dict(found(name, nn.AvgPool2d))
        heads = [averages.pop(key) for key in list(averages) if key.startswith("auxiliary")]
        assert [(head.kernel_size, head.stride) for head in heads] == [(5, 3)]
        assert {one.count_include_pad for one in averages.values()} == {counted}


@pytest.mark.parametrize("name", ALL)
def test_the_norms_are_as_published(name: str) -> None:
    norms = [module for module in published(name).modules() if isinstance(module, nn.BatchNorm2d)]
    assert {norm.eps for norm in norms} == {1e-5 if name == "inception_v2" else 1e-3}
    biased = {module.bias is not None for module in published(name).modules() if isinstance(module, nn.Conv2d)}
    assert biased == {"inception_v2": {True}, "inception_resnet_v2": {True, False}}.get(name, {False})


def test_local_response_normalisation_is_the_paper_s() -> None:
    def found(**parameters: Any) -> list[str]:
        layers = on_meta("googlenet", (3, 32, 32), **parameters).features.named_children()
        return [name for name, layer in layers if isinstance(layer, nn.LocalResponseNorm)]

    assert found() == []
    assert found(local_response=True) == ["response1", "response2"]


def test_dropout_is_where_it_is_asked_for() -> None:
    parameters = {"dropout": 0.25, "auxiliary_dropout": 0.5}
    network = on_meta("googlenet", (3, 32, 32), **parameters)
    rates = {name: module.p for name, module in network.named_modules() if isinstance(module, nn.Dropout)}
    assert rates == {
        "auxiliary.mixed_4a.dropout": 0.5,
        "auxiliary.mixed_4d.dropout": 0.5,
        "classifier.dropout": 0.25,
    }


def test_residual_branches_are_scaled() -> None:
    network = published("inception_resnet_v2")
    blocks = [module for module in network.modules() if isinstance(module, ScaledResidual)]
    assert [block.scale for block in blocks] == [0.17] * 10 + [0.1] * 20 + [0.2] * 9 + [1.0]
    assert [isinstance(block.activation, nn.Identity) for block in blocks] == [False] * 39 + [True]
    maps = torch.tensor([[[[2.0, -1.0]]]])
    assert ScaledResidual(nn.Identity(), 0.5, "relu")(maps).tolist() == [[[[3.0, 0.0]]]]
    assert ScaledResidual(nn.Identity(), 0.5, None)(maps).tolist() == [[[[3.0, -1.5]]]]


@pytest.mark.parametrize("silent", [True, False])
def test_residual_branches_begin_with_zero(silent: bool) -> None:
    network = NETWORKS["inception_resnet_v2"]((3, 16, 16), 4, zero_residual=silent, width=0.125, depth=0.1)
    for block in network.modules():
        if isinstance(block, ScaledResidual):
            maps = torch.rand(2, block.branch[-1].out_channels, 4, 4)
            assert torch.equal(block(maps), maps) == silent


def test_depth_stretches_the_rows_of_modules() -> None:
    assert list(repetitions(7, 1.0)) == [1, 2, 3, 4, 5, 6, 7]
    assert list(repetitions(4, 0.0625)) == [1]
    assert stretched((128, 160, 160, 192), 1.0) == [128, 160, 160, 192]
    assert stretched((128, 160, 160, 192), 0.5) == [128, 160]
    assert stretched((128, 160, 160, 192), 1.5) == [128, 128, 160, 160, 160, 192]
    for name, expected in (("inception_v3", 2 + 2 + 1), ("inception_v4", 2 + 4 + 2), ("inception_resnet_v2", 20)):
        names = [key for key, _ in on_meta(name, (3, 32, 32), depth=0.5, width=0.0625).features.named_children()]
        assert sum(key[:7] in ("mixed_a", "mixed_b", "mixed_c") for key in names) == expected


def test_width_multiplies_every_number_of_filters() -> None:
    found = sides(on_meta("googlenet", (3, 32, 32), width=0.5), (3, 32, 32))
    assert (found["conv1"][0], found["mixed_3a"][0], found["mixed_5b"][0]) == (32, 128, 512)


@pytest.mark.parametrize("name", ALL)
def test_without_norms_the_signal_arrives(name: str) -> None:
    depth = {} if name in ("googlenet", "inception_v2") else {"depth": 0.25}
    network = NETWORKS[name]((3, 32, 32), 10, norm="none", width=0.25, **depth).eval()
    with torch.no_grad():
        maps = network.features(torch.randn(8, 3, 32, 32))
        loss = cross_entropy(network.classifier(maps), torch.arange(8))
    assert 0.2 < maps.square().mean().sqrt().item() < 5
    assert loss.item() == pytest.approx(math.log(10), rel=0.05)
