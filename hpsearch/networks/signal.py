"""What every layer with weights sees, found by sending the shape of an image through a finished network."""

import math
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from torch import Size, Tensor, nn

from hpsearch.networks.activations import ACTIVATIONS, Activation, Pooling
from hpsearch.networks.blocks.map import hollow_pass
from hpsearch.networks.parameters import ActivationName

Weighted = nn.Conv2d | nn.Linear
POOLINGS: tuple[tuple[type[nn.Module], Pooling], ...] = ((nn.MaxPool2d, "max"), (nn.AvgPool2d, "average"))
NORMS = (nn.BatchNorm2d, nn.GroupNorm)


@dataclass(frozen=True)
class Before:
    """What stands between the layer before and the one whose weights are drawn."""

    activation: Activation
    pooling: Pooling

    @property
    def gain(self) -> float:
        return self.activation.gain(self.pooling)


@dataclass(frozen=True)
class Arrival:
    """A layer with weights and what arrives at it."""

    layer: Weighted
    before: Before | None
    """None where it sees the normalised images, or what a norm or another layer made of them without activation."""
    fan_in: float
    """Mean number of inputs that one output really sees, where padding does not count."""


def arrivals(network: nn.Module, input_shape: tuple[int, int, int], activation: ActivationName) -> list[Arrival]:
    """The layers with weights in the order of their first call, in the network's mode. Nothing is computed.

    Activations, poolings and norms are seen where they are modules. Behind operations that are none, such as sums
    and concatenations, the network's ``activation`` is taken to stand.
    """
    watch = _Watch(Before(ACTIVATIONS[activation], "none"))
    with ExitStack() as hooks:
        for module in network.modules():
            hooks.callback(module.register_forward_hook(watch).remove)
            if module is network:
                hooks.callback(module.register_forward_pre_hook(watch.begin).remove)
        hollow_pass(network, input_shape)
    return watch.found


class _Watch:
    """A forward hook of all modules."""

    def __init__(self, default: Before) -> None:
        self.found: list[Arrival] = []
        self._default = default
        self._activations = {type(one.build()): one for one in ACTIVATIONS.values()}
        self._behind: dict[int, Before | None] = {}
        self._alive: list[Tensor] = []  # so that no tensor gets the identity of another one

    def begin(self, _: nn.Module, inputs: tuple[Any, ...]) -> None:
        self._mark(inputs[0], None)

    def __call__(self, module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        if not isinstance(output, Tensor) or not inputs or not isinstance(inputs[0], Tensor):
            return
        given = inputs[0]
        before = self._behind.get(id(given), self._default)
        if isinstance(module, nn.Conv2d | nn.Linear):
            if all(one.layer is not module for one in self.found):
                self.found.append(Arrival(module, before, _fan_in(module, given.shape)))
            self._mark(output, None)
        elif type(module) in self._activations:
            self._mark(output, Before(self._activations[type(module)], "none"))
        elif isinstance(module, NORMS):
            self._mark(output, None)
        elif pooled := next((name for kind, name in POOLINGS if isinstance(module, kind)), None):
            self._mark(output, Before(before.activation, pooled) if before else None)
        elif next(module.children(), None) is None and id(output) not in self._behind:
            self._mark(output, before)  # dropout, flattening and the like hand on what they get

    def _mark(self, tensor: Tensor, before: Before | None) -> None:
        self._behind[id(tensor)] = before
        self._alive.append(tensor)


def _fan_in(layer: Weighted, given: Size) -> float:
    if isinstance(layer, nn.Linear):
        return layer.in_features
    taps = [_taps(layer, axis, given[2 + axis]) for axis in (0, 1)]
    return layer.in_channels / layer.groups * math.prod(taps)


def _taps(layer: nn.Conv2d, axis: int, side: int) -> float:
    """Mean number of taps of the filter that meet the map rather than its padding."""
    padding = layer.padding[axis]
    if not isinstance(padding, int):
        return float(layer.kernel_size[axis])
    kernel, stride, dilation = layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis]
    starts = range(-padding, side + padding - dilation * (kernel - 1), stride)
    met = sum(0 <= start + dilation * tap < side for start in starts for tap in range(kernel))
    return max(met / len(starts), 1e-3) if starts else float(kernel)
