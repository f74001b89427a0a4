"""Loaders of a user's own, good and bad."""

import sys
from typing import Any

import numpy as np
import torch

not_callable = 3


def load(samples: int = 60, classes: int = 3, tensors: bool = False) -> tuple[Any, Any]:
    """Noise with rising labels, as arrays or as tensors."""
    images = np.random.default_rng(0).normal(size=(samples, 2, 5, 4))
    targets = np.arange(samples) % classes
    return (torch.from_numpy(images), torch.from_numpy(targets)) if tensors else (images, targets)


def quantities(columns: int = 2, whole: bool = False) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    targets = generator.normal(7.0, 3.0, size=(100, columns))
    return generator.normal(size=(100, 6, 6)), targets.round().astype(int) if whole else targets


def raising() -> tuple[Any, Any]:
    raise RuntimeError("the disk is on fire")


def leaving() -> tuple[Any, Any]:
    sys.exit(0)


def three() -> tuple[Any, Any, Any]:
    return 1, 2, 3


def a_mapping() -> dict[str, Any]:
    return {"images": 1, "targets": 2}


def ragged() -> tuple[Any, Any]:
    return [[1, 2], [3]], [0, 1]


def with_gradient() -> tuple[Any, Any]:
    return torch.zeros(4, 1, 2, 2, requires_grad=True), torch.zeros(4)
