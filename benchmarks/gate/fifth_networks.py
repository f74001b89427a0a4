"""Sound convolutional networks of a fifth part: after papers and tutorials, each as somebody would write it again."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

Shape = tuple[int, int, int]
"""Channels, rows and columns."""


def conv_unit(inner: int, maps: int, stride: int = 1, kernel: int = 3, act: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Convolution, batch norm, activation."""
    convolution = nn.Conv2d(inner, maps, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(maps), act())


class Tutorial(nn.Module):
    """Two convolutions of 5×5 with max pooling and three linear layers, as first tutorials have it."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 96, wide: int = 16) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], 8, 5, padding=2)
        self.conv2 = nn.Conv2d(8, wide, 5, padding=2)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(wide * (input_shape[1] // 4) * (input_shape[2] // 4), hidden)
        self.fc2 = nn.Linear(hidden, hidden // 2)
        self.fc3 = nn.Linear(hidden // 2, outputs)

    def features(self, x: Tensor) -> Tensor:
        x = self.pool(functional.relu(self.conv1(x)))
        return torch.flatten(self.pool(functional.relu(self.conv2(x))), 1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.fc1(self.features(x)))
        found: Tensor = self.fc3(functional.relu(self.fc2(x)))
        return found


class Vgg(nn.Module):
    """Stages of two convolutions, with norms or without, and a head with dropout."""

    def __init__(
        self, input_shape: Shape, outputs: int, norm: bool = True, width: int = 16, dropout: float = 0.3
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inner = input_shape[0]
        for maps in (width, 2 * width):
            for _ in range(2):
                layers += [nn.Conv2d(inner, maps, 3, padding=1), nn.ReLU(inplace=True)]
                if norm:
                    layers.insert(-1, nn.BatchNorm2d(maps))
                inner = maps
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            *(nn.Flatten(), nn.Linear(inner * (input_shape[1] // 4) * (input_shape[2] // 4), 64), nn.ReLU()),
            *(nn.Dropout(dropout), nn.Linear(64, outputs)),
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.classifier(self.features(x))
        return found


class PreActivation(nn.Module):
    """Norm and activation before each convolution, with an open shortcut (He et al., 2016b)."""

    def __init__(self, inner: int, maps: int, stride: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(inner), nn.BatchNorm2d(maps)
        self.conv1 = nn.Conv2d(inner, maps, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(maps, maps, 3, 1, 1, bias=False)
        self.skip = None if stride == 1 and inner == maps else nn.Conv2d(inner, maps, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm1(x))
        short = x if self.skip is None else self.skip(y)
        found: Tensor = self.conv2(functional.relu(self.norm2(self.conv1(y)))) + short
        return found


class Bottleneck(nn.Module):
    """Down to a quarter of the maps, over them, and up again."""

    def __init__(self, inner: int, maps: int, stride: int) -> None:
        super().__init__()
        narrow = maps // 4
        self.body = nn.Sequential(
            *(conv_unit(inner, narrow, kernel=1), conv_unit(narrow, narrow, stride)),
            *(nn.Conv2d(narrow, maps, 1, bias=False), nn.BatchNorm2d(maps)),
        )
        self.skip = nn.Sequential(nn.Conv2d(inner, maps, 1, stride, bias=False), nn.BatchNorm2d(maps))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.body(x) + self.skip(x))


class Residual(nn.Module):
    """A residual network of either block."""

    def __init__(self, input_shape: Shape, outputs: int, block: str = "pre", width: int = 16) -> None:
        super().__init__()
        kind = {"pre": PreActivation, "bottleneck": Bottleneck}[block]
        first = 2 * width if block == "bottleneck" else width
        self.stem = nn.Conv2d(input_shape[0], first, 3, padding=1, bias=False)
        self.blocks = nn.Sequential(
            kind(first, first, 1),
            kind(first, 2 * first, 2),
            kind(2 * first, 2 * first, 1),
            kind(2 * first, 4 * first, 2),
        )
        self.norm = nn.BatchNorm2d(4 * first)
        self.head = nn.Linear(4 * first, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm(self.blocks(self.stem(x))))
        found: Tensor = self.head(functional.adaptive_avg_pool2d(x, 1).flatten(1))
        return found


class Dense(nn.Module):
    """Each layer gets the maps of all before it (Huang et al., 2017)."""

    def __init__(
        self, input_shape: Shape, outputs: int, growth: int = 10, layers: int = 4, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], 2 * growth, 3, padding=1, bias=False)
        self.stages = nn.ModuleList()
        self.transitions = nn.ModuleList()
        maps = 2 * growth
        for _ in range(2):
            stage = nn.ModuleList()
            for _ in range(layers):
                stage.append(
                    nn.Sequential(nn.BatchNorm2d(maps), nn.ReLU(), nn.Conv2d(maps, growth, 3, 1, 1, bias=False))
                )
                maps += growth
            self.stages.append(stage)
            self.transitions.append(nn.Sequential(conv_unit(maps, maps // 2, kernel=1), nn.AvgPool2d(2)))
            maps //= 2
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(maps, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage, transition in zip(self.stages, self.transitions, strict=True):
            for layer in stage.children():
                x = torch.cat([x, self.dropout(layer(x))], 1)
            x = transition(x)
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class Inverted(nn.Module):
    """Up, over each map alone, down again, with a shortcut where shapes allow it (Sandler et al., 2018)."""

    def __init__(self, inner: int, maps: int, stride: int, times: int = 4) -> None:
        super().__init__()
        wide = inner * times
        self.body = nn.Sequential(
            *conv_unit(inner, wide, kernel=1, act=nn.ReLU6),
            *(nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.ReLU6()),
            *(nn.Conv2d(wide, maps, 1, bias=False), nn.BatchNorm2d(maps)),
        )
        self.short = stride == 1 and inner == maps

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.body(x)
        return x + found if self.short else found


class Mobile(nn.Module):
    """A small MobileNetV2."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(conv_unit(input_shape[0], 12, act=nn.ReLU6), Inverted(12, 16, 2), Inverted(16, 16, 1)),
            *(Inverted(16, 24, 2), Inverted(24, 24, 1), conv_unit(24, 96, kernel=1, act=nn.ReLU6)),
            *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(96, outputs)),
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x)
        return found


class Branches(nn.Module):
    """Four windows side by side, twice (Szegedy et al., 2015)."""

    def __init__(self, input_shape: Shape, outputs: int, act: str = "ReLU") -> None:
        super().__init__()
        self.act = getattr(nn, act)
        self.stem = conv_unit(input_shape[0], 16, act=self.act)
        self.first, self.second = self._module(16), self._module(40)
        self.head = nn.Linear(40, outputs)

    def _module(self, inner: int) -> nn.ModuleList:
        act = self.act
        return nn.ModuleList(
            [
                conv_unit(inner, 10, kernel=1, act=act),
                nn.Sequential(conv_unit(inner, 8, kernel=1, act=act), conv_unit(8, 12, act=act)),
                nn.Sequential(conv_unit(inner, 6, kernel=1, act=act), conv_unit(6, 10, kernel=5, act=act)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), conv_unit(inner, 8, kernel=1, act=act)),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(self.stem(x), 2)
        x = torch.cat([branch(x) for branch in self.first], 1)
        x = torch.cat([branch(functional.max_pool2d(x, 2)) for branch in self.second], 1)
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class Encoder(nn.Module):
    """The way down of a U-Net and half of its way up; what is classified is the mean at every size."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 12) -> None:
        super().__init__()
        self.down1, self.down2 = conv_unit(input_shape[0], width), conv_unit(width, 2 * width)
        self.bottom = conv_unit(2 * width, 4 * width)
        self.up = nn.ConvTranspose2d(4 * width, 2 * width, 2, 2)
        self.join = conv_unit(4 * width, 2 * width)
        self.head = nn.Linear(7 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        fine = self.down1(x)
        middle = self.down2(functional.max_pool2d(fine, 2))
        coarse = self.bottom(functional.max_pool2d(middle, 2))
        risen = functional.interpolate(self.up(coarse), middle.shape[2:])
        joined = self.join(torch.cat([risen, middle], 1))
        found: Tensor = self.head(torch.cat([one.mean((2, 3)) for one in (fine, coarse, joined)], 1))
        return found


class Siamese(nn.Module):
    """One network for both channels, and a head that compares what it makes of them."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 16) -> None:
        super().__init__()
        self.one = nn.Sequential(
            *(conv_unit(1, width), nn.MaxPool2d(2), conv_unit(width, 2 * width), nn.MaxPool2d(2), nn.Flatten()),
            nn.Linear(2 * width * (input_shape[1] // 4) * (input_shape[2] // 4), 48),
        )
        self.head = nn.Sequential(nn.Linear(96, 32), nn.ReLU(), nn.Linear(32, outputs))

    def forward(self, x: Tensor) -> Tensor:
        left, right = self.one(x[:, :1]), self.one(x[:, 1:2])
        found: Tensor = self.head(torch.cat([(left - right).abs(), left * right], 1))
        return found


class Normed(nn.Module):
    """Convolutions whose weights are normed (by length, or by their largest singular value), not their maps."""

    def __init__(self, input_shape: Shape, outputs: int, norm: str = "weight", width: int = 24) -> None:
        super().__init__()
        wrap: Callable[[nn.Module], nn.Module] = getattr(parametrizations, f"{norm}_norm")
        self.layers = nn.Sequential(
            *(wrap(nn.Conv2d(input_shape[0], width, 3, padding=1)), nn.LeakyReLU(0.1), nn.MaxPool2d(2)),
            *(wrap(nn.Conv2d(width, 2 * width, 3, padding=1)), nn.LeakyReLU(0.1), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(2 * width * (input_shape[1] // 4) * (input_shape[2] // 4), 64)),
            *(nn.LeakyReLU(0.1), nn.Linear(64, outputs)),
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x)
        return found


NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "tutorial": Tutorial,
    "vgg": Vgg,
    "residual": Residual,
    "dense": Dense,
    "mobile": Mobile,
    "branches": Branches,
    "encoder": Encoder,
    "siamese": Siamese,
    "normed": Normed,
}
"""Networks by name."""


def build(input_shape: Shape, outputs: int, kind: str, **parameters: Any) -> nn.Module:
    """One of them."""
    return NETWORKS[kind](input_shape, outputs, **parameters)
