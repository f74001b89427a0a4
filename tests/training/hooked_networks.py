"""Two networks, one straight and one with a residual block and norms, with faults that hooks put in."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Residual(nn.Module):
    """A stem, a block beside an identity whose last norm starts at zero, and a linear layer."""

    def __init__(self, channels: int, side: int, outputs: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 8, 3, padding=1, bias=False)
        self.body = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Linear(8 * side * side, outputs)
        nn.init.zeros_(self.norm.weight)

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.relu(self.stem(images))
        maps = functional.relu(maps + self.norm(self.body(maps)))
        logits: Tensor = self.head(maps.flatten(1))
        return logits


class Straight(nn.Module):
    """Two convolutions and two linear layers, with a dropout that drops nothing, and no norm."""

    def __init__(self, channels: int, side: int, outputs: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 8, 3, padding=1)
        self.body = nn.Conv2d(8, 8, 3, padding=1)
        self.norm = nn.Dropout(0.0)
        self.hidden = nn.Linear(8 * side * side, 16)
        self.head = nn.Linear(16, outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.relu(self.body(functional.relu(self.stem(images))))
        logits: Tensor = self.head(functional.relu(self.hidden(self.norm(maps.flatten(1)))))
        return logits


class Routed(nn.Module):
    """Each sample takes one of two ways, both of which begin at the images."""

    def __init__(self, channels: int, side: int, outputs: int) -> None:
        super().__init__()
        size = channels * side * side
        self.one, self.other, self.head = nn.Linear(size, 16), nn.Linear(size, 16), nn.Linear(16, outputs)

    def forward(self, images: Tensor) -> Tensor:
        flat = images.flatten(1)
        way = (flat.mean(1, keepdim=True) > 0).float()
        logits: Tensor = self.head(
            way * functional.relu(self.one(flat)) + (1 - way) * functional.relu(self.other(flat))
        )
        return logits


class Narrow(nn.Module):
    """Few units behind ReLU and dropout: for some samples all that are left are dropped."""

    def __init__(self, channels: int, side: int, outputs: int) -> None:
        super().__init__()
        self.first, self.few = nn.Linear(channels * side * side, 32), nn.Linear(32, 8)
        self.dropout, self.head = nn.Dropout(0.5), nn.Linear(8, outputs)

    def forward(self, images: Tensor) -> Tensor:
        values = functional.relu(self.first(images.flatten(1)))
        logits: Tensor = self.head(self.dropout(functional.relu(self.few(values))))
        return logits


def build(input_shape: tuple[int, int, int], outputs: int, base: str, fault: str = "") -> nn.Module:
    """One of the two, with a fault of ``FAULTS`` or none."""
    made = {"straight": Straight, "residual": Residual, "routed": Routed, "narrow": Narrow}[base](
        input_shape[0], input_shape[1], outputs
    )
    if fault:
        FAULTS[fault](made)
    return made


class _Scaled(torch.autograd.Function):
    """Hands numbers on, and their gradient times a factor."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, factor: float) -> Tensor:
        ctx.factor = factor
        return values.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * ctx.factor, None


def _gradient(factor: float) -> Callable[[nn.Module], None]:
    def put_in(network: nn.Module) -> None:
        stem = network.get_submodule("stem")
        stem.register_forward_hook(lambda _, __, made: _Scaled.apply(made, factor))  # type: ignore[no-untyped-call]

    return put_in


def _blow(network: nn.Module) -> None:
    """The more often the stem was called, the more it gives; what is only tried is taken back and does not count."""
    stem = network.get_submodule("stem")
    vars(stem)["calls"] = 0

    def grow(module: nn.Module, _: object, made: Tensor) -> Tensor:
        calls = vars(module)["calls"] = vars(module)["calls"] + 1
        return made * (1.0 + float(calls) ** 2)

    stem.register_forward_hook(grow)


def _blind(network: nn.Module) -> None:
    network.register_forward_pre_hook(lambda _, given: (given[0] * 0,))


def _forget(network: nn.Module) -> None:
    """The same numbers reach the last layer whatever the image."""
    network.get_submodule("head").register_forward_pre_hook(lambda _, given: (0.1 * torch.ones_like(given[0]),))


def _switch(network: nn.Module) -> None:
    """The forward pass switches a norm or dropout to evaluation mode."""
    network.register_forward_pre_hook(lambda one, _: one.get_submodule("norm").eval() and None)


def _twins(network: nn.Module) -> None:
    weight = network.get_parameter("stem.weight")
    with torch.no_grad():
        weight.copy_(weight[:1].clone().expand_as(weight))


def _zero(network: nn.Module) -> None:
    """A last layer that begins at zero."""
    for one in network.get_submodule("head").parameters():
        nn.init.zeros_(one)


def _cut(network: nn.Module) -> None:
    """Every other sample of a batch teaches the last layer alone."""

    def cut(_: nn.Module, given: tuple[Tensor]) -> tuple[Tensor]:
        odd = torch.arange(len(given[0])) % 2 == 1
        return (torch.where(odd[:, None], given[0].detach(), given[0]),)

    network.get_submodule("head").register_forward_pre_hook(cut)


FAULTS: dict[str, Callable[[nn.Module], None]] = {
    "vanishing": _gradient(1e-7),
    "exploding": _gradient(1e7),
    "blowing": _blow,
    "blind": _blind,
    "forgetting": _forget,
    "switching": _switch,
    "twins": _twins,
    "cutting": _cut,
    "zero": _zero,
}
