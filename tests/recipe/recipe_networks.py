"""Sound and faulty networks as a user would bring them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network

Shape = tuple[int, int, int]


def plain(input_shape: Shape, outputs: int, depth: int = 3, width: int = 16, norm: bool = False) -> nn.Sequential:
    """Convolutions with torch's own default initialisation, as a first try would look."""
    layers: list[nn.Module] = []
    channels, height, side = input_shape
    for _ in range(depth):
        layers += [nn.Conv2d(channels, width, 3, padding=1), *([nn.BatchNorm2d(width)] if norm else []), nn.ReLU()]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * height * side, outputs))


def _built_in(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    settings = NetworkSettings("convnet", None, parameters)
    return build_network(settings, input_shape, outputs, seed=torch.initial_seed())


def zeroed(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Every weight is zero."""
    return _scaled(_built_in(input_shape, outputs, **parameters), 0.0)


def zeroed_plain(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Every weight is zero, and the biases are random, which lets the constant outputs differ between channels."""
    return _scaled(plain(input_shape, outputs, **parameters), 0.0)


def tenfold(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Every weight is ten times too large."""
    return _scaled(_built_in(input_shape, outputs, **parameters), 10.0)


def tenfold_plain(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """The same for torch's own initialisation."""
    return _scaled(plain(input_shape, outputs, **parameters), 10.0)


def soft_max(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Ends with a soft-max, so that the loss sees probabilities."""
    return nn.Sequential(_built_in(input_shape, outputs, **parameters), nn.Softmax(dim=1))


def hidden_soft_max(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """The same as a function call that no hook on modules sees."""
    return _Wrapped(_built_in(input_shape, outputs, **parameters), lambda logits: logits.softmax(1))


def frozen(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Nothing can change."""
    return _built_in(input_shape, outputs, **parameters).requires_grad_(False)


def frozen_but_head(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Only the last layer can change: meant so in transfer learning."""
    network = frozen(input_shape, outputs, **parameters)
    list(network.children())[-1].requires_grad_(True)
    return network


def frozen_head(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Only the last layer cannot change."""
    network = _built_in(input_shape, outputs, **parameters)
    list(network.children())[-1].requires_grad_(False)
    return network


def zero_head(input_shape: Shape, outputs: int, **parameters: Any) -> nn.Module:
    """Sound: the last layer starts at zero."""
    network = _built_in(input_shape, outputs, **parameters)
    _scaled(list(network.children())[-1], 0.0)
    return network


def residual(input_shape: Shape, outputs: int, width: int = 16, blocks: int = 2) -> nn.Module:
    """Sound: residual blocks whose last normalisation starts at zero (Goyal et al., 2017)."""
    stem = nn.Sequential(nn.Conv2d(input_shape[0], width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, outputs))
    return nn.Sequential(stem, *(_Block(width) for _ in range(blocks)), head)


def broken(input_shape: Shape, outputs: int) -> nn.Module:
    """Raises in every forward pass."""

    def fail(logits: Tensor) -> Tensor:
        raise RuntimeError("the user's own mistake")

    return _Wrapped(_built_in(input_shape, outputs), fail)


class _Wrapped(nn.Module):
    def __init__(self, network: nn.Module, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.network = network
        self.function = function

    def forward(self, images: Tensor) -> Tensor:
        return self.function(self.network(images))


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.relu2 = nn.ReLU()
        nn.init.zeros_(self.norm2.weight)

    def forward(self, images: Tensor) -> Tensor:
        inner = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(images)))))
        return self.relu2(images + inner)


def _scaled(network: nn.Module, factor: float) -> nn.Module:
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                module.weight.mul_(factor)
    return network
