"""Networks with one fault each that a look must show. The tests name them by import path."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional


class Body(nn.Module):
    """A convolution, an activation that is called as a function, and two linear layers; ``fault`` breaks one thing."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int, fault: str = "") -> None:
        super().__init__()
        channels, height, width = input_shape
        self.fault = fault
        self.first = nn.Conv2d(channels, 4, 3, padding=1)
        self.second = nn.Linear(4 * height * width, 8)
        self.third = nn.Linear(8, outputs)
        self.dropout = nn.Dropout(0.97 if fault == "dropout" else 0.0)
        self.spare = nn.Linear(3, 3) if fault == "unused" else None
        self.norm = nn.BatchNorm1d(8) if fault in ("always", "hidden", "otherwise") else None
        BREAKS.get(fault, lambda _: None)(self)

    def train(self, mode: bool = True) -> "Body":
        """With the fault ``always`` it never leaves training mode."""
        return super().train(mode or self.fault == "always")

    def forward(self, images: Tensor) -> Tensor:
        if self.fault == "mixing":
            images = images.flatten(1).t().reshape(images.shape)
        if self.fault == "linear":
            straight: Tensor = self.third(self.second(self.first(images).flatten(1)))
            return straight
        maps = functional.relu(self.first(images))
        hidden = self.dropout(self.second(maps.flatten(1)))
        if self.norm is not None:
            hidden = self.norm(hidden)
        hidden = torch.tanh(hidden * 1e4) if self.fault == "saturated" else torch.relu(hidden)
        logits: Tensor = self.third(hidden)
        if self.fault == "otherwise" and not self.training:
            logits = -logits
        return functional.softmax(logits, 1) if self.fault == "softmax" else logits


def _dead(body: Body) -> None:
    nn.init.constant_(body.first.bias, -100.0)  # type: ignore[arg-type]


def _frozen(body: Body) -> None:
    body.first.weight.requires_grad_(False)


def _equal(body: Body) -> None:
    nn.init.constant_(body.second.weight, 0.01)


def _huge(body: Body) -> None:
    nn.init.normal_(body.second.weight, std=100.0)


BREAKS: dict[str, Callable[[Body], None]] = {
    "dead": _dead,
    "frozen": _frozen,
    "equal": _equal,
    "huge": _huge,
    "hidden": _huge,
}
