"""A loaded data set: three splits of images and targets, and how they were normalised."""

from dataclasses import dataclass

from torch import Tensor

from hpsearch.task import Task


@dataclass(frozen=True, eq=False)
class Split:
    """Some of the samples, in an order without meaning."""

    images: Tensor
    """(N, C, H, W), float32, normalised if the definition says so."""
    targets: Tensor
    """Classes (N,), int64; or normalised values (N, D), float32, for regression."""

    def __len__(self) -> int:
        return len(self.images)


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
