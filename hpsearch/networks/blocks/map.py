"""The size of the maps on their way through a network."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call


class Map(NamedTuple):
    """One sample's maps, as (C, H, W)."""

    channels: int
    height: int
    width: int

    @property
    def side(self) -> int:
        """The shorter one."""
        return min(self.height, self.width)


def after(module: nn.Module, given: Map) -> Map:
    """The maps that the module makes of maps of the given size. Nothing is computed and nothing is drawn."""
    made = on_meta(module, given)
    return Map(*made.shape[1:])


def on_meta(module: nn.Module, given: tuple[int, int, int]) -> Tensor:
    """What the module returns for two samples on the meta device, wherever its own weights are.

    The module keeps its weights, its statistics and its mode; two samples, because batch norm cannot train on one.
    """
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    hollow = {name: torch.empty_like(tensor, device="meta") for name, tensor in tensors.items()}
    with torch.no_grad():
        made: Tensor = functional_call(module, hollow, (torch.empty(2, *given, device="meta"),))
    return made
