"""The architectures of the second held-out part, each a row of modules that ends with a linear layer."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.diagnosis.architectures import Make, Plan


class Branches(nn.Module):
    """Convolutions of several sizes side by side (after Szegedy et al., 2015)."""

    def __init__(self, channels: int, width: int, plan: Plan) -> None:
        super().__init__()

        def branch(*layers: nn.Module) -> nn.Module:
            return nn.Sequential(*layers, plan.norm(width), plan.make())

        self.point = branch(nn.Conv2d(channels, width, 1, bias=False))
        self.small = branch(nn.Conv2d(channels, width, 3, padding=1, bias=False))
        self.large = branch(nn.Conv2d(channels, width, 5, padding=2, bias=False))
        self.pooled = branch(nn.MaxPool2d(3, 1, 1), nn.Conv2d(channels, width, 1, bias=False))

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat([self.point(images), self.small(images), self.large(images), self.pooled(images)], dim=1)


class Mixer(nn.Module):
    """A depthwise convolution, a norm of each image, and two pointwise ones beside an identity (after Liu et al.,
    2022)."""

    def __init__(self, width: int, make: Make) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 7, padding=3, groups=width),
            nn.GroupNorm(1, width),
            nn.Conv2d(width, 2 * width, 1),
            make(),
            nn.Conv2d(2 * width, width, 1),
        )

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = images + self.body(images)
        return found


class Gate(nn.Module):
    """Each map times a number between 0 and 1 that all maps decide (Hu et al., 2018)."""

    def __init__(self, width: int, plan: Plan) -> None:
        super().__init__()
        self.decide = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, max(1, width // 4), 1), plan.make())
        self.open = nn.Sequential(nn.Conv2d(max(1, width // 4), width, 1), nn.Sigmoid())

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = images * self.open(self.decide(images))
        return found


class Before(nn.Module):
    """Norm and activation in front of each of two convolutions, and a gate, beside an identity (He et al., 2016)."""

    def __init__(self, channels: int, width: int, plan: Plan) -> None:
        super().__init__()
        self.beside = nn.Conv2d(channels, width, 1, bias=False) if channels != width else nn.Identity()
        self.body = nn.Sequential(
            nn.GroupNorm(_groups(channels), channels),
            plan.make(),
            nn.Conv2d(channels, width, 3, padding=1, bias=False),
            nn.GroupNorm(_groups(width), width),
            plan.make(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            Gate(width, plan),
        )

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.beside(images) + self.body(images)
        return found


def alexnet(plan: Plan) -> nn.Sequential:
    """A large kernel first, overlapping pools, two wide hidden layers with dropout; no norm (after Krizhevsky et al.,
    2012)."""
    width = plan.width
    features = 2 * width * (plan.side // 8 if plan.large else plan.side // 2) ** 2
    return _drawn(
        nn.Conv2d(plan.channels, width, 5, stride=2 if plan.large else 1, padding=2),
        plan.make(),
        nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(width, 2 * width, 5, padding=2),
        plan.make(),
        *((nn.MaxPool2d(3, 2, 1),) if plan.large else ()),
        nn.Conv2d(2 * width, 2 * width, 3, padding=1),
        plan.make(),
        nn.Flatten(),
        nn.Dropout(plan.dropout),
        nn.Linear(features, 4 * width),
        plan.make(),
        nn.Dropout(plan.dropout),
        nn.Linear(4 * width, 4 * width),
        plan.make(),
        nn.Dropout(plan.dropout),
        nn.Linear(4 * width, plan.outputs),
    )


def inception(plan: Plan) -> nn.Sequential:
    """Two blocks of four branches behind one convolution, the mean of each map."""
    quarter = max(1, plan.width // 2)
    stride = 2 if plan.large else 1
    return _calmed(
        nn.Conv2d(plan.channels, plan.width, 3, stride=stride, padding=1, bias=False),
        plan.norm(plan.width),
        plan.make(),
        Branches(plan.width, quarter, plan),
        nn.MaxPool2d(2),
        Branches(4 * quarter, quarter, plan),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(plan.dropout),
        nn.Linear(4 * quarter, plan.outputs),
    )


def convnext(plan: Plan) -> nn.Sequential:
    """Patches of two pixels, two mixers, a step down, another mixer; GELU unless another activation is asked for."""
    width, make = plan.width, nn.GELU if plan.make is nn.ReLU else plan.make
    stride = 2 if plan.large else 1
    return _calmed(
        nn.Conv2d(plan.channels, width, stride, stride=stride),
        nn.GroupNorm(1, width),
        Mixer(width, make),
        Mixer(width, make),
        nn.GroupNorm(1, width),
        nn.Conv2d(width, 2 * width, 2, stride=2),
        Mixer(2 * width, make),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.LayerNorm(2 * width),
        nn.Dropout(plan.dropout),
        nn.Linear(2 * width, plan.outputs),
    )


def strided(plan: Plan) -> nn.Sequential:
    """Convolutions with strides in place of pooling, ELU unless another activation is asked for; no norm (after
    Springenberg et al., 2015)."""
    width, make = plan.width, nn.ELU if plan.make is nn.ReLU else plan.make
    stride = 2 if plan.large else 1
    return _drawn(
        nn.Conv2d(plan.channels, width, 3, stride=stride, padding=1),
        make(),
        nn.Conv2d(width, width, 3, padding=1),
        make(),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
        make(),
        nn.Conv2d(2 * width, 2 * width, 3, stride=2, padding=1),
        make(),
        nn.Flatten(),
        nn.Dropout(plan.dropout),
        nn.Linear(2 * width * (plan.side // stride // 4) ** 2, plan.outputs),
    )


def squeeze(plan: Plan) -> nn.Sequential:
    """Two pre-activated residual blocks with group norm and gates, the second twice as wide (after Zagoruyko and
    Komodakis, 2016)."""
    width = plan.width
    return _calmed(
        nn.Conv2d(plan.channels, width, 3, stride=2 if plan.large else 1, padding=1, bias=False),
        Before(width, width, plan),
        nn.MaxPool2d(2),
        Before(width, 2 * width, plan),
        nn.GroupNorm(_groups(2 * width), 2 * width),
        plan.make(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(plan.dropout),
        nn.Linear(2 * width, plan.outputs),
    )


def _groups(width: int) -> int:
    return 4 if width % 4 == 0 else 1


def _calmed(*layers: nn.Module) -> nn.Sequential:
    """With a small last layer, so that the loss begins at that of guessing."""
    network = nn.Sequential(*layers)
    head = network[-1]
    if isinstance(head, nn.Linear):
        head.weight.data *= 0.3
    return network


def _drawn(*layers: nn.Module) -> nn.Sequential:
    """Without a norm: weights by He's rule, and small ones in the last layer."""
    network = nn.Sequential(*layers)
    for module in network:
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    head = network[-1]
    if isinstance(head, nn.Linear):
        nn.init.normal_(head.weight, std=0.05)
    return network


SECOND_ARCHITECTURES: dict[str, Callable[[Plan], nn.Sequential]] = {
    "alexnet": alexnet,
    "inception": inception,
    "convnext": convnext,
    "strided": strided,
    "squeeze": squeeze,
}
SECOND_RATES = {"alexnet": 0.01, "inception": 0.05, "convnext": 0.02, "strided": 0.01, "squeeze": 0.05}
"""Sound learning rates, for momentum 0.9 and batches of 32."""
