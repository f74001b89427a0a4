"""The two real photographs that come with scikit-learn."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_sample_image

NAMES = ("china", "flower")


@cache
def photograph(name: str) -> NDArray[Any]:
    """``china`` or ``flower``: bytes (3, 427, 640), red, green and blue."""
    picture = np.ascontiguousarray(load_sample_image(f"{name}.jpg").transpose(2, 0, 1))
    picture.flags.writeable = False
    return picture
