"""A network for 32×32 images that is meant to be trained in seconds, for comparison with published ones of that kind.

Of the kind that holds the records for CIFAR-10 (a 2×2 convolution that whitens, three blocks of two convolutions with
batch norm and GELU, about two million weights), defined here anew. Its first layer learns instead of being computed
from the data, which changes nothing in how long an image takes.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

WIDTHS = (64, 256, 256)
FIRST = 24
SCALE = 1 / 9
"""Of the logits."""


class Block(nn.Module):
    """Halves the maps; two convolutions."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.widen = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.pool = nn.MaxPool2d(2)
        self.norm = nn.BatchNorm2d(outputs)
        self.deepen = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.last_norm = nn.BatchNorm2d(outputs)
        self.activation = nn.GELU()

    def forward(self, maps: Tensor) -> Tensor:
        maps = self.activation(self.norm(self.pool(self.widen(maps))))
        return self.activation(self.last_norm(self.deepen(maps)))


class QuickNet(nn.Module):
    """About two million weights at three channels and ten classes."""

    def __init__(self, channels: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, FIRST, 2)
        self.activation = nn.GELU()
        widths = (FIRST, *WIDTHS)
        self.blocks = nn.Sequential(*(Block(one, other) for one, other in pairwise(widths)))
        self.pool = nn.MaxPool2d(3)
        self.last = nn.Linear(WIDTHS[-1], outputs, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.pool(self.blocks(self.activation(self.first(images))))
        return self.last(torch.flatten(maps, 1)) * SCALE


def build(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """As a network of one's own is named in a study; images of 27×27 to 34×34 pixels."""
    return QuickNet(input_shape[0], outputs)
