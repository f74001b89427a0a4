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

    def __init__(self, habit: str) -> None:
        super().__init__()
        self.stem, self.head = nn.Linear(36, 8), nn.Linear(8, 3)
        HABITS[habit](self)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.head(self.stem(images.flatten(1)).relu() @ torch.as_tensor(self.table))
        return found


def shuffled(network: Keeping) -> None:
    network.table = torch.eye(8)[torch.from_numpy(np.random.permutation(8))]


HABITS: dict[str, Callable[[Keeping], object]] = {
    "plain": lambda network: setattr(network, "table", torch.randn(8, 8)),
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
        ("forgotten buffer", ("what __init__ draws",)),
        ("parameter", ()),
        ("buffer", ()),
        ("constant", ()),
    ],
)
def test_what_is_drawn_and_not_saved_is_found(habit: str, held: tuple[str, ...]) -> None:
    settings = NetworkSettings(None, f"{__name__}:build", parameters={"habit": habit})
    assert facts_of_settings(settings, PURPOSE, costs=False).unsaved == held
