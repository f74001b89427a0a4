"""Networks with a mistake in how their weights begin, each as somebody would have it in a module of their own."""

from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.gate.fourth_broken import Plain
from benchmarks.gate.fourth_networks import ResNet, Shape

KERNELS = (nn.Conv2d, nn.Linear)


def _each(network: nn.Module, kinds: Any = KERNELS) -> list[Any]:
    return [module for module in network.modules() if isinstance(module, kinds)]


class AllZero(Plain):
    """Every weight begins at zero."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


class HiddenZero(Plain):
    """The hidden linear layer begins at zero, "as the last one may"."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=True)
        nn.init.zeros_(self.fc1.weight)
        nn.init.zeros_(self.fc1.bias)


class ClosedNorms(Plain):
    """Every norm begins with a weight of zero, not only those at the end of a branch."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=True)
        for norm in _each(self, nn.BatchNorm2d):
            nn.init.zeros_(norm.weight)


class AllAlike(Plain):
    """Every weight of the linear layers and convolutions begins at the same number."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for layer in _each(self):
            nn.init.constant_(layer.weight, 0.02)


class StandardNormal(Plain):
    """Normal weights without any scale."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for layer in _each(self):
            nn.init.normal_(layer.weight)


class NearZero(Plain):
    """Normal weights that are far too small."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for layer in _each(self):
            nn.init.normal_(layer.weight, std=1e-4)
            nn.init.zeros_(layer.bias)


class Positive(Plain):
    """Uniform weights between 0 and 1."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for layer in _each(self):
            nn.init.uniform_(layer.weight)


class LoudHead(ResNet):
    """A residual network whose last layer begins with normal weights of deviation 5."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, width=16, blocks=1)
        nn.init.normal_(self.fc.weight, std=5)


class SureFromTheStart(Plain):
    """The bias of one output begins at 25."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=True)
        with torch.no_grad():
            self.fc2.bias[0] = 25.0


class NegativeBiases(Plain):
    """Biases so low that next to no unit is ever above zero."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for layer in _each(self)[:-1]:
            nn.init.constant_(layer.bias, -2.0)


class SaturatedTanh(nn.Module):
    """Hyperbolic tangents whose sums are tens."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        features = input_shape[0] * input_shape[1] * input_shape[2]
        self.layers = nn.Sequential(
            *(nn.Flatten(), nn.Linear(features, 128), nn.Tanh(), nn.Linear(128, 128), nn.Tanh()),
            *(nn.Linear(128, 128), nn.Tanh(), nn.Linear(128, outputs)),
        )
        for layer in _each(self)[:-1]:
            nn.init.normal_(layer.weight, std=3.0)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x)
        return found


class Deep(nn.Module):
    """Many convolutions in a row without norm or shortcut, with torch's own first weights."""

    def __init__(self, input_shape: Shape, outputs: int, act: str = "ReLU", depth: int = 20, width: int = 16) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = input_shape[0]
        for number in range(depth):
            layers += [nn.Conv2d(channels, width, 3, stride=2 if number == 0 else 1, padding=1), getattr(nn, act)()]
            channels = width
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.body(x).mean((2, 3)))
        return found
