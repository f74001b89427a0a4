"""The size of the maps on their way through a network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from hpsearch.networks.activations import ACTIVATIONS


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
    """The maps that the module makes of maps of the given size. Nothing is drawn, and next to nothing computed."""
    made = hollow_pass(module, given)
    return Map(*made.shape[1:])


def hollow_pass(network: nn.Module, given: tuple[int, int, int]) -> Tensor:
    """What the network returns for one sample of zeros, right in its shape only; hooks run as ever.

    Convolutions, linear layers, norms, activations and dropouts give zeros of the right shape that take no memory, so
    that nothing is drawn and no statistics are changed. Anything else really runs, in the network's mode. (Passes on
    the meta device do the same, but the first one takes seconds: it imports torch's compiler.)
    """
    first = next(network.parameters(), None)
    sample = torch.zeros((), device="cpu" if first is None else first.device).expand(1, *given)
    with _hollowed(network), torch.no_grad():
        made: Tensor = network(sample)
    return made


@contextmanager
def _hollowed(network: nn.Module) -> Iterator[None]:
    alike = (
        nn.BatchNorm1d,
        nn.BatchNorm2d,
        nn.GroupNorm,
        _DropoutNd,
        *{type(one.build()) for one in ACTIVATIONS.values()},
    )
    hollow: list[nn.Module] = []
    try:
        for module in network.modules():
            forward: Callable[[Tensor], Tensor] | None = None
            if isinstance(module, nn.Conv2d):
                forward = _convolution(module)
            elif isinstance(module, nn.Linear):
                forward = _linear(module)
            elif isinstance(module, alike):
                forward = _same
            if forward is not None:
                module.forward = forward
                hollow.append(module)
        yield
    finally:
        for module in hollow:
            del module.forward


def _same(given: Tensor) -> Tensor:
    return given.view_as(given)  # another tensor, as those who follow tensors by their identity expect


def _linear(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    def forward(given: Tensor) -> Tensor:
        if given.shape[-1] != layer.in_features:
            raise ValueError(f"a linear layer of {layer.in_features} inputs was given {tuple(given.shape)}")
        return _zeros(given, (*given.shape[:-1], layer.out_features))

    return forward


def _convolution(layer: nn.Conv2d) -> Callable[[Tensor], Tensor]:
    def forward(given: Tensor) -> Tensor:
        samples, channels, *sides = given.shape
        if channels != layer.in_channels:
            raise ValueError(f"a convolution of {layer.in_channels} channels was given {tuple(given.shape)}")
        return _zeros(
            given, (samples, layer.out_channels, *(_side(layer, axis, side) for axis, side in enumerate(sides)))
        )

    return forward


def _side(layer: nn.Conv2d, axis: int, side: int) -> int:
    """Of what a convolution makes of maps with that side."""
    if layer.padding == "same":
        return side
    padding = 0 if isinstance(layer.padding, str) else layer.padding[axis]
    reach = layer.dilation[axis] * (layer.kernel_size[axis] - 1) + 1
    if side + 2 * padding < reach:
        raise ValueError(
            f"a filter that reaches over {reach} pixels does not fit into {side} and a padding of {padding}"
        )
    return (side + 2 * padding - reach) // layer.stride[axis] + 1


def _zeros(like: Tensor, shape: tuple[int, ...]) -> Tensor:
    return torch.zeros((), dtype=like.dtype, device=like.device).expand(shape)
