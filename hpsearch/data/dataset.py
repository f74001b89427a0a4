"""A loaded data set: three splits of images and targets, and how they were normalised."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from hpsearch.task import Task

Place = Literal["auto", "device", "host", "disk"]
"""Where samples lie while a study trains; ``auto``: as near as there is room."""


@dataclass(frozen=True, eq=False)
class Split:
    """Some of the samples, in an order without meaning."""

    images: Tensor
    """(N, C, H, W), float32, normalised if the definition says so."""
    targets: Tensor
    """Classes (N,), int64; or normalised values (N, D), float32, for regression."""

    def __len__(self) -> int:
        return len(self.images)

    def pieces(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and targets of all samples in their order, so many at a time."""
        return zip(torch.split(self.images, size), torch.split(self.targets, size), strict=True)


@dataclass(frozen=True)
class Scale:
    """What was subtracted and then divided by, for each channel or target column: from the training split alone."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    """1 for a channel that is constant in the training split."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a study trains on."""

    train: Split
    validation: Split
    test: Split
    """Empty if the definition holds nothing out for it."""
    task: Task
    image_scale: Scale | None
    """None if the definition switches normalisation off."""
    target_scale: Scale | None
    """None for classification."""
    held: Place = "auto"
    """Where the study wants them."""
    origins: Mapping[str, Tensor] = field(default_factory=dict)
    """By the name of a split: which sample of the arrays as they were given each of its samples is (N,), from 0."""
