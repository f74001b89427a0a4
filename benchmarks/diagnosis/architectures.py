"""The small architectures of the catalogue, each a row of modules that a fault can get at."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

Make = Callable[[], nn.Module]
"""A new activation."""


@dataclass(frozen=True)
class Plan:
    """What an architecture is built for."""

    channels: int
    side: int
    outputs: int
    width: int
    dropout: float
    make: Make
    norm: Callable[[int], nn.Module]
    """A new norm for so many maps."""

    @property
    def large(self) -> bool:
        """Whether the images are worth a stride at the beginning."""
        return self.side > 8


class Residual(nn.Module):
    """Two convolutions with a norm beside an identity."""

    def __init__(self, width: int, plan: Plan) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            plan.norm(width),
            plan.make(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            plan.norm(width),
        )
        self.activation = plan.make()

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.activation(images + self.body(images))
        return found


class Dense(nn.Module):
    """A convolution behind norm and activation, beside what it sees (Huang et al., 2017)."""

    def __init__(self, width: int, growth: int, plan: Plan) -> None:
        super().__init__()
        self.body = nn.Sequential(plan.norm(width), plan.make(), nn.Conv2d(width, growth, 3, padding=1, bias=False))

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat([images, self.body(images)], dim=1)


def plain(plan: Plan) -> nn.Sequential:
    """Two convolutions, and a hidden layer behind the maps; no norm."""
    width, first = plan.width, 2 if plan.large else 1
    layers: list[nn.Module] = [nn.Conv2d(plan.channels, width, 3, stride=first, padding=1), plan.make()]
    layers += [nn.MaxPool2d(2), nn.Conv2d(width, 2 * width, 3, padding=1), plan.make(), nn.MaxPool2d(2), nn.Flatten()]
    features = 2 * width * (plan.side // first // 4) ** 2
    layers += [nn.Linear(features, 32), plan.make(), nn.Dropout(plan.dropout), nn.Linear(32, plan.outputs)]
    return _started(nn.Sequential(*layers))


def vgg(plan: Plan) -> nn.Sequential:
    """Pairs of convolutions between poolings, and a hidden layer; no norm (after Simonyan and Zisserman, 2015)."""
    layers: list[nn.Module] = []
    channels, side = plan.channels, plan.side
    for number, filters in enumerate((plan.width, plan.width, 2 * plan.width, 2 * plan.width)):
        stride = 2 if plan.large and number == 0 else 1
        layers += [nn.Conv2d(channels, filters, 3, stride=stride, padding=1), plan.make()]
        channels, side = filters, side // stride
        if number % 2:
            layers.append(nn.MaxPool2d(2))
            side //= 2
    layers += [nn.Flatten(), nn.Linear(channels * side**2, 48), plan.make(), nn.Dropout(plan.dropout)]
    return _started(nn.Sequential(*layers, nn.Linear(48, plan.outputs)))


def norm(plan: Plan) -> nn.Sequential:
    """Three convolutions with batch norm, the largest of each map, one linear layer."""
    layers: list[nn.Module] = []
    channels = plan.channels
    for number, filters in enumerate((plan.width, 2 * plan.width, 2 * plan.width)):
        stride = 2 if plan.large or number == 1 else 1
        layers += [nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)]
        layers += [plan.norm(filters), plan.make()]
        channels = filters
    layers += [nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Dropout(plan.dropout), nn.Linear(channels, plan.outputs)]
    return nn.Sequential(*layers)


def residual(plan: Plan) -> nn.Sequential:
    """Two residual blocks."""
    width = plan.width
    network = nn.Sequential(
        OrderedDict(
            stem=nn.Conv2d(
                plan.channels, width, 5 if plan.large else 3, stride=4 if plan.large else 1, padding=1, bias=False
            ),
            norm=plan.norm(width),
            activation=plan.make(),
            first=Residual(width, plan),
            pool=nn.MaxPool2d(2),
            second=Residual(width, plan),
            average=nn.AdaptiveMaxPool2d(1),
            flatten=nn.Flatten(),
            dropout=nn.Dropout(plan.dropout),
            head=nn.Linear(width, plan.outputs),
        )
    )
    return _calmed(network)


def separable(plan: Plan) -> nn.Sequential:
    """Three depthwise and pointwise pairs behind one convolution (after Howard et al., 2017)."""
    width = plan.width
    layers: list[nn.Module] = [
        nn.Conv2d(plan.channels, width, 3, stride=2 if plan.large else 1, padding=1, bias=False),
        plan.norm(width),
        plan.make(),
    ]
    for number, (before, behind) in enumerate(((width, 2 * width), (2 * width, 2 * width), (2 * width, 3 * width))):
        stride = 2 if number == 1 or (number == 0 and plan.large) else 1
        layers += [nn.Conv2d(before, before, 3, stride=stride, padding=1, groups=before, bias=False)]
        layers += [plan.norm(before), plan.make()]
        layers += [nn.Conv2d(before, behind, 1, bias=False), plan.norm(behind), plan.make()]
    layers += [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(plan.dropout), nn.Linear(12 * width, plan.outputs)]
    return _calmed(nn.Sequential(*layers))


def dense(plan: Plan) -> nn.Sequential:
    """Two blocks of two dense layers with a pointwise convolution between them (after Huang et al., 2017)."""
    width, growth = plan.width, max(1, plan.width // 2)
    stride = 4 if plan.large else 1
    between = width + 2 * growth
    last = width + 2 * growth
    layers: list[nn.Module] = [
        nn.Conv2d(plan.channels, width, 5 if plan.large else 3, stride=stride, padding=1, bias=False),
        Dense(width, growth, plan),
        Dense(width + growth, growth, plan),
        plan.norm(between),
        plan.make(),
        nn.Conv2d(between, width, 1, bias=False),
        nn.MaxPool2d(2),
        Dense(width, growth, plan),
        Dense(width + growth, growth, plan),
        plan.norm(last),
        plan.make(),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Dropout(plan.dropout),
        nn.Linear(last, plan.outputs),
    ]
    return _calmed(nn.Sequential(*layers))


def _calmed(network: nn.Sequential) -> nn.Sequential:
    """With a small last layer, so that the loss begins at that of guessing."""
    last = network[-1].weight
    assert isinstance(last, Tensor)
    last.data *= 0.3
    return network


def _started(network: nn.Sequential) -> nn.Sequential:
    """With weights for the activation in use, and small ones in the last layer: there is no norm to mend them."""
    gain: Literal["linear", "relu"] = "linear" if any(isinstance(module, nn.Sigmoid) for module in network) else "relu"
    for module in network:
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity=gain)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    nn.init.normal_(network[-1].weight, std=0.1)  # type: ignore[arg-type]
    return network


ARCHITECTURES: dict[str, Callable[[Plan], nn.Sequential]] = {
    "plain": plain,
    "norm": norm,
    "residual": residual,
    "vgg": vgg,
    "separable": separable,
    "dense": dense,
}
