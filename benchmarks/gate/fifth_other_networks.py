"""Sound networks of a fifth part of other kinds: tokens, rows, waves, modern blocks and plain layers."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fifth_networks import Shape, conv_unit


class Block(nn.Module):
    """Attention and two linear layers, each behind a norm."""

    def __init__(self, width: int, heads: int = 4, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, dropout=dropout, batch_first=True)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        found: Tensor = x + self.mlp(self.norm2(x))
        return found


class Vit(nn.Module):
    """Patches, a token for the class and learned places (Dosovitskiy et al., 2021), with a stem or not."""

    def __init__(
        self,
        input_shape: Shape,
        outputs: int,
        patch: int = 4,
        width: int = 48,
        dropout: float = 0.0,
        stem: bool = False,
    ) -> None:
        super().__init__()
        channels = input_shape[0]
        self.stem = conv_unit(channels, 16) if stem else nn.Identity()
        self.patches = nn.Conv2d(16 if stem else channels, width, patch, stride=patch)
        count = (input_shape[1] // patch) * (input_shape[2] // patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, count + 1, width) * 0.02)
        self.blocks = nn.Sequential(Block(width, dropout=dropout), Block(width, dropout=dropout))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(self.stem(x)).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.places
        found: Tensor = self.head(self.norm(self.blocks(x)[:, 0]))
        return found


class MlpMixer(nn.Module):
    """Linear layers over patches and over features in turn (Tolstikhin et al., 2021)."""

    def __init__(self, input_shape: Shape, outputs: int, patch: int = 4, width: int = 48) -> None:
        super().__init__()
        count = (input_shape[1] // patch) * (input_shape[2] // patch)
        self.patches = nn.Conv2d(input_shape[0], width, patch, stride=patch)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(5))
        self.over = nn.ModuleList(self._two(count, 32) for _ in range(2))
        self.within = nn.ModuleList(self._two(width, 96) for _ in range(2))
        self.head = nn.Linear(width, outputs)

    @staticmethod
    def _two(width: int, hidden: int) -> nn.Sequential:
        return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        for place, (over, within) in enumerate(zip(self.over, self.within, strict=True)):
            x = x + over(self.norms[2 * place](x).transpose(1, 2)).transpose(1, 2)
            x = x + within(self.norms[2 * place + 1](x))
        found: Tensor = self.head(self.norms[4](x).mean(1))
        return found


class ConvMixer(nn.Module):
    """Patches, then large windows over each map alone, and 1×1 (Trockman and Kolter, 2023)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 40, patch: int = 2, kernel: int = 5) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(input_shape[0], width, patch, patch), nn.GELU(), nn.BatchNorm2d(width))
        self.over = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(width, width, kernel, 1, kernel // 2, groups=width), nn.GELU(), nn.BatchNorm2d(width)
            )
            for _ in range(3)
        )
        self.within = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, width, 1), nn.GELU(), nn.BatchNorm2d(width)) for _ in range(3)
        )
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for over, within in zip(self.over, self.within, strict=True):
            x = within(x + over(x))
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class ScaledBlock(nn.Module):
    """A block of ConvNeXt, whose branch begins small (Liu et al., 2022)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 5, padding=2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 3 * width), nn.Linear(3 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.scale * self.down(functional.gelu(self.up(y)))
        found: Tensor = x + y.permute(0, 3, 1, 2)
        return found


class Next(nn.Module):
    """Two stages of such blocks."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(input_shape[0], width, 2, 2), nn.GroupNorm(1, width), ScaledBlock(width), ScaledBlock(width)),
            *(nn.Conv2d(width, 2 * width, 2, 2), nn.GroupNorm(1, 2 * width), ScaledBlock(2 * width)),
        )
        self.norm, self.head = nn.LayerNorm(2 * width), nn.Linear(2 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.norm(self.layers(x).mean((2, 3))))
        return found


class OverRows(nn.Module):
    """A gated recurrent network, or an LSTM, that reads the rows (or the columns) of an image in both directions."""

    def __init__(
        self, input_shape: Shape, outputs: int, kind: str = "GRU", hidden: int = 40, columns: bool = False
    ) -> None:
        super().__init__()
        self.columns = columns
        features = input_shape[0] * input_shape[1 if columns else 2]
        self.norm = nn.LayerNorm(features)
        self.rnn = getattr(nn, kind)(features, hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        rows = (x.permute(0, 3, 1, 2) if self.columns else x.permute(0, 2, 1, 3)).flatten(2)
        states, _ = self.rnn(self.norm(rows))
        found: Tensor = self.head(states.mean(1))
        return found


class Waves(nn.Module):
    """Convolutions with sines between them, whose weights begin as their authors say (Sitzmann et al., 2020)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, 2, 1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, 2, 1)
        self.head = nn.Linear(2 * width * ((input_shape[1] + 3) // 4) * ((input_shape[2] + 3) // 4), outputs)
        for conv in (self.conv1, self.conv2):
            bound = (6 / (conv.in_channels * 9)) ** 0.5
            nn.init.uniform_(conv.weight, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sin(self.conv2(torch.sin(self.conv1(x))))
        found: Tensor = self.head(x.flatten(1))
        return found


class StandardisedConv(nn.Conv2d):
    """Its weights are brought to mean 0 and deviation 1 at every call (Qiao et al., 2019)."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        mean = self.weight.mean((1, 2, 3), keepdim=True)
        weight = (self.weight - mean) / (self.weight.std((1, 2, 3), keepdim=True) + 1e-5)
        weight = weight / self.weight[0].numel() ** 0.5
        return functional.conv2d(input, weight, self.bias, self.stride, self.padding)


class Standardised(nn.Module):
    """Such convolutions with group norms and SiLU."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inner = input_shape[0]
        for maps, stride in ((width, 1), (2 * width, 2), (2 * width, 2)):
            layers += [StandardisedConv(inner, maps, 3, stride, 1), nn.GroupNorm(6, maps), nn.SiLU()]
            inner = maps
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * inner, outputs))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x)
        return found


class AllConvolutions(nn.Module):
    """Strides instead of pooling, a convolution as the last layer, a mean over places (Springenberg et al., 2015)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24, act: str = "ReLU", drop: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Dropout2d(drop), conv_unit(input_shape[0], width, act=getattr(nn, act))),
            *(conv_unit(width, width, 2, act=getattr(nn, act)), conv_unit(width, 2 * width, act=getattr(nn, act))),
            *(conv_unit(2 * width, 2 * width, 2, act=getattr(nn, act)), nn.Conv2d(2 * width, outputs, 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x).mean((2, 3))
        return found


class Queries(nn.Module):
    """A few learned queries look at all places of a small convolutional network (after Jaegle et al., 2021)."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32, queries: int = 4) -> None:
        super().__init__()
        self.features = nn.Sequential(conv_unit(input_shape[0], width, 2), conv_unit(width, width))
        self.places = nn.Parameter(
            torch.randn(1, ((input_shape[1] + 1) // 2) * ((input_shape[2] + 1) // 2), width) * 0.1
        )
        self.queries = nn.Parameter(torch.randn(1, queries, width))
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.head = nn.Linear(queries * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x).flatten(2).transpose(1, 2) + self.places
        found, _ = self.attention(self.queries.expand(len(x), -1, -1), x, x)
        logits: Tensor = self.head(functional.relu(found).flatten(1))
        return logits


class ResidualPerceptron(nn.Module):
    """Linear layers with shortcuts and layer norms, on random features of the pixels that stay as they are."""

    directions: Tensor

    def __init__(self, input_shape: Shape, outputs: int, width: int = 96, fourier: bool = False) -> None:
        super().__init__()
        features = input_shape[0] * input_shape[1] * input_shape[2]
        self.fourier = fourier
        self.register_buffer("directions", torch.randn(features, width) * 0.5 / features**0.5)
        self.first = nn.Linear(2 * width if fourier else features, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
            for _ in range(2)
        )
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        if self.fourier:
            x = torch.cat([torch.sin(x @ self.directions), torch.cos(x @ self.directions)], 1)
        x = self.first(x)
        for block in self.blocks:
            x = x + block(x)
        found: Tensor = self.head(functional.silu(x))
        return found


OTHERS: dict[str, Callable[..., nn.Module]] = {
    "vit": Vit,
    "mlp-mixer": MlpMixer,
    "conv-mixer": ConvMixer,
    "next": Next,
    "over-rows": OverRows,
    "waves": Waves,
    "standardised": Standardised,
    "all-convolutions": AllConvolutions,
    "queries": Queries,
    "residual-perceptron": ResidualPerceptron,
}
"""Networks by name."""


def build(input_shape: Shape, outputs: int, kind: str, **parameters: Any) -> nn.Module:
    """One of them."""
    return OTHERS[kind](input_shape, outputs, **parameters)
