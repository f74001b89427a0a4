"""Sound convolutional networks of a sixth part: without norms, with other norms, frozen, shared, gated, in branches."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

Shape = tuple[int, int, int]
"""Channels, rows and columns."""
PRETRAINED = Path(__file__).with_name("sixth_backbone.npz")


def halved(x: Tensor) -> Tensor:
    """Max pooling over 2×2 places, or over as many as there are."""
    return functional.max_pool2d(x, (min(2, x.shape[2]), min(2, x.shape[3])))


def linear_layers(network: nn.Module) -> list[Any]:
    """Its convolutions and linear layers."""
    return [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]


class ResponseNorm(nn.Module):
    """Divides each map by its length and thresholds it by a learned number (Singh and Krishnan, 2020)."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(1, maps, 1, 1)), nn.Parameter(torch.zeros(1, maps, 1, 1))
        self.threshold = nn.Parameter(torch.zeros(1, maps, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = x * torch.rsqrt(x.square().mean((2, 3), keepdim=True) + 1e-6)
        return torch.maximum(x * self.weight + self.bias, self.threshold)


NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "group": lambda maps: nn.GroupNorm(4, maps),
    "one-group": lambda maps: nn.GroupNorm(1, maps),
    "instance": lambda maps: nn.InstanceNorm2d(maps, affine=True),
    "response": ResponseNorm,
    "none": lambda _: nn.Identity(),
}


class Course(nn.Module):
    """Three convolutions and a hidden layer, as at the end of a course."""

    def __init__(
        self,
        input_shape: Shape,
        outputs: int,
        norm: str = "batch",
        act: str = "ReLU",
        width: int = 16,
        dropout: float = 0.0,
        prior: float = 0.0,
    ) -> None:
        super().__init__()
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        inner, rows, columns = input_shape
        for maps in (width, 2 * width, 4 * width):
            self.convs.append(nn.Conv2d(inner, maps, 3, padding=1))
            self.norms.append(NORMS[norm](maps))
            inner = maps
        self.act: nn.Module = getattr(nn, act)()
        for _ in range(2):
            rows, columns = max(rows // 2, 1), max(columns // 2, 1)
        self.hidden = nn.Linear(inner * rows * columns, 64)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(64, outputs)
        if prior:  # as detectors begin: every class is rare (Lin et al., 2017)
            nn.init.constant_(self.head.bias, prior)

    def features(self, x: Tensor) -> Tensor:
        """Behind the convolutions (N, 4 · width, rows, columns)."""
        for place, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            x = self.act(norm(conv(x)))
            x = halved(x) if place < 2 else x
        return x

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(self.hidden(self.dropout(self.features(x).flatten(1))))
        found: Tensor = self.head(self.dropout(x))
        return found


class FixupBlock(nn.Module):
    """Two convolutions with single numbers around them, the second of which begins at zero (Zhang et al., 2019)."""

    def __init__(self, maps: int, blocks: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(maps, maps, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(maps, maps, 3, padding=1, bias=False)
        self.biases = nn.Parameter(torch.zeros(4))
        self.scale = nn.Parameter(torch.ones(1))
        nn.init.normal_(self.conv1.weight, std=(2 / (9 * maps)) ** 0.5 * blocks**-0.5)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.conv1(x + self.biases[0]) + self.biases[1])
        y = self.conv2(y + self.biases[2]) * self.scale + self.biases[3]
        return functional.relu(x + y)


class Fixup(nn.Module):
    """A residual network without any norm, whose last layer begins at zero."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24, blocks: int = 4) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.blocks = nn.ModuleList(FixupBlock(width, blocks) for _ in range(blocks))
        self.head = nn.Linear(width, outputs)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.stem(x))
        for place, block in enumerate(self.blocks):
            x = block(halved(x) if place in (1, 3) else x)
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class ScaledConv(nn.Conv2d):
    """Weights of mean 0 and a variance by their fan-in, times a learned gain (Brock et al., 2021)."""

    def __init__(self, inner: int, maps: int, kernel: int = 3) -> None:
        super().__init__(inner, maps, kernel, padding=kernel // 2)
        self.gain = nn.Parameter(torch.ones(maps, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        deviation, mean = torch.std_mean(self.weight, (1, 2, 3), keepdim=True)
        fan_in = self.weight[0].numel()
        weight = (self.weight - mean) / (deviation * fan_in**0.5 + 1e-4) * self.gain
        return functional.conv2d(x, weight, self.bias, padding=self.padding)


class NormFree(nn.Module):
    """Branches of such convolutions between fixed numbers, with a gain that begins at zero."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24, blocks: int = 3, alpha: float = 0.2) -> None:
        super().__init__()
        self.alpha, self.betas = alpha, [(1 + place * alpha**2) ** 0.5 for place in range(blocks)]
        self.stem = ScaledConv(input_shape[0], width)
        self.firsts = nn.ModuleList(ScaledConv(width, width) for _ in range(blocks))
        self.seconds = nn.ModuleList(ScaledConv(width, width) for _ in range(blocks))
        self.skips = nn.Parameter(torch.zeros(blocks))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for place, (first, second) in enumerate(zip(self.firsts, self.seconds, strict=True)):
            y = 1.7 * functional.relu(x / self.betas[place])
            y = second(1.7 * functional.relu(first(y)))
            x = halved(x + self.alpha * self.skips[place] * y)
        found: Tensor = self.head(functional.relu(x).mean((2, 3)))
        return found


class FrozenBank(nn.Module):
    """A bank of cosines that is kept as it is, with two trained layers behind it."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 48) -> None:
        super().__init__()
        waves = torch.cos(torch.pi * (torch.arange(5) + 0.5)[None] * torch.arange(5)[:, None] / 5)
        bank = torch.einsum("ai,bj->abij", waves, waves).reshape(25, 1, 5, 5)[1:17] / 4
        channels = input_shape[0]
        self.bank = nn.Conv2d(channels, 16 * channels, 5, padding=2, groups=channels, bias=False)
        self.bank.weight = nn.Parameter(bank.repeat(channels, 1, 1, 1), requires_grad=False)
        self.mix = nn.Conv2d(16 * channels, width, 1)
        self.norm, self.conv = nn.BatchNorm2d(width), nn.Conv2d(width, width, 3, padding=1)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d((2, 2)), nn.Flatten(), nn.Linear(4 * width, outputs))

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm(self.mix(self.bank(x).abs())))
        found: Tensor = self.head(functional.relu(self.conv(halved(x))))
        return found


class Pretrained(nn.Module):
    """A backbone that has learned digits, from a file and frozen, and a new head."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 64) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            *(nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(12, 24, 3, padding=1), nn.ReLU()),
        )
        with np.load(PRETRAINED) as weights:
            self.backbone.load_state_dict({name: torch.from_numpy(weights[name]) for name in weights.files})
        for parameter in self.backbone.parameters():
            parameter.requires_grad_(False)
        features = 24 * (input_shape[1] // 2) * (input_shape[2] // 2)
        self.head = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, outputs))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.backbone(x).flatten(1))
        return found


class Attended(nn.Module):
    """Maps, then places, are weighed by gates of their own (Woo et al., 2018)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            [nn.Conv2d(input_shape[0], width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)]
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(2))
        self.maps = nn.ModuleList(nn.Sequential(nn.Linear(width, 6), nn.ReLU(), nn.Linear(6, width)) for _ in range(2))
        self.places = nn.ModuleList(nn.Conv2d(2, 1, 5, padding=2) for _ in range(2))
        self.head = nn.Linear(2 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for conv, norm, maps, places in zip(self.convs, self.norms, self.maps, self.places, strict=True):
            x = functional.relu(norm(conv(x)))
            gate = torch.sigmoid(maps(x.mean((2, 3))) + maps(x.amax((2, 3))))
            x = x * gate[:, :, None, None]
            x = halved(x * torch.sigmoid(places(torch.cat([x.mean(1, True), x.amax(1, True)], 1))))
        found: Tensor = self.head(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))
        return found


class Pyramid(nn.Module):
    """The same two convolutions at three sizes of the image."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.entry = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.conv, self.norm = nn.Conv2d(width, width, 3, padding=1), nn.GroupNorm(4, width)
        self.head = nn.Linear(3 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for _ in range(3):
            y = functional.gelu(self.entry(x))
            found.append((y + functional.gelu(self.norm(self.conv(y)))).amax((2, 3)))
            x = functional.avg_pool2d(x, (min(2, x.shape[2]), min(2, x.shape[3])))
        logits: Tensor = self.head(torch.cat(found, 1))
        return logits


class Turned(nn.Module):
    """Sees each image in four positions with the same weights, and takes the mean of what it finds."""

    def __init__(self, input_shape: Shape, outputs: int, **parameters: Any) -> None:
        super().__init__()
        self.network = Course(input_shape, 32, **parameters)
        self.head = nn.Linear(32, outputs)

    def forward(self, x: Tensor) -> Tensor:
        seen = torch.stack([self.network(torch.rot90(x, turns, (2, 3))) for turns in range(4)])
        found: Tensor = self.head(functional.relu(seen.mean(0)))
        return found


NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "course": Course,
    "fixup": Fixup,
    "norm-free": NormFree,
    "frozen-bank": FrozenBank,
    "pretrained": Pretrained,
    "attended": Attended,
    "pyramid": Pyramid,
    "turned": Turned,
}


def build(input_shape: Shape, outputs: int, kind: str, **parameters: Any) -> nn.Module:
    """One of them."""
    return NETWORKS[kind](input_shape, outputs, **parameters)
