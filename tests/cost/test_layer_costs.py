"""Costs of layers against papers' figures, PyTorch's own counter and real memory."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from hpsearch.cost.layers import layer_costs, network_cost
from hpsearch.networks.convnet import build_convnet
from hpsearch.networks.parameters import ACTIVATION_NAMES


def test_alexnets_first_layers_cost_what_the_literature_says() -> None:
    """The figures of the well-known table of AlexNet's layers on 227×227 images with 64 first filters."""
    network = nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Flatten(),
        nn.Linear(64 * 27 * 27, 5),
    )
    conv, relu, pool, flatten, linear = layer_costs(network, (3, 227, 227))
    assert conv.output_shape == (64, 56, 56)
    assert (conv.parameters, conv.multiply_adds, conv.activation_bytes) == (23_296, 72_855_552, 784 * 1024)
    assert pool.output_shape == (64, 27, 27)
    assert (pool.parameters, pool.multiply_adds, pool.activation_bytes) == (0, 419_904, int(182.25 * 1024))
    assert (relu.kind, relu.multiply_adds) == ("ReLU", 0)
    assert flatten.output_shape == (46_656,)
    assert (linear.parameters, linear.multiply_adds) == (46_656 * 5 + 5, 46_656 * 5)


def test_alexnets_sixth_layer_is_its_largest() -> None:
    (linear,) = layer_costs(nn.Sequential(nn.Linear(9216, 4096)), (1, 1, 9216))
    assert (linear.parameters, linear.multiply_adds) == (37_752_832, 37_748_736)


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
def test_totals_agree_with_the_network_and_with_pytorchs_counter(activation: str, pooling: str) -> None:
    network = build_convnet((3, 16, 12), 7, depth=4, activation=activation, pooling=pooling, norm="none", kernel_size=4)
    layers = layer_costs(network, (3, 16, 12))
    total = network_cost(network, layers)
    assert total.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert total.parameters == sum(layer.parameters for layer in layers)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, 16, 12))
    weighted = sum(layer.multiply_adds for layer in layers if layer.kind in ("Conv2d", "Linear"))
    assert 2 * weighted == counter.get_total_flops()  # PyTorch counts the multiplication and the addition
    assert [layer.name for layer in layers] == [name for name, _ in network.named_children()]


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (nn.Conv2d(8, 16, 3, groups=4), (8, 5, 5), 16 * 9 * 2 * 9),
        (nn.ConvTranspose2d(8, 6, 2, stride=2, groups=2), (8, 5, 5), 8 * 25 * 3 * 4),
        (nn.Conv2d(4, 8, (1, 5), padding=(0, 2)), (4, 6, 6), 8 * 36 * 4 * 5),
        (nn.AvgPool2d((2, 1)), (4, 6, 6), 4 * 18 * 2),
        (nn.AdaptiveAvgPool2d(1), (4, 6, 6), 4 * 36),
        (nn.BatchNorm2d(4), (4, 6, 6), 4 * 36),
        (nn.GroupNorm(2, 4), (4, 6, 6), 4 * 36),
        (nn.GELU(), (4, 6, 6), 0),
        (nn.Dropout(0.5), (4, 6, 6), 0),
    ],
)
def test_each_kind_of_layer_counts_by_its_rule(layer: nn.Module, shape: tuple[int, int, int], expected: int) -> None:
    (cost,) = layer_costs(nn.Sequential(layer), shape)
    assert cost.multiply_adds == expected


class Shared(nn.Module):
    """Calls one layer twice, has a weight of its own, and makes a tensor on the CPU."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(2, 2, 1)
        self.weight = nn.Parameter(torch.ones(3))
        self.calls: list[str] = []

    def forward(self, images: Tensor) -> Tensor:
        made: Tensor = self.layer(self.layer(images))
        self.calls.append(str(made.device))
        return made


class OnlyReal(nn.Module):
    """Looks at its numbers, which the meta device does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(2, 4, 1)

    def forward(self, images: Tensor) -> Tensor:
        made: Tensor = self.layer(images)
        return made * 2 if float(made.sum()) > 0 else made


class Pair(nn.Module):
    def forward(self, images: Tensor) -> Any:
        return images, images


def test_a_layer_called_twice_has_two_rows_and_its_weights_once() -> None:
    network = Shared()
    first, second = layer_costs(network, (2, 3, 3))
    assert (first.name, second.name) == ("layer", "layer")
    assert (first.parameters, second.parameters) == (6, 0)
    assert first.multiply_adds == second.multiply_adds == 36
    assert network_cost(network, (first, second)).parameters == 6 + 3


def test_a_network_that_needs_real_numbers_is_measured_on_the_cpu() -> None:
    layer, *own = layer_costs(OnlyReal(), (2, 3, 3))
    assert (layer.output_shape, layer.multiply_adds) == ((4, 3, 3), 72)
    assert own[0].kind == "sum"


def test_outputs_that_are_no_tensors_cost_nothing_and_break_nothing() -> None:
    (cost,) = layer_costs(nn.Sequential(Pair()), (2, 3, 3))
    assert (cost.kind, cost.output_shape, cost.activation_bytes) == ("Pair", (), 0)


def test_what_the_network_itself_raises_comes_through() -> None:
    with pytest.raises(RuntimeError, match="expected input"):
        layer_costs(nn.Sequential(nn.Conv2d(5, 1, 1)), (2, 3, 3))


def test_the_network_is_left_as_it_is() -> None:
    network = build_convnet((1, 8, 8), 10, norm="batch").train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    layer_costs(network, (1, 8, 8))
    assert all(module.training for module in network.modules())
    assert all(not module._forward_hooks for module in network.modules())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_no_memory_is_taken_for_activations() -> None:
    """One such map would have 4 TB."""
    (cost, *_) = layer_costs(nn.Sequential(nn.Conv2d(1, 1024, 1)), (1, 2**15, 2**15))
    assert cost.activation_bytes == 4 * 1024 * 2**30
