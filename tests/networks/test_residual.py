"""ResNet, DenseNet, MobileNet and ShuffleNet against their papers, and what their units promise."""

import math
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate

from hpsearch.cost.layers import layer_costs
from hpsearch.networks.blocks.map import Map
from hpsearch.networks.blocks.residual import Layer, PaddingShortcut, ResidualUnit, Style, branches_of
from hpsearch.networks.densenet import DenseLayer
from hpsearch.networks.parameters import ACTIVATION_NAMES, PARAMETERS
from hpsearch.networks.shufflenet import ChannelShuffle, ShuffleUnit
from hpsearch.networks.table import NETWORKS

IMAGENET = (3, 224, 224)
CIFAR = (3, 32, 32)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


def hollow(name: str, shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Module:
    """A network without numbers."""
    with torch.device("meta"):
        return NETWORKS[name](shape, outputs, **parameters)


def millions(network: nn.Module) -> float:
    return sum(parameter.numel() for parameter in network.parameters()) / 1e6


def smooth(side: int = 16, images: int = 16) -> Tensor:
    """(N, 3, side, side) of mean 0 and variance 1, with neighbouring pixels nearly equal, as in photographs."""
    drawn = interpolate(torch.randn(images, 3, side // 4, side // 4), size=side, mode="bilinear")
    return (drawn - drawn.mean()) / drawn.std()


def mega_multiply_adds(network: nn.Module, shape: tuple[int, int, int] = IMAGENET) -> float:
    """Of convolutions and linear layers, which the papers count."""
    rows = layer_costs(network, shape)
    return sum(row.multiply_adds for row in rows if row.kind in ("Conv2d", "Linear")) / 1e6


@pytest.mark.parametrize(
    ("parameters", "multiply_adds", "count"),
    [
        ({}, 569, 4.2),
        pytest.param({"width": 0.75}, 325, 2.6, marks=pytest.mark.slow),
        ({"width": 0.5}, 149, 1.3),
        ({"width": 0.25}, 41, 0.5),
        pytest.param({"resolution": 192 / 224}, 418, 4.2, marks=pytest.mark.slow),
        pytest.param({"resolution": 160 / 224}, 290, 4.2, marks=pytest.mark.slow),
        ({"resolution": 128 / 224}, 186, 4.2),
        ({"repeats": 0}, 307, 2.9),
    ],
)
def test_mobilenet_costs_what_its_paper_prints(parameters: dict[str, Any], multiply_adds: int, count: float) -> None:
    """Howard et al. (2017), tables 4 to 7."""
    network = hollow("mobilenet", IMAGENET, 1000, **parameters)
    assert mega_multiply_adds(network) == pytest.approx(multiply_adds, abs=1)
    assert millions(network) == pytest.approx(count, abs=0.051)


@pytest.mark.parametrize(("groups", "published"), [(1, 143), (2, 140), (3, 137), (4, 133), (8, 137)])
def test_shufflenet_costs_what_its_paper_prints(groups: int, published: int) -> None:
    """Zhang et al. (2018), table 1: the numbers of filters are chosen so that the costs are about the same."""
    assert mega_multiply_adds(hollow("shufflenet", IMAGENET, 1000, groups=groups)) == pytest.approx(published, abs=1.5)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("resnet18", 1.814),
        ("resnet50", 4.089),
        ("densenet121", 2.834),
        pytest.param("resnet34", 3.664, marks=pytest.mark.slow),
        pytest.param("densenet161", 7.728, marks=pytest.mark.slow),
    ],
)
def test_resnet_and_densenet_cost_what_torchvision_says(name: str, published: float) -> None:
    """Thousand millions of multiply-adds: ``_ops`` of the weights."""
    assert mega_multiply_adds(hollow(name, IMAGENET, 1000)) / 1000 == pytest.approx(published, abs=0.001)


@pytest.mark.parametrize(
    ("depth", "published", "places"), [(20, 0.27, 2), (32, 0.46, 2), (44, 0.66, 2), (56, 0.85, 2), (110, 1.7, 1)]
)
@pytest.mark.parametrize("preactivation", [False, True])
def test_small_resnets_have_the_parameters_of_table_6(
    depth: int, published: float, places: int, preactivation: bool
) -> None:
    network = hollow("resnet_cifar", CIFAR, 10, depth=depth, preactivation=preactivation)
    assert round(millions(network), places) == published


@pytest.mark.parametrize(
    ("depth", "growth_rate", "narrow", "published"),
    [(40, 12, False, 1.0), (100, 12, False, 7.0), (100, 24, False, 27.2), (100, 12, True, 0.8), (190, 40, True, 25.6)],
)
def test_small_densenets_have_the_parameters_of_table_2(
    depth: int, growth_rate: int, narrow: bool, published: float
) -> None:
    compression = 0.5 if narrow else 1.0
    told = {"depth": depth, "growth_rate": growth_rate, "bottleneck": narrow, "compression": compression}
    assert round(millions(hollow("densenet", CIFAR, 10, **told)), 1) == published


@pytest.mark.parametrize(
    ("name", "parameters", "count"),
    [
        ("mobilenet", {"width": 0.5}, 1_331_592),
        ("mobilenet", {"width": 0.75}, 2_585_560),
        ("shufflenet", {"groups": 1}, 1_531_936),
        ("shufflenet", {"groups": 2}, 1_733_848),
        ("shufflenet", {"groups": 4}, 1_968_344),
        ("shufflenet", {"groups": 1, "width": 0.75}, 975_214),
        ("shufflenet", {"groups": 1, "width": 0.5}, 534_484),
        ("shufflenet", {"groups": 1, "width": 0.25}, 209_746),
        ("shufflenet", {"groups": 3, "width": 0.75}, 1_238_266),
        ("shufflenet", {"groups": 3, "width": 0.5}, 718_324),
        ("shufflenet", {"groups": 3, "width": 0.25}, 305_902),
    ],
)
def test_scaled_networks_have_their_published_parameters(name: str, parameters: dict[str, Any], count: int) -> None:
    """The counts that imgclsmob's own tests hold."""
    assert millions(hollow(name, IMAGENET, 1000, **parameters)) == count / 1e6


@pytest.mark.parametrize("name", ["resnet", "resnet_cifar", "densenet"])
def test_the_depth_is_the_number_of_layers_with_weights(name: str) -> None:
    """Shortcuts are not counted."""
    depths = get_args(PARAMETERS[name].model_fields["depth"].annotation)
    for depth in [depth for depth in depths if depth <= 50 or depth == 121]:
        network = hollow(name, CIFAR, 10, depth=depth)
        layers = [
            path
            for path, module in network.named_modules()
            if isinstance(module, nn.Conv2d | nn.Linear) and ".shortcut." not in path
        ]
        assert len(layers) == depth


def test_option_a_leaves_pixels_out_and_adds_zeros() -> None:
    given = torch.arange(2 * 3 * 5.0).reshape(1, 2, 3, 5)
    made = PaddingShortcut(2, 5, 2)(given)
    assert made.shape == (1, 5, 2, 3)
    assert torch.equal(made[:, :2], given[:, :, ::2, ::2])
    assert not made[:, 2:].any()
    network = hollow("resnet_cifar", CIFAR, 10)
    assert not any("shortcut" in name for name, _ in network.named_parameters())


@pytest.mark.parametrize("preactivation", [False, True])
def test_a_silent_unit_of_preactivation_is_the_identity(preactivation: bool) -> None:
    unit = ResidualUnit(4, [Layer(4, 3), Layer(4, 3)], Style("batch", "relu", preactivation)).eval()
    for parameter in list(unit.branch.parameters())[-2:]:
        parameter.data.zero_()
    given = torch.randn(2, 4, 5, 5)
    assert torch.equal(unit(given), given if preactivation else given.relu())


def test_a_changing_shortcut_of_preactivation_sees_activated_maps() -> None:
    unit = ResidualUnit(2, [Layer(4, 3, 2), Layer(4, 3)], Style("none", "relu", preactivation=True))
    assert torch.equal(unit(-torch.ones(1, 2, 4, 4)), unit(torch.zeros(1, 2, 4, 4)))


@pytest.mark.parametrize("name", ["resnet", "resnet_cifar"])
def test_the_first_unit_of_preactivation_takes_the_stems_activation(name: str) -> None:
    network = hollow(name, CIFAR, 10, preactivation=True)
    units = [unit for unit in network.modules() if isinstance(unit, ResidualUnit)]
    assert [unit.before is None for unit in units] == [True] + [False] * (len(units) - 1)
    assert all(unit.activation is None for unit in units)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("resnet", {"depth": 18, "width": 0.125}),
        ("resnet", {"depth": 18, "width": 0.125, "preactivation": True, "block": "bottleneck"}),
        ("resnet_cifar", {"depth": 14, "norm": "none"}),
        ("shufflenet", {"width": 0.125}),
    ],
)
@pytest.mark.parametrize("silent", [True, False])
def test_residual_branches_begin_with_zero_if_asked(name: str, parameters: dict[str, Any], silent: bool) -> None:
    network = NETWORKS[name]((3, 16, 16), 10, **parameters, zero_residual=silent).train()
    units = [unit for unit in network.modules() if isinstance(unit, ShuffleUnit) and unit.adds]
    branches = branches_of(network) + [unit.branch for unit in units]
    assert branches
    seen: list[bool] = []
    for branch in branches:
        branch.register_forward_hook(lambda _, __, made: seen.append(bool(made.any())))
    network(smooth())
    assert seen == [not silent] * len(branches)


@pytest.mark.parametrize("preactivation", [False, True])
def test_sums_stay_in_bounds_without_norm(preactivation: bool) -> None:
    told = {"depth": 110, "norm": "none", "zero_residual": False, "width": 0.5, "preactivation": preactivation}
    network = NETWORKS["resnet_cifar"]((3, 16, 16), 10, **told)
    images = smooth()
    with torch.no_grad():
        features = network.get_submodule("features")(images)
        loss = float(cross_entropy(network(images), torch.arange(16) % 10))
    assert 0.1 < float(features.square().mean().sqrt()) < 3
    assert loss == pytest.approx(math.log(10), rel=0.02)


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("resnet", {"depth": 18, "width": 0.125}),
        ("resnet", {"depth": 18, "width": 0.125, "preactivation": True}),
        ("densenet", {"depth": 22, "growth_rate": 4}),
        ("mobilenet", {"width": 0.125, "repeats": 1}),
        ("shufflenet", {"width": 0.25}),
    ],
)
def test_the_initial_loss_is_that_of_guessing_without_norm_too(
    name: str, parameters: dict[str, Any], activation: str
) -> None:
    switches = {"zero_residual": False} if "zero_residual" in PARAMETERS[name].model_fields else {}
    network = NETWORKS[name]((3, 16, 16), 10, activation=activation, norm="none", **parameters, **switches)
    with torch.no_grad():
        loss = float(cross_entropy(network(smooth()), torch.arange(16) % 10))
    assert loss == pytest.approx(math.log(10), rel=0.03)


def test_a_dense_layer_hands_on_all_that_it_gets() -> None:
    settings = PARAMETERS["densenet"](growth_rate=5)
    layer = DenseLayer(7, settings)  # type: ignore[arg-type]
    given = torch.randn(2, 7, 4, 4)
    made = layer(given)
    assert made.shape == (2, 12, 4, 4)
    assert torch.equal(made[:, :7], given)


def test_a_shuffle_deals_the_maps_of_the_groups_in_turn() -> None:
    made = ChannelShuffle(3)(torch.arange(6.0).reshape(1, 6, 1, 1).expand(2, 6, 4, 5))
    assert made[:, :, 1, 2].tolist() == [[0, 2, 4, 1, 3, 5]] * 2


def test_two_group_convolutions_see_all_maps() -> None:
    settings = PARAMETERS["shufflenet"](groups=4, norm="none", activation="tanh")
    unit = ShuffleUnit(Map(64, 3, 3), 64, 1, settings, first=False)  # type: ignore[arg-type]
    given = torch.randn(1, 64, 3, 3, requires_grad=True)
    unit.branch(given)[:, 0].sum().backward()
    assert given.grad is not None
    # One output sees four inner maps, of which each one has seen another group of sixteen.
    assert int(given.grad.flatten(2).any(dim=2).sum()) == 64


def test_the_resolution_multiplier_shrinks_the_images() -> None:
    network = hollow("mobilenet", (3, 120, 100), 10, resolution=0.5)
    rows = {row.name: row.output_shape for row in layer_costs(network, (3, 120, 100))}
    assert rows["features.resize"] == (3, 60, 50)
    # The stem is chosen by what the network sees.
    assert rows["features.stem.conv"] == (32, 60, 50)


@pytest.mark.parametrize("name", ["resnet18", "resnet20", "densenet", "mobilenet", "shufflenet"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 7, 2)])
def test_even_a_tiny_image_passes_every_stem(name: str, shape: tuple[int, int, int]) -> None:
    fields = PARAMETERS[name].model_fields
    shallow = {"depth": 22} if name == "densenet" else {}
    for kernel, stem in ((7, "imagenet"), (5, "small")):
        told = {"stem": stem} if "stem" in fields else {}
        network = hollow(name, shape, 3, kernel_size=kernel, **told, **shallow)
        assert network(torch.zeros(2, *shape, device="meta")).shape == (2, 3)
