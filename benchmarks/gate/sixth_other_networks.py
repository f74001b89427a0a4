"""Sound networks of a sixth part of other kinds: tokens, time, two eyes, experts, prototypes, places that move."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.sixth_networks import Course, Shape, halved, linear_layers


class Cells(nn.Module):
    """Every place is a token, with a norm in front of each branch and a learned temperature for the scores."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 48, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.places = nn.Parameter(0.02 * torch.randn(1, input_shape[1] * input_shape[2], width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2 * layers))
        self.ask = nn.ModuleList(nn.Linear(width, 3 * width) for _ in range(layers))
        self.give = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.temperature = nn.Parameter(torch.full((layers, heads, 1, 1), 8.0).log())
        self.mlps = nn.ModuleList(
            nn.Sequential(nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width)) for _ in range(layers)
        )
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, outputs))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2) + self.places
        for layer, (ask, give, mlp) in enumerate(zip(self.ask, self.give, self.mlps, strict=True)):
            n, count, width = x.shape
            q, k, v = ask(self.norms[2 * layer](x)).view(n, count, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            scores = functional.normalize(q, dim=-1) @ functional.normalize(k, dim=-1).transpose(-1, -2)
            mixed = torch.softmax(scores * self.temperature[layer].exp(), -1) @ v
            x = x + give(mixed.transpose(1, 2).reshape(n, count, width))
            x = x + mlp(self.norms[2 * layer + 1](x))
        found: Tensor = self.head(x.mean(1))
        return found


class Dilated(nn.Module):
    """Convolutions over time alone that look further and further back (after Bai et al., 2018)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24, layers: int = 4) -> None:
        super().__init__()
        self.entry = nn.Conv1d(input_shape[0] * input_shape[1], width, 1)
        self.layers = nn.ModuleList(
            nn.utils.parametrizations.weight_norm(nn.Conv1d(width, width, 3, dilation=2**layer))
            for layer in range(layers)
        )
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(2 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x.flatten(1, 2))
        for layer, conv in enumerate(self.layers):
            x = x + self.dropout(functional.relu(conv(functional.pad(x, (2 * 2**layer, 0)))))
        found: Tensor = self.head(torch.cat([x.mean(2), x.amax(2)], 1))
        return found


class ThenRecurrent(nn.Module):
    """A convolution, an LSTM over columns, and a sum over them weighed by attention."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 40) -> None:
        super().__init__()
        self.conv = nn.Conv2d(input_shape[0], 12, 3, padding=1)
        self.lstm = nn.LSTM(12 * input_shape[1], hidden, batch_first=True, bidirectional=True)
        self.score = nn.Sequential(nn.Linear(2 * hidden, 24), nn.Tanh(), nn.Linear(24, 1, bias=False))
        self.head = nn.Linear(2 * hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.lstm(functional.relu(self.conv(x)).flatten(1, 2).transpose(1, 2))
        weights = torch.softmax(self.score(states), 1)
        found: Tensor = self.head((weights * states).sum(1))
        return found


class TwoEyes(nn.Module):
    """The features of one channel held against those of the other at every shift, along the rows."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 16) -> None:
        super().__init__()
        self.shifts = min(8, input_shape[2] - 4)
        self.eye = nn.Sequential(nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1))
        self.match = nn.Sequential(nn.Conv2d(self.shifts, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1))
        self.head = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, outputs))

    def forward(self, x: Tensor) -> Tensor:
        left, right = (functional.normalize(self.eye(x[:, side : side + 1]), dim=1) for side in (0, 1))
        seen = right[..., : x.shape[3] - self.shifts]
        costs = [(left[..., shift : shift + seen.shape[3]] * seen).sum(1) for shift in range(self.shifts)]
        found: Tensor = self.head(functional.relu(self.match(torch.stack(costs, 1))).mean((2, 3)))
        return found


class Experts(nn.Module):
    """Four small networks, weighed by a fifth (Jacobs et al., 1991)."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.experts = nn.ModuleList(Course(input_shape, outputs, width=8) for _ in range(4))
        self.gate = nn.Sequential(
            nn.Conv2d(input_shape[0], 8, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(8, 4),
        )

    def forward(self, x: Tensor) -> Tensor:
        answers = torch.stack([expert(x) for expert in self.experts], 1)
        return (torch.softmax(self.gate(x), 1)[:, :, None] * answers).sum(1)


class Prototypes(nn.Module):
    """How near features are to learned points, one for each class, times a learned number (Snell et al., 2017)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.network = Course(input_shape, width)
        self.points = nn.Parameter(torch.randn(outputs, width))
        self.scale = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        features = self.network(x)
        apart = (features[:, None] - self.points).square().mean(-1)
        found: Tensor = -apart * self.scale.exp()
        return found


class WithSpectrum(nn.Module):
    """The image beside the logarithm of its spectrum."""

    def __init__(self, input_shape: Shape, outputs: int, **parameters: Any) -> None:
        super().__init__()
        self.network = Course((2 * input_shape[0], *input_shape[1:]), outputs, **parameters)

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.fft.fftshift(torch.fft.fft2(x, norm="ortho"), dim=(2, 3)).abs()
        found: Tensor = self.network(torch.cat([x, torch.log1p(spectrum)], 1))
        return found


class Moved(nn.Module):
    """Turns and moves the image before it looks, by numbers that a small network finds and that begin at nothing
    (Jaderberg et al., 2015).
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.where = nn.Sequential(
            *(nn.Conv2d(input_shape[0], 8, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(8 * (input_shape[1] // 2) * (input_shape[2] // 2), 16), nn.ReLU()),
        )
        self.turn = nn.Linear(16, 6)
        nn.init.zeros_(self.turn.weight)
        self.turn.bias = nn.Parameter(torch.tensor([1.0, 0, 0, 0, 1, 0]))
        self.network = Course(input_shape, outputs)

    def forward(self, x: Tensor) -> Tensor:
        grid = functional.affine_grid(self.turn(self.where(x)).view(-1, 2, 3), list(x.shape), align_corners=False)
        found: Tensor = self.network(functional.grid_sample(x, grid, align_corners=False))
        return found


class SkippedDeep(nn.Module):
    """Eight branches of which some are left out while it trains, each scaled by a small learned number."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 20, layers: int = 8, drop: float = 0.15) -> None:
        super().__init__()
        self.drop = drop
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.norms = nn.ModuleList(nn.GroupNorm(1, width) for _ in range(layers))
        self.wide = nn.ModuleList(nn.Conv2d(width, 2 * width, 3, padding=1) for _ in range(layers))
        self.narrow = nn.ModuleList(nn.Conv2d(2 * width, width, 1) for _ in range(layers))
        self.scales = nn.Parameter(torch.full((layers, width, 1, 1), 0.1))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for place, (norm, wide, narrow) in enumerate(zip(self.norms, self.wide, self.narrow, strict=True)):
            branch = self.scales[place] * narrow(functional.gelu(wide(norm(x))))
            if self.training:
                kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop
                branch = branch * kept / (1 - self.drop)
            x = x + branch
            x = halved(x) if place in (1, 4) else x
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class SecondOrder(nn.Module):
    """Products of all pairs of maps, their roots with signs, brought to length one (Lin et al., 2015)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 20) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(input_shape[0], 2 * width, 3, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU()),
            *(nn.Conv2d(2 * width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()),
        )
        self.head = nn.Linear(width * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = halved(self.features(x)).flatten(2)
        pairs = (x @ x.transpose(1, 2) / x.shape[2]).flatten(1)
        pairs = functional.normalize(pairs.sign() * (pairs.abs() + 1e-5).sqrt(), dim=1)
        found: Tensor = self.head(8 * pairs)
        return found


class Softened(nn.Module):
    """Blurs with a fixed kernel before each stride (Zhang, 2019), with convolutions in two halves and PReLUs."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        kernel = torch.tensor([1.0, 2, 1])
        self.register_buffer("kernel", (kernel[:, None] * kernel / 16).expand(width, 1, 3, 3).clone())
        self.stem = nn.Conv2d(input_shape[0], width, 1)
        self.tall = nn.ModuleList(nn.Conv2d(width, width, (5, 1), padding=(2, 0)) for _ in range(3))
        self.broad = nn.ModuleList(nn.Conv2d(width, width, (1, 5), padding=(0, 2)) for _ in range(3))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(3))
        self.acts = nn.ModuleList(nn.PReLU(width) for _ in range(3))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for place, (tall, broad, norm, act) in enumerate(
            zip(self.tall, self.broad, self.norms, self.acts, strict=True)
        ):
            x = act(norm(broad(tall(x))))
            if place < 2:
                x = functional.conv2d(x, self.get_buffer("kernel"), stride=2, padding=1, groups=x.shape[1])
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class Ensemble(nn.Module):
    """Three heads on one body, each with heavy dropout of its own, whose answers are averaged."""

    def __init__(self, input_shape: Shape, outputs: int, dropout: float = 0.6) -> None:
        super().__init__()
        self.body = Course(input_shape, 96)
        self.heads = nn.ModuleList(
            nn.Sequential(nn.ReLU(), nn.Dropout(dropout), nn.Linear(96, 48), nn.ReLU(), nn.Linear(48, outputs))
            for _ in range(3)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        return torch.stack([head(x) for head in self.heads]).mean(0)


class Gated(nn.Module):
    """Perceptrons over patches, one half of whose features gates the other (Liu et al., 2021)."""

    def __init__(self, input_shape: Shape, outputs: int, patch: int = 2, width: int = 48, layers: int = 2) -> None:
        super().__init__()
        count = (input_shape[1] // patch) * (input_shape[2] // patch)
        self.patches = nn.Conv2d(input_shape[0], width, patch, stride=patch)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers))
        self.wide = nn.ModuleList(nn.Linear(width, 2 * width) for _ in range(layers))
        self.mixing = nn.ModuleList(nn.Linear(count, count) for _ in range(layers))
        self.narrow = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        for mixing in linear_layers(self.mixing):  # the gate is open
            nn.init.normal_(mixing.weight, std=1e-3)
            nn.init.ones_(mixing.bias)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        for norm, wide, mixing, narrow in zip(self.norms, self.wide, self.mixing, self.narrow, strict=True):
            value, gate = functional.gelu(wide(norm(x))).chunk(2, -1)
            x = x + narrow(value * mixing(gate.transpose(1, 2)).transpose(1, 2))
        found: Tensor = self.head(x.mean(1))
        return found


OTHERS: dict[str, Callable[..., nn.Module]] = {
    "cells": Cells,
    "dilated": Dilated,
    "then-recurrent": ThenRecurrent,
    "two-eyes": TwoEyes,
    "experts": Experts,
    "prototypes": Prototypes,
    "with-spectrum": WithSpectrum,
    "moved": Moved,
    "skipped-deep": SkippedDeep,
    "second-order": SecondOrder,
    "softened": Softened,
    "ensemble": Ensemble,
    "gated": Gated,
}


def build(input_shape: Shape, outputs: int, kind: str, **parameters: Any) -> nn.Module:
    """One of them."""
    return OTHERS[kind](input_shape, outputs, **parameters)
