"""Every named network, stacked, is what its members are alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from hpsearch.networks.parameters import ACTIVATION_NAMES
from hpsearch.networks.table import NETWORKS
from tests.networks.zoo import ZOO
from tests.networks.zoo_entry import Entry
from tests.training.stacked.stacked_cases import CONTIGUOUS, LAST, assert_members_are_themselves, stacked_of

RATES = (0.0, 0.5, 0.2)
TRAINED = [entry for entry in ZOO if entry.trains]
QUICK = {"lenet", "convnet", "resnet_cifar", "mobilenet", "alexnet", "shufflenet", "googlenet", "densenet"}
"""A small one of each family, and of each kind of layer."""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield
    torch.set_num_threads(before)


def quick(entries: list[Entry]) -> list[Any]:
    """Of each quick family the entry with the most settings, of the rest none, in the default suite."""
    chosen = {entry.name: entry for entry in sorted(entries, key=lambda entry: len(entry.parameters))}
    return [
        pytest.param(
            entry,
            id=str(entry),
            marks=() if chosen.get(entry.name) is entry and entry.name in QUICK else pytest.mark.slow,
        )
        for entry in entries
    ]


def members(entry: Entry, rates: tuple[float, ...], **parameters: Any) -> list[nn.Module]:
    return [entry.build_small(4, dropout=rate, **parameters).double() for rate in rates]


@pytest.mark.parametrize("entry", quick(TRAINED))
def test_members_of_the_zoo_are_themselves(entry: Entry) -> None:
    images = torch.randn(4, *entry.small_shape, dtype=torch.float64)
    assert_members_are_themselves(members(entry, RATES[1:]), images)


@pytest.mark.parametrize("entry", quick([entry for entry in TRAINED if entry.name != "googlenet"]))
def test_members_of_the_zoo_are_themselves_with_channels_last(entry: Entry) -> None:
    images = torch.randn(3, *entry.small_shape, dtype=torch.float64)
    assert_members_are_themselves(members(entry, RATES[1:]), images, LAST, steps=1)


@pytest.mark.parametrize("memory_format", [CONTIGUOUS, LAST], ids=["contiguous", "channels_last"])
@pytest.mark.parametrize("norm", ["none", "batch", "group"])
@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
def test_every_activation_and_norm(activation: str, norm: str, memory_format: torch.memory_format) -> None:
    networks = [
        NETWORKS["convnet"](
            (2, 8, 8), 4, dropout=rate, width=6, activation=activation, norm=norm, head="flatten", depth=2
        ).double()
        for rate in RATES
    ]
    assert_members_are_themselves(networks, torch.randn(4, 2, 8, 8, dtype=torch.float64), memory_format)


@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
def test_every_pooling(pooling: str) -> None:
    networks = [NETWORKS["convnet"]((1, 9, 7), 3, dropout=rate, pooling=pooling, width=4).double() for rate in RATES]
    assert_members_are_themselves(networks, torch.randn(4, 1, 9, 7, dtype=torch.float64))


def test_dropout_of_maps_between_layers_with_channels_last() -> None:
    parameters = {"depth": 22, "growth_rate": 4, "layer_dropout": 0.3, "norm": "group"}
    networks = [NETWORKS["densenet"]((3, 8, 8), 4, dropout=rate, **parameters).double() for rate in RATES[:2]]
    assert_members_are_themselves(networks, torch.randn(3, 3, 8, 8, dtype=torch.float64), LAST, steps=1)


FIRST_LAYERS: dict[str, Callable[[float], list[nn.Module]]] = {
    "dropout": lambda rate: [nn.Dropout(rate), nn.Conv2d(3, 4, 3)],
    "dropout of maps": lambda rate: [nn.Dropout2d(rate), nn.Conv2d(3, 6, 3, groups=3)],
    "batch norm": lambda _: [nn.BatchNorm2d(3), nn.PReLU(3), nn.Conv2d(3, 4, 1)],
    "group norm": lambda _: [nn.GroupNorm(3, 3), nn.Conv2d(3, 4, 3, padding="same", padding_mode="reflect")],
    "groups": lambda _: [nn.Conv2d(3, 6, 3, groups=3), nn.Hardswish()],
    "vectors": lambda rate: [nn.Flatten(), nn.Linear(192, 8), nn.BatchNorm1d(8), nn.PReLU(), nn.Dropout(rate)],
    "response": lambda _: [nn.LocalResponseNorm(3), nn.Conv2d(3, 4, (3, 1), stride=2), nn.Softplus()],
}


@pytest.mark.parametrize("layers", FIRST_LAYERS.values(), ids=FIRST_LAYERS)
@pytest.mark.parametrize("memory_format", [CONTIGUOUS, LAST], ids=["contiguous", "channels_last"])
def test_layers_on_images_that_all_members_share(
    layers: Callable[[float], list[nn.Module]], memory_format: torch.memory_format
) -> None:
    if layers is FIRST_LAYERS["group norm"] and memory_format == LAST:
        pytest.skip("torch 2.13 crashes where such a network trains alone")
    images = torch.randn(4, 3, 8, 8, dtype=torch.float64)
    networks = [nn.Sequential(*layers(rate), nn.Flatten(), nn.LazyLinear(3)).double() for rate in RATES]
    for network in networks:
        network(images)
    assert_members_are_themselves(networks, images, memory_format)


def test_a_batch_for_each_member() -> None:
    networks = [NETWORKS["lenet"]((3, 8, 8), 4, norm="batch").double() for _ in range(3)]

    images = torch.randn(3, 5, 3, 8, 8, dtype=torch.float64)
    for memory_format in (CONTIGUOUS, LAST):
        made = stacked_of(networks, memory_format)(images)
        for member, network in enumerate(networks):
            assert torch.allclose(network(images[member]), made.logits[member], rtol=1e-12, atol=1e-12)


def test_a_batch_for_each_member_goes_through_any_first_layer() -> None:
    images = torch.randn(2, 4, 3, 8, 8, dtype=torch.float64)
    for layers in FIRST_LAYERS.values():
        networks = [nn.Sequential(*layers(0.0)).double().eval() for _ in range(2)]
        made = [network(images[member]) for member, network in enumerate(networks)]
        found = stacked_of(networks)(images).logits
        assert torch.allclose(torch.stack(made), found, rtol=1e-12, atol=1e-12)


def test_group_norm_first_in_a_network_trains_channels_last() -> None:
    networks = [nn.Sequential(nn.GroupNorm(3, 3), nn.Conv2d(3, 4, 3)).double() for _ in range(2)]
    images = torch.randn(4, 3, 8, 8, dtype=torch.float64).contiguous(memory_format=LAST)
    stacked = stacked_of(networks, LAST)
    stacked.run(images)[0].sum().backward()
    networks[1](images.contiguous()).sum().backward()
    found = stacked.parameters["0.weight"].grad
    assert found is not None
    assert torch.allclose(networks[1][0].weight.grad, found[1], rtol=1e-12)
