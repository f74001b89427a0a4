"""Comparing images: exactly, by fingerprints, and nearly, by small standardised copies."""

from hashlib import blake2b

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, normalize

SIDE = 8
"""Of the small copies, in pixels: what is left of an image after noise, compression and small changes."""
MOST_PAIRS = 2**24
"""Correlations that are held at once: 64 MiB."""


def fingerprints(images: Tensor) -> list[bytes]:
    """One for each of the images (N, C, H, W); 128 bits, so that unequal images have unequal ones."""
    rows = images.detach().cpu().contiguous().flatten(1).numpy()
    return [blake2b(row.data, digest_size=16).digest() for row in rows]


def small_copies(images: Tensor) -> Tensor:
    """Grey copies of at most 8×8 pixels with mean 0 and length 1 (N, D): brightness and contrast are taken out.

    The product of two rows is the correlation of two copies; copies that are constant become 0.
    """
    height, width = (min(SIDE, side) for side in images.shape[2:])
    return standardised(adaptive_avg_pool2d(images.mean(dim=1, keepdim=True), (height, width)))


def standardised(images: Tensor) -> Tensor:
    """The images (N, …) as vectors with mean 0 and length 1; constant ones become 0."""
    flat = images.flatten(1)
    return normalize(flat - flat.mean(dim=1, keepdim=True), dim=1, eps=1e-6)


def nearest(queries: Tensor, known: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The correlations with the ``count`` nearest of ``known`` (M, D), nearest first, and their indices: (N, count)."""
    portion = max(1, min(512, MOST_PAIRS // len(known)))
    found = [torch.topk(part @ known.T, count, dim=1) for part in torch.split(queries, portion)]
    return torch.cat([one.values for one in found]), torch.cat([one.indices for one in found])
