"""A user's own networks and data, good and bad."""

import sys
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


def regression() -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    return generator.normal(size=(150, 1, 6, 6)), generator.normal(size=(150, 2))


def sound(input_shape: tuple[int, int, int], outputs: int, width: int = 4) -> nn.Module:
    channels, height, columns = input_shape
    return nn.Sequential(nn.Conv2d(channels, width, 1), nn.Flatten(), nn.Linear(width * height * columns, outputs))


def for_larger_images(input_shape: tuple[int, int, int], outputs: int, kernel: int = 5) -> nn.Module:
    body = nn.Sequential(nn.Conv2d(input_shape[0], 4, kernel), nn.Conv2d(4, 4, kernel))
    return nn.Sequential(body, nn.Flatten(), nn.Linear(4 * (input_shape[1] - 2 * kernel + 2) ** 2 or 1, outputs))


def one_output_too_many(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return sound(input_shape, outputs + 1)


class Returning(nn.Module):
    """Returns whatever it was built with."""

    def __init__(self, found: Any) -> None:
        super().__init__()
        self.found = found

    def forward(self, _: Tensor) -> Any:
        return self.found


class Listed(nn.Module):
    """All of its layers are in a list."""

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self._steps = {"all": [nn.Flatten(), nn.Linear(features, outputs)]}

    def forward(self, images: Tensor) -> Any:
        for step in self._steps["all"]:
            images = step(images)
        return images


def listed(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Listed(input_shape[0] * input_shape[1] * input_shape[2], outputs)


def a_pair(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Returning((torch.zeros(2, outputs), None))


def whole_numbers(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Returning(torch.zeros(2, outputs, dtype=torch.int64))


def maps(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return nn.Conv2d(input_shape[0], outputs, 1)


class Refusing(nn.Module):
    def forward(self, _: Tensor) -> Tensor:
        raise KeyError("no such colour")


def refusing(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Refusing()


def normalising(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return nn.Sequential(nn.Dropout(0.5), sound(input_shape, outputs), nn.BatchNorm1d(outputs))


class Leaving(nn.Module):
    def forward(self, _: Tensor) -> Tensor:
        sys.exit(0)


def leaving(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return Leaving()


def failing_when_wide(input_shape: tuple[int, int, int], outputs: int, width: int) -> nn.Module:
    if width > 8:
        raise ValueError(f"{width} is too wide")
    return sound(input_shape, outputs, width)


def scripted(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return torch.jit.script(sound(input_shape, outputs))


def partly_scripted(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return nn.Sequential(scripted(input_shape, outputs), nn.Identity())


def frozen(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    return sound(input_shape, outputs).requires_grad_(False)


def holding_itself(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    network = frozen(input_shape, outputs)
    notes: list[object] = [{"outputs": outputs}]
    notes.append(notes)
    network.notes = notes  # type: ignore[assignment]
    return network
