"""Which stem an image gets: the one of the ImageNet papers would eat a small image."""

from typing import Literal

from hpsearch.networks.parameters import StemName

SMALLEST_FOR_IMAGENET = 96
"""Pixels of the shorter side from which ``auto`` takes the papers' stem: 3×3 are left after a reduction by 32
(heuristic; the papers' own images have 224)."""


def stem_for(name: StemName, input_shape: tuple[int, int, int]) -> Literal["imagenet", "small"]:
    """The stem that is meant, ``auto`` decided by the size of the image."""
    if name != "auto":
        return name
    return "imagenet" if min(input_shape[1:]) >= SMALLEST_FOR_IMAGENET else "small"


def small_kernel(kernel: int, input_shape: tuple[int, int, int]) -> int:
    """The kernel of a small stem: at most an eighth of the image's shorter side, made odd, but 3 at least (heuristic).

    For 32×32 that is 5, for 8×8 it is 3.
    """
    return min(kernel, max(3, min(input_shape[1:]) // 8 | 1))
