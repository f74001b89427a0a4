"""The architectures of the fifth part: modules with a forward pass of their own, of families not seen before."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.architectures import Make, Plan
from benchmarks.diagnosis.fourth_networks import calmed


class Hourglass(nn.Module):
    """Down to a quarter, up again, and at each size what was there before is added (after Newell et al., 2016)."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width, wide = plan.width, 2 * plan.width
        self.stem = _normed(plan.channels, width, plan, stride=2 if plan.side > 12 else 1)
        self.down1 = _normed(width, wide, plan)
        self.down2 = _normed(wide, wide, plan)
        self.up1 = _normed(wide, wide, plan)
        self.up2 = _normed(wide, width, plan)
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(2 * width + wide, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        whole = self.stem(images)
        half = self.down1(functional.max_pool2d(whole, 2))
        quarter = self.down2(functional.max_pool2d(half, 2))
        half = half + functional.interpolate(self.up1(quarter), size=half.shape[2:])
        whole = whole + functional.interpolate(self.up2(half), size=whole.shape[2:])
        found = [whole.mean(dim=(2, 3)), whole.amax(dim=(2, 3)), quarter.amax(dim=(2, 3))]
        outputs: Tensor = self.head(self.dropout(torch.cat(found, dim=1)))
        return outputs


class Mixing(nn.Module):
    """Linear layers across the patches of an image, then across their features (Tolstikhin et al., 2021)."""

    def __init__(self, patches: int, width: int, plan: Plan) -> None:
        super().__init__()
        make = _smooth(plan)
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.across = nn.Sequential(nn.Linear(patches, 2 * patches), make(), nn.Linear(2 * patches, patches))
        self.along = nn.Sequential(nn.Linear(width, 2 * width), make(), nn.Linear(2 * width, width))
        self.dropout = nn.Dropout(plan.dropout)

    def forward(self, tokens: Tensor) -> Tensor:  # (N, T, C)
        tokens = tokens + self.across(self.before(tokens).transpose(1, 2)).transpose(1, 2)
        found: Tensor = tokens + self.dropout(self.along(self.between(tokens)))
        return found


class Mixer(nn.Module):
    """Patches that overlap by a pixel or two, three mixing blocks, the mean of all patches."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width, step = 2 * plan.width, max(2, plan.side // 5)
        self.patches = nn.Conv2d(plan.channels, width, step + 2, stride=step, padding=1)
        count = int(((plan.side - step) // step + 1) ** 2)
        self.blocks = nn.ModuleList([Mixing(count, width, plan) for _ in range(3)])
        self.last = nn.LayerNorm(width)
        self.head = nn.Linear(width, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patches(images).flatten(2).transpose(1, 2)
        for block in self.blocks:
            tokens = block(tokens)
        outputs: Tensor = self.head(self.last(tokens).mean(dim=1))
        return outputs


class Gate(nn.Module):
    """A share of what is new and the rest of what was there, for each number of a map (Srivastava et al., 2015)."""

    def __init__(self, width: int, make: Make) -> None:
        super().__init__()
        self.new = nn.Conv2d(width, width, 3, padding=1)
        self.share = nn.Conv2d(width, width, 3, padding=1)
        self.activation = make()
        nn.init.kaiming_normal_(self.new.weight)
        nn.init.constant_(self.share.bias, -1.0)  # type: ignore[arg-type]

    def forward(self, maps: Tensor) -> Tensor:
        share = torch.sigmoid(self.share(maps))
        found: Tensor = share * self.activation(self.new(maps)) + (1 - share) * maps
        return found


class Highway(nn.Module):
    """Three such gates between two poolings, then two linear layers; no norm."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        self.conv1 = nn.Conv2d(plan.channels, width, 5, padding=2, stride=2 if plan.side > 12 else 1)
        self.blocks = nn.ModuleList([Gate(width, plan.make) for _ in range(3)])
        self.activation = plan.make()
        self.fc1 = nn.Linear(width * 9, 48)
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(48, plan.outputs)
        for layer in (self.conv1, self.fc1):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.activation(self.conv1(images))
        for block in self.blocks:
            maps = block(maps)
        features = functional.adaptive_max_pool2d(maps, 3).flatten(1)
        outputs: Tensor = self.head(self.dropout(self.activation(self.fc1(features))))
        return outputs


class Shuffled(nn.Module):
    """Half of the maps go through a branch, and all change places afterwards (after Ma et al., 2018)."""

    def __init__(self, width: int, plan: Plan) -> None:
        super().__init__()
        half = width // 2
        self.body = nn.Sequential(
            *(nn.Conv2d(half, half, 1, bias=False), plan.norm(half), plan.make()),
            *(nn.Conv2d(half, half, 3, padding=1, groups=half, bias=False), plan.norm(half)),
            *(nn.Conv2d(half, half, 1, bias=False), plan.norm(half), plan.make()),
        )

    def forward(self, maps: Tensor) -> Tensor:
        kept, changed = maps.chunk(2, dim=1)
        found = torch.stack([kept, self.body(changed)], dim=2)  # (N, C / 2, 2, H, W)
        return found.flatten(1, 2)


class Shuffle(nn.Module):
    """A convolution, two stages of two such blocks, the mean of each map."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width + plan.width % 2
        self.stem = _normed(plan.channels, width, plan, stride=2 if plan.side > 12 else 1)
        self.blocks = nn.ModuleList([Shuffled(width, plan) for _ in range(2)])
        self.blocks.append(_normed(width, 2 * width, plan, stride=2))
        self.blocks.extend([Shuffled(2 * width, plan) for _ in range(2)])
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(2 * width, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.stem(images)
        for block in self.blocks:
            maps = block(maps)
        outputs: Tensor = self.head(self.dropout(maps.mean(dim=(2, 3))))
        return outputs


class Recurrent(nn.Module):
    """One convolution that is used four times, each time beside what came in (after Liang and Hu, 2015)."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        self.entry = nn.Conv2d(plan.channels, width, 3, padding=1, stride=2 if plan.side > 12 else 1)
        self.again = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([plan.norm(width) for _ in range(4)])
        self.activation = plan.make()
        self.fc1 = nn.Linear(4 * width, 32)
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(32, plan.outputs)

    def forward(self, images: Tensor) -> Tensor:
        given = self.entry(images)
        maps = torch.zeros_like(given)
        for norm in self.norms:
            maps = self.activation(norm(given + self.again(maps)))
        features = functional.adaptive_max_pool2d(maps, 2).flatten(1)
        outputs: Tensor = self.head(self.dropout(self.activation(self.fc1(features))))
        return outputs


class Maxout(nn.Module):
    """The larger of every two maps instead of an activation (Goodfellow et al., 2013); no norm."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        width = plan.width
        self.conv1 = nn.Conv2d(plan.channels, 2 * width, 3, padding=1, stride=2 if plan.side > 16 else 1)
        self.conv2 = nn.Conv2d(width, 4 * width, 3, padding=1)
        self.fc1 = nn.Linear(2 * width * 4, 64)
        self.dropout = nn.Dropout(plan.dropout)
        self.head = nn.Linear(32, plan.outputs)
        for layer in (self.conv1, self.conv2, self.fc1):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.max_pool2d(_larger(self.conv1(images)), 2)
        maps = functional.adaptive_max_pool2d(_larger(self.conv2(maps)), 2)
        features = _larger(self.fc1(self.dropout(maps.flatten(1))))
        outputs: Tensor = self.head(features)
        return outputs


def _larger(numbers: Tensor) -> Tensor:
    """The larger of every two of the second axis."""
    return numbers.reshape(len(numbers), -1, 2, *numbers.shape[2:]).amax(dim=2)


def _normed(channels: int, width: int, plan: Plan, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, stride=stride, padding=1, bias=False), plan.norm(width), plan.make()
    )


def _smooth(plan: Plan) -> Make:
    return nn.GELU if plan.make is nn.ReLU else plan.make


FIFTH_ARCHITECTURES: dict[str, Callable[[Plan], nn.Module]] = {
    "hourglass": lambda plan: calmed(Hourglass(plan)),
    "mixer": lambda plan: calmed(Mixer(plan)),
    "highway": lambda plan: calmed(Highway(plan)),
    "shuffle": lambda plan: calmed(Shuffle(plan)),
    "recurrent": lambda plan: calmed(Recurrent(plan)),
    "maxout": lambda plan: calmed(Maxout(plan)),
}
FIFTH_RATES = {
    "hourglass": 0.05,
    "mixer": 0.02,
    "highway": 0.02,
    "shuffle": 0.05,
    "recurrent": 0.04,
    "maxout": 0.01,
}
"""Sound learning rates, for momentum 0.9 and batches of 32."""
