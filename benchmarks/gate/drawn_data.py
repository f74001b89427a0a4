"""Data that parts of the gate's benchmark draw, as somebody's loader would give them."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources import read_source
from hpsearch.job import DataSettings

Array = NDArray[Any]
Draw = Callable[[np.random.Generator], tuple[Array, Array]]
Faults = Mapping[str, Callable[[Array, Array], tuple[Array, Array]]]


def read(drawn: Mapping[str, Draw], faults: Faults, name: str, fault: str, samples: int) -> tuple[Array, Array]:
    """Images (N, C, H, W) or (N, H, W) and their targets, the first so many of them (0: all); with a fault or none."""
    images, targets = _whole(name, drawn.get(name))
    if samples:
        images, targets = images[:samples], targets[:samples]
    return faults[fault](images.copy(), targets.copy()) if fault else (images.copy(), targets.copy())


@cache
def _whole(name: str, draw: Draw | None) -> tuple[Array, Array]:
    """What is drawn depends on the name alone; a name that nothing is drawn for is that of a data set that ships."""
    if draw is not None:
        return draw(np.random.default_rng(list(name.encode())))
    images, targets = read_source(DataSettings(name, None, None, {}, 0.2, 0.2, True, "auto", split_seed=1))
    return np.asarray(images), np.asarray(targets)
