"""Random numbers that are neither parameters nor buffers are found by building the network once more."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from hpsearch.advice.facts import Purpose
from hpsearch.advice.gathering import facts_of_settings
from hpsearch.job import NetworkSettings

PURPOSE = Purpose((1, 6, 6), 3)


class Keeping(nn.Module):
    """Features times what a habit keeps."""

    table: Tensor
    steps: int

    def __init__(self, habit: str) -> None:
        super().__init__()
        self.stem, self.head = nn.Linear(36, 8), nn.Linear(8, 3)
        HABITS[habit](self)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.head(self.stem(images.flatten(1)).relu() @ torch.as_tensor(self.table))
        return found


class Steps:
    """Counts passes in training mode, and makes features larger by them."""

    def __init__(self, network: "Keeping") -> None:
        network.table, network.steps = torch.eye(8), 0
        network.register_forward_pre_hook(self.count)

    def count(self, network: "Keeping", _images: object) -> None:
        network.steps += network.training
        network.table = torch.eye(8) * (1 + network.steps)


def counted(network: Keeping) -> None:
    """Draws a number that nothing depends on, too."""
    network.steps = int(torch.randint(10**9, ()))
    network.table = torch.randn(8, 8)


def hidden(network: Keeping) -> None:
    drawn = torch.randn(8)
    network.table = torch.eye(8)
    network.stem.register_forward_hook(lambda _module, _given, found: found * drawn)


def shuffled(network: Keeping) -> None:
    network.table = torch.eye(8)[torch.from_numpy(np.random.permutation(8))]


HABITS: dict[str, Callable[[Keeping], object]] = {
    "plain": lambda network: setattr(network, "table", torch.randn(8, 8)),
    "counted beside": counted,
    "hidden": hidden,
    "warming up": Steps,
    "shuffled": shuffled,
    "forgotten buffer": lambda network: network.register_buffer("table", torch.randn(8, 8), persistent=False),
    "parameter": lambda network: setattr(network, "table", nn.Parameter(torch.randn(8, 8))),
    "buffer": lambda network: network.register_buffer("table", torch.randn(8, 8)),
    "constant": lambda network: setattr(network, "table", torch.linspace(-1, 1, 64).reshape(8, 8)),
}


def build(input_shape: tuple[int, int, int], outputs: int, habit: str) -> nn.Module:
    return Keeping(habit)


@pytest.mark.parametrize(
    ("habit", "held"),
    [
        ("plain", ("table",)),
        ("shuffled", ("table",)),
        ("forgotten buffer", ("table",)),
        ("counted beside", ("table",)),
        ("hidden", ("what __init__ draws",)),
        ("warming up", ()),
        ("parameter", ()),
        ("buffer", ()),
        ("constant", ()),
    ],
)
def test_what_is_drawn_and_not_saved_is_found(habit: str, held: tuple[str, ...]) -> None:
    settings = NetworkSettings(None, f"{__name__}:build", parameters={"habit": habit})
    assert facts_of_settings(settings, PURPOSE, costs=False).unsaved == held


BODY = nn.Sequential(nn.Flatten(), nn.Linear(36, 8), nn.ReLU())


class Shared(nn.Module):
    """A body that all networks of this process have, and a head of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = BODY, nn.Linear(8, 3)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.head(self.body(images))
        return found


def share(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Shared()


def test_layers_that_networks_share_stay_as_they_are() -> None:
    kept = {name: value.clone() for name, value in BODY.state_dict().items()}
    facts = facts_of_settings(NetworkSettings(None, f"{__name__}:share", {}), PURPOSE, costs=False)
    assert (facts.failure, facts.unsaved) == (None, ())
    assert facts.slopes
    for name, value in BODY.state_dict().items():
        assert value.dtype == torch.float32
        assert torch.equal(value, kept[name])
