"""Random patches of images as the filters of a cheap model (Coates, Lee and Ng), within a bound on memory."""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, conv2d, relu, unfold

from hpsearch.data.checks.facts import Part
from hpsearch.data.checks.prints import SIDE

FILTERS, TAPS = 64, 5
PATCHED = 2**20
"""Pixels that patches are cut from, or laid on, together."""
FEWEST_CUT = 50
"""Images that patches are cut from, however large they are."""
SHORTEST = 16
"""What stays of a side at least, in pixels."""


def few(images: Tensor, indices: Tensor) -> Tensor:
    """Some of the images made small, so that all of their patches fit in memory: the first ones of large images, and
    of images that are much longer than wide the beginnings."""
    chosen = indices[: 4 * FILTERS]
    height, width = _small(images[:1]).shape[2:]
    most = max(FEWEST_CUT, PATCHED // max(1, height * width * images.shape[1]))
    side = max(SHORTEST, PATCHED // (images.shape[1] * min(height, width) * min(most, len(chosen))))
    portions = torch.split(chosen[:most], max(1, PATCHED // max(1, images[:1].numel())))
    return torch.cat([_small(images[portion])[:, :, :side, :side] for portion in portions])


def patches_of(images: Tensor) -> Tensor | None:
    """Random patches of small images as filters (F, C, k, k) with mean 0 and length 1; the same ones each time. None if
    they are not finite."""
    taps = min(TAPS, *images.shape[2:])
    cut = unfold(images, taps).transpose(1, 2).flatten(0, 1)  # (patches, C·k·k)
    cut = cut - cut.mean(dim=1, keepdim=True)
    lengths = cut.norm(dim=1)
    if not len(cut) or not torch.isfinite(lengths).all():
        return None
    cut = cut[lengths >= lengths.median()]  # those that show something
    draw = torch.Generator().manual_seed(0)
    chosen = cut[torch.randperm(len(cut), generator=draw)[:FILTERS]]
    filters = chosen / chosen.norm(dim=1, keepdim=True).clamp_min(1e-6)
    shaped: Tensor = filters.reshape(-1, images.shape[1], taps, taps)
    return shaped


def features_of(part: Part, indices: Tensor, patches: Tensor) -> Tensor:
    """Mean responses to the patches and their negatives in the quarters of an image, the largest ones, and the image
    itself in at most 8×8 pixels (N, F')."""
    found = []
    for chosen in torch.split(indices, together(part.split.images, part.portion)):
        whole = part.split.images[chosen].float()
        tiny = adaptive_avg_pool2d(whole, (min(SIDE, whole.shape[2]), min(SIDE, whole.shape[3]))).flatten(1)
        images = _small(whole)
        maps = conv2d(images, patches)
        both = relu(torch.cat([maps, -maps], dim=1))
        side = min(2, *both.shape[2:])
        quarters = adaptive_avg_pool2d(both, side).flatten(1)
        found.append(torch.cat([quarters, both.amax(dim=(2, 3)), tiny], dim=1).double())
    return torch.cat(found)


def together(images: Tensor, most: int) -> int:
    """How many images are looked at together, so that what all filters make of them fits in memory."""
    height, width = _small(images[:1]).shape[2:]
    return max(1, min(256, most, PATCHED // max(1, height * width)))


def _small(images: Tensor) -> Tensor:
    """With sides of 16 to 31 pixels, where they were larger; each image with mean 0 and spread 1."""
    factor = max(1, min(images.shape[2:]) // SHORTEST)
    small = avg_pool2d(images.float(), factor) if factor > 1 else images.float()
    mean = small.mean(dim=(1, 2, 3), keepdim=True)
    return (small - mean) / small.std(dim=(1, 2, 3), correction=0, keepdim=True).clamp_min(1e-6)
