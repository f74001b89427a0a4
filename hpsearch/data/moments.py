"""Mean and spread of each channel, computed image by image, so that images need not be held all at once."""

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources import Array

PORTION = 1024
"""Images in memory that are gone through at once."""
Moments = NDArray[np.float64]
"""Of each image and channel (N, C, 2): the mean over its pixels, and the sum of their squared distances from it."""


def moments(images: Array) -> Moments:
    """Of images (n, C, H, W), float32; an image's are the same in whatever portion it comes."""
    samples, channels = images.shape[:2]
    rows = images.reshape(samples * channels, -1).astype(np.float64)
    means = rows.sum(axis=1) / rows.shape[1]
    rows -= means[:, np.newaxis]
    np.square(rows, out=rows)
    return np.stack([means, rows.sum(axis=1)], axis=1).reshape(samples, channels, 2)


def in_portions(images: Array) -> Moments:
    """Of images that lie in memory, without a copy of all of them in double precision."""
    return np.concatenate([moments(images[start : start + PORTION]) for start in range(0, len(images), PORTION)])


def mean_and_std(found: Moments, pixels: int) -> tuple[Array, Array]:
    """Of each channel (C,) over images of so many pixels (Chan, Golub and LeVeque, 1983)."""
    count = len(found) * pixels
    mean = found[:, :, 0].sum(axis=0) * pixels / count
    apart = np.square(found[:, :, 0] - mean).sum(axis=0) * pixels
    return mean, np.sqrt((found[:, :, 1].sum(axis=0) + apart) / count)
