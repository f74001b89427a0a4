"""Sound networks of a fourth part, convolutional ones, each as somebody would have it in a module of their own."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Shape = tuple[int, int, int]
"""Channels, rows and columns."""


class LeNet(nn.Module):
    """Hyperbolic tangents and average pooling, as in 1998."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5, padding=2)
        self.fc1 = nn.Linear(16 * (input_shape[1] // 4) * (input_shape[2] // 4), 84)
        self.fc2 = nn.Linear(84, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = functional.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        found: Tensor = self.fc2(torch.tanh(self.fc1(x.flatten(1))))
        return found


class SmallNet(nn.Module):
    """Three convolutions with any activation and norm, and a hidden layer with dropout."""

    def __init__(
        self,
        input_shape: Shape,
        outputs: int,
        act: str = "ReLU",
        norm: str = "",
        dropout: float = 0.0,
        width: int = 16,
        kernel: int = 3,
    ) -> None:
        super().__init__()
        self.act: nn.Module = getattr(nn, act)()
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        channels, self.side = input_shape[0], input_shape[1]
        for maps in (width, 2 * width, 2 * width):
            self.convs.append(nn.Conv2d(channels, maps, kernel, padding=kernel // 2, bias=not norm))
            self.norms.append(_norm(norm, maps))
            channels = maps
        self.hidden = nn.Linear(channels * (self.side // 4) ** 2, 64)
        self.dropout = nn.AlphaDropout(dropout) if act == "SELU" else nn.Dropout(dropout)
        self.head = nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for place, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            x = self.act(norm(conv(x)))
            if place < 2:
                x = functional.max_pool2d(x, 2)
        x = self.dropout(self.act(self.hidden(torch.flatten(x, start_dim=1))))
        found: Tensor = self.head(x)
        return found


def _norm(name: str, maps: int) -> nn.Module:
    kinds: dict[str, Callable[[], nn.Module]] = {
        "": nn.Identity,
        "batch": lambda: nn.BatchNorm2d(maps),
        "slow": lambda: nn.BatchNorm2d(maps, momentum=0.02),
        "group": lambda: nn.GroupNorm(4, maps),
        "layer": lambda: nn.GroupNorm(1, maps),
        "instance": lambda: nn.InstanceNorm2d(maps, affine=True),
    }
    return kinds[name]()


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, inner: int, maps: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inner, maps, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(maps)
        self.conv2 = nn.Conv2d(maps, maps, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(maps)
        self.shortcut = nn.Sequential()
        if stride != 1 or inner != maps:
            self.shortcut = nn.Sequential(nn.Conv2d(inner, maps, 1, stride, bias=False), nn.BatchNorm2d(maps))

    def forward(self, x: Tensor) -> Tensor:
        out = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class ResNet(nn.Module):
    """After He et al. (2016); with widths of 64 … 512 and two blocks each that is ResNet-18."""

    def __init__(
        self, input_shape: Shape, outputs: int, width: int = 64, blocks: int = 2, zero_init: bool = False
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        layers, inner = [], width
        for stage in range(4 if width == 64 else 3):
            for block in range(blocks):
                layers.append(BasicBlock(inner, width << stage, 2 if stage and not block else 1))
                inner = width << stage
        self.layers = nn.Sequential(*layers)
        self.fc = nn.Linear(inner, outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif zero_init and isinstance(module, BasicBlock):
                nn.init.zeros_(module.bn2.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(functional.relu(self.bn1(self.conv1(x))))
        found: Tensor = self.fc(x.mean(dim=(-2, -1)))
        return found


class SqueezeExcite(nn.Module):
    """Convolutions whose maps are weighed by gates, a dropped path and a mean over places."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24, drop_path: float = 0.1) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(input_shape[0], width, 3, 1, 1), nn.BatchNorm2d(width), nn.SiLU())
        self.convs = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.SiLU())
            for _ in range(3)
        )
        self.gates = nn.ModuleList(
            nn.Sequential(nn.Linear(width, 6), nn.ReLU(), nn.Linear(6, width), nn.Sigmoid()) for _ in range(3)
        )
        self.drop_path = drop_path
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(self.stem(x), 2)
        for conv, gate in zip(self.convs, self.gates, strict=True):
            branch = conv(x)
            branch = branch * gate(branch.mean((2, 3)))[..., None, None]
            if self.training and self.drop_path:
                kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
                branch = branch * kept / (1 - self.drop_path)
            x = x + branch
        found: Tensor = self.head(functional.adaptive_avg_pool2d(x, 1).flatten(1))
        return found


class CosineNet(nn.Module):
    """The cosine of features and prototypes, times a scale that is learned."""

    def __init__(self, input_shape: Shape, outputs: int, scale: float = 8.0) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(input_shape[0], 24, 3, 1, 1), nn.BatchNorm2d(24), nn.LeakyReLU(0.1), nn.MaxPool2d(2)),
            *(nn.Conv2d(24, 48, 3, 1, 1), nn.BatchNorm2d(48), nn.LeakyReLU(0.1), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(48 * (input_shape[1] // 4) ** 2, 48)),
        )
        self.prototypes = nn.Parameter(torch.randn(outputs, 48))
        self.scale = nn.Parameter(torch.tensor(scale))

    def forward(self, x: Tensor) -> Tensor:
        features = functional.normalize(self.body(x), dim=1)
        return self.scale * features @ functional.normalize(self.prototypes, dim=1).t()


class Block(nn.Module):
    """Large depthwise kernels, a norm over maps, and a small scale on the branch (after Liu et al., 2022)."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(maps, maps, 5, padding=2, groups=maps)
        self.norm = nn.LayerNorm(maps)
        self.up, self.down = nn.Linear(maps, 3 * maps), nn.Linear(3 * maps, maps)
        self.scale = nn.Parameter(torch.full((maps,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.scale * self.down(functional.gelu(self.up(y)))
        found: Tensor = x + y.permute(0, 3, 1, 2)
        return found


class ConvNext(nn.Module):
    """Patches and three of these blocks."""

    def __init__(self, input_shape: Shape, outputs: int, maps: int = 32) -> None:
        super().__init__()
        self.patches = nn.Conv2d(input_shape[0], maps, 2, stride=2)
        self.blocks = nn.Sequential(Block(maps), Block(maps), Block(maps))
        self.norm, self.head = nn.LayerNorm(maps), nn.Linear(maps, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.norm(self.blocks(self.patches(x)).mean((2, 3))))
        return found


class Mobile(nn.Module):
    """Depthwise and pointwise convolutions in turn."""

    def __init__(self, input_shape: Shape, outputs: int, act: type[nn.Module] = nn.Hardswish) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(input_shape[0], 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), act()]
        for inner, maps, stride in ((16, 32, 2), (32, 32, 1), (32, 64, 2)):
            layers += [nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner), act()]
            layers += [nn.Conv2d(inner, maps, 1, bias=False), nn.BatchNorm2d(maps), act()]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.classifier(self.features(x).mean([2, 3]))
        return found


class Inception(nn.Module):
    """Kernels of several sizes side by side, dense shortcuts by concatenation."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.first = nn.ModuleList(nn.Conv2d(input_shape[0], 8, size, padding=size // 2) for size in (1, 3, 5))
        self.second = nn.ModuleList(nn.Conv2d(24, 12, size, padding=size // 2) for size in (1, 3, 5))
        self.bn1, self.bn2 = nn.BatchNorm2d(24), nn.BatchNorm2d(60)
        self.fc = nn.Linear(60 * (input_shape[1] // 4) ** 2, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.elu(self.bn1(torch.cat([conv(x) for conv in self.first], dim=1)))
        x = functional.max_pool2d(x, 2)
        x = functional.elu(self.bn2(torch.cat([x, *(conv(x) for conv in self.second)], dim=1)))
        found: Tensor = self.fc(functional.max_pool2d(x, 2).flatten(1))
        return found


NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "lenet": LeNet,
    "small": SmallNet,
    "resnet": ResNet,
    "squeeze-excite": SqueezeExcite,
    "cosine": CosineNet,
    "convnext": ConvNext,
    "mobile": Mobile,
    "inception": Inception,
}
"""Networks by name."""


def build(input_shape: Shape, outputs: int, kind: str, **parameters: Any) -> nn.Module:
    """One of them."""
    return NETWORKS[kind](input_shape, outputs, **parameters)
