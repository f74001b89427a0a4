"""Every named network, stacked, is what its members are alone."""

from collections.abc import Iterator
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


def test_a_batch_for_each_member() -> None:
    networks = [NETWORKS["lenet"]((3, 8, 8), 4, norm="batch").double() for _ in range(3)]

    images = torch.randn(3, 5, 3, 8, 8, dtype=torch.float64)
    for memory_format in (CONTIGUOUS, LAST):
        made = stacked_of(networks, memory_format)(images)
        for member, network in enumerate(networks):
            assert torch.allclose(network(images[member]), made.logits[member], rtol=1e-12, atol=1e-12)
