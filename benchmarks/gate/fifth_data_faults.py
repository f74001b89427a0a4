"""What users' loaders did wrong, each as one report tells it: a function takes images and targets, and breaks them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[Array, Array]


def _draw() -> np.random.Generator:
    return np.random.default_rng(23)


def divided_as_whole_numbers(images: Array, targets: Array) -> Pair:
    """Scaled to 0 … 1 in an array of whole numbers, which rounds it away: github.com/keras-team/keras/issues/255."""
    return images // 255, targets


def unread_as_one_array(images: Array, targets: Array) -> Pair:
    return images, targets


DATA_FAULTS: dict[str, Callable[[Array, Array], Pair]] = {
    found.__name__.replace("_", "-"): found for found in (divided_as_whole_numbers,)
}
"""Faults by name."""
