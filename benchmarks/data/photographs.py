"""Patches of the two photographs that come with scikit-learn: what real images are like, and hardly any two alike."""

import numpy as np

from benchmarks.data.fields import Array, Draw, Drawn, labels
from benchmarks.photographs import NAMES, photograph


def pictures() -> tuple[Array, ...]:
    """Both, in colours (427, 640, 3)."""
    return tuple(photograph(name).transpose(1, 2, 0) for name in NAMES)


def tiles(picture: Array, side: int) -> Array:
    """All tiles that do not overlap (N, 3, side, side)."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    cut = picture[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    return cut.transpose(0, 2, 4, 1, 3).reshape(-1, 3, side, side)


def which(draw: Draw) -> Drawn:
    """3×16×16: of which photograph."""
    both = [tiles(one, 16) for one in pictures()]
    order = draw.permutation(sum(map(len, both)))
    targets = np.repeat([0, 1], [len(one) for one in both])
    return Drawn(np.concatenate(both)[order], targets[order])


def quarters(draw: Draw) -> Drawn:
    """16×16, grey: of which quarter of a photograph."""
    picture = pictures()[0][:416, :640]
    parts = [tiles(picture[top : top + 208, left : left + 320], 16) for top in (0, 208) for left in (0, 320)]
    targets = np.repeat(np.arange(4), len(parts[0]))
    order = draw.permutation(len(targets))
    return Drawn(np.concatenate(parts).mean(1)[order].astype(np.uint8), targets[order])


def turned(draw: Draw) -> Drawn:
    """3×24×24: turned by a quarter, a half, three quarters or not at all."""
    whole = np.concatenate([tiles(one, 24) for one in pictures()])
    whole = whole[draw.permutation(len(whole))]
    targets = labels(draw, len(whole), 4)
    return Drawn(np.stack([np.rot90(one, times, (1, 2)) for one, times in zip(whole, targets, strict=True)]), targets)


def lit(draw: Draw) -> Drawn:
    """3×12×12: made brighter or darker by a power, which is to be read: one number."""
    whole = np.concatenate([tiles(one, 12) for one in pictures()]) / 255
    whole = whole[draw.permutation(len(whole))]
    power = np.exp(draw.normal(0, 0.5, len(whole)))
    return Drawn((whole ** power[:, None, None, None]).astype(np.float32), power)


def blurred(draw: Draw) -> Drawn:
    """Grey, 20×20, real numbers from 0 to 1: sharp or moved while the picture was taken."""
    whole = np.concatenate([tiles(one, 20) for one in pictures()]).mean(1) / 255
    whole = whole[draw.permutation(len(whole))]
    targets = labels(draw, len(whole), 2)
    moved = np.mean([np.roll(whole, by, 2) for by in (-1, 0, 1)], 0)
    return Drawn(np.where(targets[:, None, None] == 1, moved, whole)[:, None].astype(np.float32), targets)


PHOTOGRAPHS = (which, quarters, turned, lit, blurred)
