"""The architectures of the sixth part: modules with a forward pass of their own, for images of any height and width."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from benchmarks.diagnosis.architectures import Plan
from benchmarks.diagnosis.fifth_networks import _normed
from benchmarks.diagnosis.fourth_networks import calmed


class Spatial(nn.Module):
    """Three convolutions, the largest of each map in the whole, in quarters and ninths (He et al., 2014); no norm."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        self.conv1 = nn.Conv2d(plan.channels, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.conv3 = nn.Conv2d(2 * width, 2 * width, 3, padding=1)
        self.fc1 = nn.Linear(14 * 2 * width, 48)
        self.activation = plan.make()
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(48, plan.outputs)
        for layer in (self.conv1, self.conv2, self.conv3, self.fc1):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(torch.as_tensor(layer.bias))

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.max_pool2d(self.activation(self.conv1(images)), 2)
        maps = self.activation(self.conv3(self.activation(self.conv2(maps))))
        found = torch.cat([functional.adaptive_max_pool2d(maps, size).flatten(1) for size in (1, 2, 3)], dim=1)
        outputs: Tensor = self.head(self.dropout(self.activation(self.fc1(found))))
        return outputs


class Reader(nn.Module):
    """Two convolutions, and a recurrent layer that reads their columns from left to right (after Shi et al., 2017)."""

    samples_first = True
    """Whether columns come as (N, T, C); else they are read as (T, N, C)."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        self.conv1 = _normed(plan.channels, width, plan)
        self.conv2 = _normed(width, 2 * width, plan)
        self.memory = nn.GRU(2 * 2 * width, 32, batch_first=True)
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(64, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.max_pool2d(self.conv1(images), 2)
        maps = self.conv2(maps)
        columns = functional.adaptive_max_pool2d(maps, (2, maps.shape[3])).flatten(1, 2).transpose(1, 2)  # (N, T, C)
        self.memory.batch_first = self.samples_first
        read, _ = self.memory(columns)
        outputs: Tensor = self.head(self.dropout(torch.cat([read.amax(dim=1), read[:, -1]], dim=1)))
        return outputs


class Grouped(nn.Module):
    """A convolution in four groups and one of single pixels beside an identity (after Xie et al., 2017)."""

    returned_as_it_came = False
    """Whether what was computed is forgotten."""

    def __init__(self, width: int, plan: Plan) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(width, width, 3, padding=1, groups=4, bias=False), plan.norm(width), plan.make()),
            *(nn.Conv2d(width, width, 1, bias=False), plan.norm(width)),
        )
        self.activation = plan.make()

    def forward(self, maps: Tensor) -> Tensor:
        found = maps if self.returned_as_it_came else maps + self.body(maps)
        activated: Tensor = self.activation(found)
        return activated


class Cardinal(nn.Module):
    """A convolution and three such blocks; the largest of each map in a 2×2 grid."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = 4 * max(1, plan.width // 4)
        self.stem = _normed(plan.channels, width, plan, stride=2 if plan.side > 16 else 1)
        self.blocks = nn.ModuleList([Grouped(width, plan), nn.MaxPool2d(2), Grouped(width, plan)])
        self.blocks.extend([_normed(width, 2 * width, plan), Grouped(2 * width, plan)])
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(8 * width, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.stem(images)
        for block in self.blocks:
            maps = block(maps)
        outputs: Tensor = self.head(self.dropout(functional.adaptive_max_pool2d(maps, 2).flatten(1)))
        return outputs


class Context(nn.Module):
    """Convolutions whose pixels lie one, two and four apart, without any pooling before the end (after Yu and Koltun,
    2016); what all of them found is averaged in a 2×2 grid."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        self.stem = nn.Conv2d(plan.channels, width, 3, padding=1, stride=2 if plan.side > 12 else 1, bias=False)
        self.layers = nn.ModuleList(
            [nn.Conv2d(width, width, 3, padding=apart, dilation=apart, bias=False) for apart in (1, 2, 4)]
        )
        self.norms = nn.ModuleList([plan.norm(width) for _ in range(4)])
        self.activations = nn.ModuleList([plan.make() for _ in range(5)])
        self.fc1 = nn.Linear(16 * width, 32)
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(32, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.activations[0](self.norms[0](self.stem(images)))
        found = [maps]
        for layer, norm, activation in zip(self.layers, self.norms[1:], self.activations[1:], strict=False):
            maps = activation(norm(layer(maps)))
            found.append(maps)
        grid = functional.adaptive_avg_pool2d(torch.cat(found, dim=1), 2).flatten(1)
        outputs: Tensor = self.head(self.dropout(self.activations[-1](self.fc1(grid))))
        return outputs


class Octave(nn.Module):
    """Maps of two sizes side by side that tell each other what they see (after Chen et al., 2019)."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        stride = 2 if plan.side > 16 else 1
        self.fine, self.coarse = (
            _normed(plan.channels, width, plan, stride),
            _normed(plan.channels, width, plan, stride),
        )
        self.kept, self.down, self.up, self.low = (nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(4))
        self.norm1, self.norm2, self.activation = plan.norm(width), plan.norm(width), plan.make()
        self.last = _normed(2 * width, 3 * width, plan)
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(3 * width, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        fine = self.fine(images)
        coarse = self.coarse(functional.avg_pool2d(images, 2)) if min(fine.shape[2:]) > 4 else self.coarse(images)
        seen_above = functional.interpolate(self.up(coarse), size=fine.shape[2:])
        seen_below = functional.adaptive_max_pool2d(self.down(fine), coarse.shape[2:])
        fine = self.activation(self.norm1(self.kept(fine) + seen_above))
        coarse = self.activation(self.norm2(self.low(coarse) + seen_below))
        both = torch.cat([functional.adaptive_max_pool2d(fine, coarse.shape[2:]), coarse], dim=1)
        outputs: Tensor = self.head(self.dropout(self.last(both).amax(dim=(2, 3))))
        return outputs


class Weighed(nn.Module):
    """Convolutions whose filters have a length and a direction apart (Salimans and Kingma, 2016); no norm of maps."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        sizes = ((plan.channels, width), (width, 2 * width), (2 * width, 2 * width))
        layers = [nn.Conv2d(before, behind, 3, padding=1) for before, behind in sizes]
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight)
        self.blocks = nn.ModuleList([weight_norm(layer) for layer in layers])
        self.activation = plan.make()
        self.fc1 = weight_norm(nn.Linear(8 * width, 48))
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(48, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = images
        for number, block in enumerate(self.blocks):
            maps = self.activation(block(maps))
            maps = functional.max_pool2d(maps, 2) if number == 0 else maps
        features = functional.adaptive_max_pool2d(maps, 2).flatten(1)
        outputs: Tensor = self.head(self.dropout(self.activation(self.fc1(features))))
        return outputs


SIXTH_ARCHITECTURES: dict[str, Callable[[Plan], nn.Module]] = {
    "spatial": lambda plan: calmed(Spatial(plan)),
    "reader": lambda plan: calmed(Reader(plan)),
    "cardinal": lambda plan: calmed(Cardinal(plan)),
    "context": lambda plan: calmed(Context(plan)),
    "octave": lambda plan: calmed(Octave(plan)),
    "weighed": lambda plan: calmed(Weighed(plan)),
}
SIXTH_RATES = {
    "spatial": 0.01,
    "reader": 0.05,
    "cardinal": 0.03,
    "context": 0.05,
    "octave": 0.05,
    "weighed": 0.02,
}
"""Sound learning rates, for momentum 0.9 and batches of 32."""
