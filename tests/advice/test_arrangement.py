"""Channels in groups are no places, whatever their sizes, unless they are read as such."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from hpsearch.advice.advise import advise_network
from hpsearch.advice.facts import Purpose


class Maps(nn.Module):
    """Maps of 4×4, what a habit does with them, and a head on all of it."""

    def __init__(self, channels: int, habit: Callable[["Maps", Tensor], Tensor]) -> None:
        super().__init__()
        self.habit = habit
        self.stem, self.flat = nn.Conv2d(3, channels, 4, stride=4), nn.Linear(16 * channels, 96)
        self.features, self.twelve = nn.Linear(channels, channels), nn.Linear(12, 12)
        self.norm, self.head = nn.LayerNorm(channels), nn.LazyLinear(10)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.head(self.habit(self, self.stem(images).relu()).flatten(1))
        return found


def of_groups(_network: Maps, x: Tensor) -> Tensor:
    rows = x.view(len(x), 4, -1)
    return ((rows - rows.mean(2, keepdim=True)) / rows.std(2, keepdim=True)).view(x.shape)


def attention(_network: Maps, x: Tensor) -> Tensor:
    heads = x.view(len(x), 4, 4, 16)
    return ((heads.softmax(-1) @ heads.mT).mT @ heads).reshape(x.shape)


def learned(network: Maps, x: Tensor) -> Tensor:
    row = network.flat(x.flatten(1)).view(len(x), 12, 8)
    return network.twelve(row.relu().reshape(len(x), 8, 12))  # type: ignore[no-any-return]


def tokens(network: Maps, x: Tensor) -> Tensor:
    """Sixteen places of 64 features each, or so it is meant."""
    return network.features(network.norm(x.reshape(len(x), 16, -1)))  # type: ignore[no-any-return]


def moved_tokens(network: Maps, x: Tensor) -> Tensor:
    return network.features(network.norm(x.flatten(2).transpose(1, 2)))  # type: ignore[no-any-return]


def maps_again(network: Maps, x: Tensor) -> Tensor:
    """Places of features as maps, without moving them back."""
    return moved_tokens(network, x).relu().reshape(x.shape)


def told(channels: int, habit: Callable[[Maps, Tensor], Tensor]) -> list[str]:
    network = Maps(channels, habit)
    network(torch.zeros(1, 3, 16, 16))
    return [one.code for one in advise_network(network, Purpose((3, 16, 16), 10), {"HP407"})]


@pytest.mark.parametrize(
    ("channels", "habit"), [(16, of_groups), (16, attention), (16, learned), (64, moved_tokens), (64, of_groups)]
)
def test_what_also_is_groups_is_not_told(channels: int, habit: Callable[[Maps, Tensor], Tensor]) -> None:
    assert told(channels, habit) == []


@pytest.mark.parametrize("habit", [tokens, maps_again])
def test_groups_that_are_read_as_features_are(habit: Callable[[Maps, Tensor], Tensor]) -> None:
    assert told(64, habit) == ["HP407"]
