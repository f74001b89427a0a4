"""Data sets as a user's own loader would give them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

Arrays = tuple[NDArray[Any], NDArray[Any]]


def digits() -> Arrays:
    """Handwritten digits, 8×8 pixels, as they are."""
    found = load_digits()
    return found.images[:, None], found.target


def shuffled(seed: int = 0) -> Arrays:
    """The same with the labels dealt out anew: nothing can be learned that holds for other images."""
    images, targets = digits()
    return images, np.random.default_rng(seed).permutation(targets)


def shuffled_quantities(seed: int = 0) -> Arrays:
    """The same as a regression."""
    images, targets = shuffled(seed)
    return images, targets.astype(np.float64) + 0.5


def quantities() -> Arrays:
    """The digits as numbers to be estimated."""
    images, targets = digits()
    return images, targets.astype(np.float64) + 0.5


def two_classes() -> Arrays:
    """Even against odd digits."""
    images, targets = digits()
    return images, targets % 2
