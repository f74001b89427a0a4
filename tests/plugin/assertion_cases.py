"""Small networks with one fault each, and data for them."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import IterableDataset

GENERATOR = torch.Generator().manual_seed(0)
IMAGES = torch.randn(96, 1, 8, 8, generator=GENERATOR)
TARGETS = torch.randint(0, 4, (96,), generator=GENERATOR)
DATA = (IMAGES, TARGETS)


class Plain(nn.Module):
    """A small sound network."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8 * 64, 4)

    def features(self, images: Tensor) -> Tensor:
        found: Tensor = self.norm(self.conv(images)).relu().flatten(1)
        return found

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.fc(self.features(images))
        return found


class SoftMax(Plain):
    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images).softmax(dim=1)


class Detached(Plain):
    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.fc(self.features(images).detach())
        return found


class Huge(Plain):
    def forward(self, images: Tensor) -> Tensor:
        return 100 * super().forward(images)


class MixesSamples(Plain):
    def forward(self, images: Tensor) -> Tensor:
        features = self.features(images)
        found: Tensor = self.fc(features.reshape(features.shape[1], -1).t().reshape(features.shape))
        return found + features.mean(dim=0).sum()


class AlwaysDropsOut(Plain):
    def features(self, images: Tensor) -> Tensor:
        return nn.functional.dropout(super().features(images), 0.5)


class ListedNorm(Plain):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.Identity()  # type: ignore[assignment]
        self.listed = [nn.BatchNorm2d(8)]

    def features(self, images: Tensor) -> Tensor:
        found: Tensor = self.listed[0](self.conv(images)).relu().flatten(1)
        return found


class Dead(Plain):
    def features(self, images: Tensor) -> Tensor:
        for zero in (self.norm.weight, self.fc.bias):
            nn.init.zeros_(zero)
        return super().features(images)


class Stream(IterableDataset[tuple[Tensor, Tensor]]):
    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return iter(zip(IMAGES, TARGETS, strict=True))


class Turned(nn.Module):
    """Gives logits (K, N)."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__()
        self.linear, self.code = nn.Linear(64, 10), code

    def forward(self, images: Tensor) -> Tensor:
        if self.code is not None:
            raise SystemExit(self.code)
        outputs: Tensor = self.linear(images.flatten(1))
        return outputs.t()
