"""The architectures of the fourth part: modules with a forward pass of their own, as users write them."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.architectures import Plan
from benchmarks.diagnosis.fourth_blocks import (
    CosineHead,
    Encoder,
    Inverted,
    Skipped,
    Standardised,
    StandardisedConv2d,
)


class Tutorial(nn.Module):
    """Two convolutions and three linear layers, one activation for all of them; no norm."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        self.conv1 = nn.Conv2d(plan.channels, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.fc1 = nn.Linear(2 * width * (plan.side // 4) ** 2, 64)
        self.fc2 = nn.Linear(64, 32)
        self.head = nn.Linear(32, plan.outputs)
        self.activation = plan.make()
        self.dropout = nn.Dropout(plan.dropout)
        for layer in (self.conv1, self.conv2, self.fc1, self.fc2):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.max_pool2d(self.activation(self.conv1(images)), 2)
        maps = functional.max_pool2d(self.activation(self.conv2(maps)), 2)
        features = self.dropout(self.activation(self.fc1(maps.flatten(1))))
        features = self.activation(self.fc2(features))
        outputs: Tensor = self.head(features)
        return outputs


class Pyramid(nn.Module):
    """Three convolutions of one width; the mean and the largest of every map of all three go to a hidden layer."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        make = (lambda: nn.LeakyReLU(0.1)) if plan.make is nn.ReLU else plan.make
        self.blocks = nn.ModuleList([nn.Conv2d(plan.channels, width, 5, padding=2, bias=False)])
        self.blocks += [nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(3)]
        self.norms = nn.ModuleList([plan.norm(width) for _ in self.blocks])
        self.activations = nn.ModuleList([make() for _ in self.blocks])
        self.hidden = nn.Sequential(nn.Linear(2 * len(self.blocks) * width, 32), make(), nn.Dropout(plan.dropout))
        self.head = nn.Linear(32, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        found, maps = [], images
        for number, (conv, norm, activation) in enumerate(zip(self.blocks, self.norms, self.activations, strict=True)):
            maps = activation(norm(conv(maps)))
            found += [maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))]
            maps = functional.max_pool2d(maps, 2) if number < 2 else maps
        outputs: Tensor = self.head(self.hidden(torch.cat(found, dim=1)))
        return outputs


class Transformer(nn.Module):
    """A convolution, sixteen patches, two encoders with attention, the mean of all tokens (after Dosovitskiy et al.,
    2021, and Xiao et al., 2021)."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width, patch = 2 * plan.width, plan.side // 4
        self.patches = nn.Sequential(
            nn.Conv2d(plan.channels, width // 2, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(width // 2, width, patch, stride=patch),
        )
        self.position = nn.Parameter(0.1 * torch.randn(1, 16, width))
        self.blocks = nn.ModuleList([Encoder(width, 4, plan.dropout) for _ in range(2)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patches(images).flatten(2).transpose(1, 2) + self.position  # (N, T, C)
        for block in self.blocks:
            tokens = block(tokens)
        outputs: Tensor = self.head(self.norm(tokens).mean(dim=1))
        return outputs


class Stages(nn.Module):
    """A convolution, blocks, a norm, and the mean of each map."""

    def __init__(self, plan: Plan, stem: nn.Module, blocks: list[nn.Module], last: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.stem = stem
        self.blocks = nn.ModuleList(blocks)
        self.last = last
        self.dropout = nn.Dropout(plan.dropout)
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        maps = self.stem(images)
        for block in self.blocks:
            maps = block(maps)
        outputs: Tensor = self.head(self.dropout(self.last(maps).mean(dim=(2, 3))))
        return outputs


class Deep(Stages):
    """Nine residual blocks in three stages, whose branches begin at zero and are left out now and then (after Huang et
    al., 2016)."""

    def __init__(self, plan: Plan) -> None:
        width = max(4, plan.width * 3 // 4)
        stem = nn.Sequential(
            nn.Conv2d(plan.channels, width, 3, stride=2, padding=1, bias=False),
            plan.norm(width),
            plan.make(),
        )
        blocks: list[nn.Module] = []
        for stage in range(3):
            if stage:
                down = nn.Conv2d(width, width * 3 // 2, 3, stride=2 if stage == 1 else 1, padding=1, bias=False)
                width = width * 3 // 2
                blocks.append(nn.Sequential(down, plan.norm(width), plan.make()))
            blocks += [Skipped(width, plan, 0.05) for _ in range(3)]
        super().__init__(plan, stem, blocks, nn.Identity(), nn.Linear(width, plan.outputs))


class Normless(Stages):
    """Convolutions with standardised weights and group norms, SiLU, outputs that are cosines (after Qiao et al., 2019,
    and Gidaris and Komodakis, 2018)."""

    def __init__(self, plan: Plan) -> None:
        width = plan.width
        make = nn.SiLU if plan.make is nn.ReLU else plan.make
        blocks: list[nn.Module] = [Standardised(width, make) for _ in range(2)]
        blocks += [StandardisedConv2d(width, 2 * width, 2, stride=2), Standardised(2 * width, make)]
        stem = StandardisedConv2d(plan.channels, width, 3, stride=2 if plan.side > 12 else 1, padding=1)
        last = nn.Sequential(nn.GroupNorm(4, 2 * width), make())
        super().__init__(plan, stem, blocks, last, CosineHead(2 * width, plan.outputs))


class Efficient(Stages):
    """Inverted bottlenecks with depthwise convolutions and gates, SiLU (after Tan and Le, 2019)."""

    def __init__(self, plan: Plan) -> None:
        width = plan.width
        make = nn.SiLU if plan.make is nn.ReLU else plan.make
        stem = nn.Sequential(
            nn.Conv2d(plan.channels, width, 3, stride=2 if plan.side > 12 else 1, padding=1, bias=False),
            plan.norm(width),
            make(),
        )
        blocks: list[nn.Module] = [
            Inverted(width, width, 1, plan, make),
            Inverted(width, 2 * width, 2, plan, make),
            Inverted(2 * width, 2 * width, 1, plan, make),
        ]
        last = nn.Sequential(nn.Conv2d(2 * width, 3 * width, 1, bias=False), plan.norm(3 * width), make())
        super().__init__(plan, stem, blocks, last, nn.Linear(3 * width, plan.outputs))


def calmed(network: nn.Module) -> nn.Module:
    """With a small last layer, so that the loss begins at that of guessing."""
    head = network.head
    if isinstance(head, nn.Linear):
        nn.init.normal_(head.weight, std=0.3 / math.sqrt(head.in_features))
        nn.init.zeros_(head.bias)
    return network


FOURTH_ARCHITECTURES: dict[str, Callable[[Plan], nn.Module]] = {
    "tutorial": lambda plan: calmed(Tutorial(plan)),
    "pyramid": lambda plan: calmed(Pyramid(plan)),
    "transformer": lambda plan: calmed(Transformer(plan)),
    "deep": lambda plan: calmed(Deep(plan)),
    "normless": lambda plan: calmed(Normless(plan)),
    "efficient": lambda plan: calmed(Efficient(plan)),
}
FOURTH_RATES = {
    "tutorial": 0.02,
    "pyramid": 0.03,
    "transformer": 0.02,
    "deep": 0.05,
    "normless": 0.03,
    "efficient": 0.04,
}
"""Sound learning rates, for momentum 0.9 and batches of 32."""
