"""What the architectures of the fourth part are made of."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.architectures import Make, Plan


class Attention(nn.Module):
    """Every token sees all tokens of its image (Vaswani et al., 2017)."""

    samples_first = True
    """Whether tokens come as (N, T, C); else they are read as (T, N, C)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.all = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens if self.samples_first else tokens.transpose(0, 1)
        samples, number, width = tokens.shape
        parts = self.all(tokens).reshape(samples, number, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts  # each (N, heads, T, C / heads)
        weights = torch.softmax(query @ key.transpose(-2, -1) / math.sqrt(width / self.heads), dim=-1)
        found: Tensor = self.out((weights @ value).transpose(1, 2).reshape(samples, number, width))
        return found if self.samples_first else found.transpose(0, 1)


class Encoder(nn.Module):
    """Attention and two linear layers, each behind a norm and beside an identity."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.between = nn.LayerNorm(width)
        self.mixed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width), nn.Dropout(dropout)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attention(self.before(tokens))
        found: Tensor = tokens + self.mixed(self.between(tokens))
        return found


class Beside(nn.Module):
    """A branch beside an identity; faults change how both come together."""

    overwritten = False
    """Whether the identity was lost: the branch is added to itself."""

    body: nn.Module

    def together(self, maps: Tensor) -> Tensor:
        """The identity and what is beside it."""
        found: Tensor = self.body(maps)
        return found + found if self.overwritten else maps + found


class DropPath(nn.Module):
    """Gives zeros for some of the samples while it is trained, and more of the others (Huang et al., 2016)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, maps: Tensor) -> Tensor:
        if not self.training:
            return maps
        kept = torch.rand(len(maps), 1, 1, 1, device=maps.device) >= self.rate
        return maps * kept / (1 - self.rate)


class Skipped(Beside):
    """Two convolutions with norms, the second of which begins at zero."""

    def __init__(self, width: int, plan: Plan, rate: float) -> None:
        super().__init__()
        last = plan.norm(width)
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            plan.norm(width),
            plan.make(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            last,
            DropPath(rate),
        )
        self.activation = plan.make()
        if isinstance(last, nn.BatchNorm2d | nn.GroupNorm):
            nn.init.zeros_(last.weight)

    def forward(self, maps: Tensor) -> Tensor:
        found: Tensor = self.activation(self.together(maps))
        return found


class StandardisedConv2d(nn.Conv2d):
    """A convolution whose filters have mean 0 and variance 1 / inputs whatever is learned (Qiao et al., 2019)."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        weight = self.weight - self.weight.mean(dim=(1, 2, 3), keepdim=True)
        spread = weight.std(dim=(1, 2, 3), keepdim=True) * math.sqrt(weight[0].numel()) + 1e-5
        found: Tensor = self._conv_forward(input, weight / spread, self.bias)
        return found


class Standardised(Beside):
    """Norm, activation and such a convolution, twice, beside an identity."""

    def __init__(self, width: int, make: Make) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(4, width),
            make(),
            StandardisedConv2d(width, width, 3, padding=1),
            nn.GroupNorm(4, width),
            make(),
            StandardisedConv2d(width, width, 3, padding=1),
        )

    def forward(self, maps: Tensor) -> Tensor:
        return self.together(maps)


class CosineHead(nn.Module):
    """Scaled cosines between features and a direction for each class (N, K)."""

    def __init__(self, features: int, outputs: int, scale: float = 10.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, features) / math.sqrt(features))
        self.scale = scale

    def forward(self, features: Tensor) -> Tensor:
        return self.scale * functional.linear(functional.normalize(features), functional.normalize(self.weight))


class Gated(nn.Module):
    """Each map times a number between 0 and 1 that all maps decide (Hu et al., 2018)."""

    def __init__(self, width: int, make: Make) -> None:
        super().__init__()
        few = max(2, width // 6)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, few, 1), make(), nn.Conv2d(few, width, 1), nn.Sigmoid()
        )

    def forward(self, maps: Tensor) -> Tensor:
        found: Tensor = maps * self.gate(maps)
        return found


class Inverted(Beside):
    """Wider, a depthwise convolution, a gate, and narrow again; beside an identity where shapes allow."""

    def __init__(self, channels: int, width: int, stride: int, plan: Plan, make: Make) -> None:
        super().__init__()
        wide = 3 * channels
        self.beside = stride == 1 and channels == width
        self.body = nn.Sequential(
            *(nn.Conv2d(channels, wide, 1, bias=False), plan.norm(wide), make()),
            nn.Conv2d(wide, wide, 3, stride=stride, padding=1, groups=wide, bias=False),
            *(plan.norm(wide), make(), Gated(wide, make)),
            *(nn.Conv2d(wide, width, 1, bias=False), plan.norm(width)),
        )

    def forward(self, maps: Tensor) -> Tensor:
        found: Tensor = self.together(maps) if self.beside else self.body(maps)
        return found
