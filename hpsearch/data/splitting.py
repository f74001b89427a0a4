"""Which samples train, which choose and which are read once at the end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Division:
    """Indices of the samples of each split; every sample is in exactly one."""

    train: Indices
    validation: Indices
    test: Indices


def divide(samples: int, classes: Indices | None, validation: float, test: float, seed: int) -> Division:
    """Divides samples at random; stratified by ``classes`` (N,) where they are given.

    Each class gives its rounded share to validation and test, and at least one sample to each split that is asked
    for as long as it has that many; a class of one sample is in training only. A split may be empty.
    """
    order = permutation(samples, seed)
    if classes is None:
        return _cut([order], validation, test, at_least=0)
    by_class = order[np.argsort(classes[order], kind="stable")]
    starts = np.flatnonzero(np.diff(classes[by_class])) + 1
    return _cut(np.split(by_class, starts), validation, test, at_least=1)


def permutation(samples: int, seed: int) -> Indices:
    """A random order of 0 … samples − 1 that depends on the seed alone.

    NumPy promises the raw output of a bit generator, not the shuffles made of it, to stay the same between versions.
    """
    return np.argsort(np.random.PCG64(seed).random_raw(samples), kind="stable").astype(np.int64)


def _cut(groups: list[Indices], validation: float, test: float, at_least: int) -> Division:
    parts: list[list[Indices]] = [[], [], []]
    for group in groups:
        left = len(group) - 1  # training keeps one
        held_out = min(left, max(at_least, round(validation * len(group))))
        read_once = min(left - held_out, max(at_least, round(test * len(group)))) if test > 0 else 0
        cuts = [len(group) - held_out - read_once, len(group) - read_once]
        for part, indices in zip(parts, np.split(group, cuts), strict=True):
            part.append(indices)
    train, held, once = (np.sort(np.concatenate(part)) for part in parts)
    return Division(train, held, once)
