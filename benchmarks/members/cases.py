"""What is trained: four families at two sizes of image."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from hpsearch.networks.table import NETWORKS

OUTPUTS = 10


@dataclass(frozen=True)
class Case:
    """One network at one size."""

    title: str
    name: str
    parameters: tuple[tuple[str, Any], ...]
    channels: int
    side: int

    def build(self, seed: int) -> nn.Module:
        """With weights of that seed and a rate of dropout of its own."""
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            shape = (self.channels, self.side, self.side)
            rate = 0.1 + 0.05 * (seed % 4)
            return NETWORKS[self.name](shape, OUTPUTS, dropout=rate, **dict(self.parameters))

    def __str__(self) -> str:
        return f"{self.title}, {self.channels}×{self.side}×{self.side}"


FAMILIES = (
    ("LeNet", "lenet", ()),
    ("ResNet-8", "resnet_cifar", (("depth", 8),)),
    ("VGG-11 small", "vgg11", (("width", 0.125), ("hidden", 64), ("norm", "batch"))),
    ("MobileNet ¼", "mobilenet", (("width", 0.25),)),
)
CASES = tuple(
    Case(title, name, parameters, channels, side)
    for channels, side in ((1, 8), (3, 32))
    for title, name, parameters in FAMILIES
)
