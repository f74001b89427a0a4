"""Networks of a user's own."""

import sys

from torch import Tensor, nn


def build(input_shape: tuple[int, int, int], outputs: int, width: int) -> nn.Module:
    if width == 0:
        raise ValueError("no network of width 0")
    channels, height, rows = input_shape
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(width * height * rows, outputs)
    )


class Leaving(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        sys.exit(3)


def leaving(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Leaving()


class Scaled(nn.Module):
    """Divides before its layer with weights, or behind it."""

    def __init__(self, divisor: float, first: bool, layer: nn.Module) -> None:
        super().__init__()
        self.divisor, self.first, self.layer = divisor, first, layer

    def forward(self, images: Tensor) -> Tensor:
        if self.first:
            images = (images / self.divisor - 0.5).float()
        found: Tensor = self.layer(images.flatten(1))
        return found if self.first else found / self.divisor


class Multiplied(nn.Linear):
    def forward(self, images: Tensor) -> Tensor:
        return images @ self.weight.t()


def dividing(
    input_shape: tuple[int, int, int], outputs: int, divisor: float, first: bool = True, multiplied: bool = False
) -> nn.Module:
    kind = Multiplied if multiplied else nn.Linear
    return Scaled(divisor, first, kind(input_shape[0] * input_shape[1] * input_shape[2], outputs))


def scaling(input_shape: tuple[int, int, int], outputs: int, norm: str) -> nn.Module:
    """A norm in front, or behind the first layer with weights."""
    channels, height, rows = input_shape
    first, second = nn.BatchNorm2d(channels), nn.Conv2d(channels, channels, 3, padding=1)
    body = [first, second] if norm == "first" else [second, first]
    return nn.Sequential(*body, nn.ReLU(), nn.Flatten(), nn.Linear(channels * height * rows, outputs))
