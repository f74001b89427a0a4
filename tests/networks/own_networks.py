"""Networks of a user's own, good and bad."""

import random
import sys
from typing import Any

import numpy as np
import torch
from torch import nn

not_callable = 3


def build(input_shape: tuple[int, int, int], outputs: int, width: int = 4) -> nn.Module:
    channels, height, rows = input_shape
    return nn.Sequential(nn.Conv2d(channels, width, 1), nn.Flatten(), nn.Linear(width * height * rows, outputs))


def any_generator(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Draws weights from three generators."""
    layer = nn.Linear(3, outputs)
    drawn = torch.tensor([random.random(), float(np.random.rand()), float(torch.rand(1))])
    layer.weight = nn.Parameter(drawn.repeat(outputs, 1))
    return layer


def raising(input_shape: tuple[int, int, int], outputs: int, width: int = 4) -> nn.Module:
    raise RuntimeError(f"no network of width {width}")


def leaving(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    sys.exit(0)


def nothing(input_shape: tuple[int, int, int], outputs: int) -> None:
    return None


def needy(input_shape: tuple[int, int, int], outputs: int, *, colour: str) -> nn.Module:
    return nn.Identity()


def shapeless(outputs: int) -> nn.Module:
    return nn.Identity()


def otherwise_named(shape: tuple[int, int, int], classes: int) -> nn.Module:
    return nn.Identity()


def open_handed(**arguments: Any) -> nn.Module:
    return nn.Identity()


def lazy(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(outputs))
