"""Networks that keep something beside parameters and buffers, which each pass in training mode changes."""

from collections import deque

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm


class Keeping(nn.Module):
    """Two layers with something between them that depends on what was kept."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first, self.head = nn.Linear(inputs, 16), nn.Linear(16, outputs)

    def forward(self, images: Tensor) -> Tensor:
        values = functional.relu(self.first(images.flatten(1)))
        logits: Tensor = self.head(self.changed(values))
        return logits

    def changed(self, values: Tensor) -> Tensor:
        """What the head gets."""
        raise NotImplementedError


class Drawing(Keeping):
    """Draws from generators of its own, in both modes."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.own, self.numbers = torch.Generator().manual_seed(3), np.random.default_rng(3)

    def changed(self, values: Tensor) -> Tensor:
        """Drops by one generator, adds noise by the other."""
        noise = torch.from_numpy(self.numbers.normal(0, 0.1, tuple(values.shape))).float()
        return values * (torch.rand(values.shape, generator=self.own) > 0.3) + noise


class Queueing(Keeping):
    """Takes away the mean of what it has seen last, which a list and a queue hold."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.seen: list[Tensor] = []
        self.last: deque[Tensor] = deque(maxlen=5)

    def changed(self, values: Tensor) -> Tensor:
        """Keeps it in both modes."""
        self.seen.append(values.detach().mean(0))
        self.last.append(values.detach().mean(0))
        return values - torch.stack(self.seen).mean(0) - torch.stack(tuple(self.last)).mean(0)


class Averaging(Keeping):
    """Takes away a running mean, a tensor that is no buffer and is changed in place."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.mean = torch.zeros(16)

    def changed(self, values: Tensor) -> Tensor:
        """Moves it in both modes."""
        self.mean.mul_(0.9).add_(0.1 * values.detach().mean(0))
        return values - self.mean


class Spectral(Keeping):
    """Divides its first weights by an estimate of their spectral norm, which each reading of them in training mode
    brings nearer to it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.first = spectral_norm(self.first)

    def changed(self, values: Tensor) -> Tensor:
        """Nothing."""
        return values


class Locked(Averaging):
    """Holds what cannot be copied as well."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.pages = (number for number in range(3))


KINDS = {"drawing": Drawing, "queueing": Queueing, "averaging": Averaging, "spectral": Spectral, "locked": Locked}


def build(input_shape: tuple[int, int, int], outputs: int, kind: str) -> nn.Module:
    """One of them."""
    channels, height, width = input_shape
    return KINDS[kind](channels * height * width, outputs)
