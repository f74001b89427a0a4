"""What pictures are drawn from: random fields, grids, labels, strokes. All take the generator that they draw from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Draw = np.random.Generator


@dataclass(frozen=True, eq=False)
class Drawn:
    """One data set as a loader would give it."""

    images: Array
    """(N, C, H, W) or (N, H, W)."""
    targets: Array
    """(N,) whole numbers, or (N, D)."""
    groups: Array | None = None
    """What must stay together in one split (N,); None where samples have nothing to do with each other."""
    normalize: bool = True
    """False where somebody has brought the images to scale already."""
    loss: Literal["auto", "l2"] = "auto"
    """As the definition says it."""


def labels(draw: Draw, count: int, shares: int | Sequence[float]) -> Array:
    """Classes in a random order (N,): so many with equal shares, or one for each share."""
    if isinstance(shares, int):
        return draw.permutation(count) % shares
    edges = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(edges[:-1], draw.permutation(count) / count, side="right").astype(np.int64)


def grid(height: int, width: int) -> tuple[Array, Array]:
    """Rows and columns of all pixels, each (H, W)."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    return down, across


def fractal(draw: Draw, count: int, size: tuple[int, int], power: float | Array) -> Array:
    """Fields (N, H, W) with mean 0, variance 1 and a spectrum that falls as 1 / f^power."""
    height, width = size
    rough = np.fft.rfft2(draw.normal(size=(count, 2 * height, 2 * width)))
    down, across = np.fft.fftfreq(2 * height)[:, None], np.fft.rfftfreq(2 * width)
    frequency = np.hypot(down, across)
    frequency[0, 0] = np.inf
    powers = np.broadcast_to(np.asarray(power, float), (count,))[:, None, None]
    return scaled(np.fft.irfft2(rough * frequency ** (-powers / 2))[:, :height, :width])


def smooth(draw: Draw, count: int, size: tuple[int, int], length: float | Array) -> Array:
    """Fields (N, H, W) with mean 0 and variance 1 that are alike over so many pixels (standard deviation)."""
    height, width = size
    rough = np.fft.rfft2(draw.normal(size=(count, 2 * height, 2 * width)))
    down, across = np.fft.fftfreq(2 * height)[:, None], np.fft.rfftfreq(2 * width)
    lengths = np.broadcast_to(np.asarray(length, float), (count,))[:, None, None]
    falling = np.exp(-2 * (np.pi * lengths) ** 2 * (down**2 + across**2))
    return scaled(np.fft.irfft2(rough * falling)[:, :height, :width])


def scaled(fields: Array) -> Array:
    """Each with mean 0 and variance 1 over its last two axes."""
    left = fields - fields.mean(axis=(-2, -1), keepdims=True)
    found: Array = left / np.maximum(left.std(axis=(-2, -1), keepdims=True), 1e-9)
    return found


def in_bytes(images: Array) -> Array:
    """Rounded and cut off, as a camera does."""
    return np.clip(np.round(images), 0, 255).astype(np.uint8)


def stroke(size: tuple[int, int], points: Array, width: float) -> Array:
    """A line through points (P, 2), 1 on the line and 0 away from it (H, W)."""
    down, across = grid(*size)
    found = np.zeros(size)
    for one, other in pairwise(points):
        along = other - one
        at = ((down - one[0]) * along[0] + (across - one[1]) * along[1]) / max(float(along @ along), 1e-9)
        at = np.clip(at, 0, 1)
        away = np.hypot(down - one[0] - at * along[0], across - one[1] - at * along[1])
        found = np.maximum(found, np.clip(width + 0.5 - away, 0, 1))
    return found


def disc(size: tuple[int, int], middle: Sequence[float] | Array, radius: float) -> Array:
    """1 within a circle, with an edge one pixel wide (H, W)."""
    down, across = grid(*size)
    return np.clip(radius + 0.5 - np.hypot(down - middle[0], across - middle[1]), 0, 1)
