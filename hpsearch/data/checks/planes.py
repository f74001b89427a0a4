"""What is left of images when the mean of all and the brightness of each are taken away, and how alike its places
are."""

import torch
from torch import Tensor

FAINT = 1e-6
"""Of the largest spread: what varies by less does not vary."""


def varying(images: Tensor) -> tuple[Tensor, Tensor]:
    """Images (N, C, H, W) with mean 0 and variance 1 over images in each place, and which places vary (C, H, W)."""
    spread = images.std(dim=0, correction=0)
    alive = (spread > FAINT * spread.max()).float()
    return (images - images.mean(dim=0)) / spread.clamp_min(1e-12) * alive, alive


def planes(scaled: Tensor, alive: Tensor) -> Tensor:
    """The same with mean 0 and variance 1 over the places that vary, in each channel of each image.

    Haze, exposure or what the ground is like move all pixels of an image together: neighbours and distant pixels are
    then alike without any order among them.
    """
    count = alive.sum(dim=(1, 2)).clamp_min(1)
    left = (scaled - (scaled.sum(dim=(2, 3)) / count)[..., None, None]) * alive
    size = (left.square().sum(dim=(2, 3)) / count).sqrt()[..., None, None]
    return torch.where(size > FAINT, left / size.clamp_min(FAINT), 0.0)


def alike(found: Tensor, alive: Tensor, down: int, right: int) -> Tensor:
    """Mean product of places that vary with those so far below and to the right, in each channel that has such (N, C).

    Of planes it is their correlation, but for the border. ``right`` may be negative.
    """
    ours, theirs = _apart(found, down, right)
    one, other = _apart(alive, down, right)
    pairs = (one * other).sum(dim=(1, 2))
    means: Tensor = ((ours * theirs).sum(dim=(2, 3)) / pairs.clamp_min(1))[:, pairs > 0]
    return means


def _apart(images: Tensor, down: int, right: int) -> tuple[Tensor, Tensor]:
    height, width = images.shape[-2:]
    left, back = max(0, right), max(0, -right)
    return images[..., : height - down, back : width - left], images[..., down:, left : width - back]
