"""The scanned digits of scikit-learn in all guises that a set of them was seen in."""

import numpy as np

from benchmarks.data.fields import Array, Draw, Drawn, in_bytes
from hpsearch.data.sources import read_source
from hpsearch.job import DataSettings


def scanned() -> tuple[Array, Array]:
    """Values 0 … 16 (1797, 8, 8) and classes."""
    images, targets = read_source(DataSettings("digits", None, None, {}, 0.2, 0.2, True, "auto", split_seed=1))
    return np.asarray(images, float), np.asarray(targets)


def inverted(_draw: Draw) -> Drawn:
    """Black on white, in bytes."""
    images, targets = scanned()
    return Drawn(in_bytes(255 - 15.9 * images), targets)


def on_a_canvas(draw: Draw) -> Drawn:
    """At any place of a black canvas of 28×28, twice as large."""
    images, targets = scanned()
    canvas = np.zeros((1797, 28, 28))
    for number, image in enumerate(images):
        top, left = draw.integers(0, 13, 2)
        canvas[number, top : top + 16, left : left + 16] = 15.9 * image.repeat(2, 0).repeat(2, 1)
    return Drawn(in_bytes(canvas), targets)


def coloured(draw: Draw) -> Drawn:
    """In any colour on any ground, 3×16×16."""
    images, targets = scanned()
    ink = (images / 16).repeat(2, 1).repeat(2, 2)[:, None]
    ground, pen = draw.uniform(0, 255, (2, 1797, 3, 1, 1))
    return Drawn(in_bytes(ground + (pen - ground) * ink), targets)


def tiled(draw: Draw) -> Drawn:
    """Four together, 16×16, and their sum: one number."""
    images, targets = scanned()
    order = draw.permutation(1796).reshape(-1, 4)
    rows = [np.concatenate([images[order[:, one]], images[order[:, one + 1]]], 2) for one in (0, 2)]
    return Drawn(np.concatenate(rows, 1).astype(np.uint8), targets[order].sum(1) + 0.0)


def standardised(_draw: Draw) -> Drawn:
    """With mean 0 and variance 1 already."""
    images, targets = scanned()
    found = ((images - images.mean()) / images.std())[:, None]
    return Drawn(found.astype(np.float32), targets, normalize=False)


def about_zero(_draw: Draw) -> Drawn:
    """From -1 to 1 already."""
    images, targets = scanned()
    return Drawn((images / 8 - 1)[:, None].astype(np.float32), targets, normalize=False)


def few(_draw: Draw) -> Drawn:
    """Sixty zeros and ones."""
    images, targets = scanned()
    chosen = np.flatnonzero(targets < 2)[:60]
    return Drawn(images[chosen], targets[chosen])


def rare(draw: Draw) -> Drawn:
    """One in twenty is an eight, the others are ones, threes or nines; 8 of 16 levels."""
    images, targets = scanned()
    kept = [np.flatnonzero(targets == one)[: (180, 180, 180, 28)[at]] for at, one in enumerate((1, 3, 9, 8))]
    order = draw.permutation(np.concatenate(kept))
    return Drawn(
        (images[order] // 2).astype(np.uint8), np.select([targets[order] == one for one in (1, 3, 9)], [0, 1, 2], 3)
    )


def pairs(draw: Draw) -> Drawn:
    """Two digits as two channels, and whether the first is the larger."""
    images, _ = scanned()
    _, targets = scanned()
    one, other = draw.permutation(1797), draw.permutation(1797)
    kept = targets[one] != targets[other]
    images = np.stack([images[one], images[other]], 1)[kept]
    return Drawn(images.astype(np.float32), (targets[one] > targets[other])[kept].astype(np.int64))


def several(_draw: Draw) -> Drawn:
    """Which of three marks a digit has, each or none: three numbers of 0 or 1 (multi-label)."""
    images, targets = scanned()
    wanted = np.stack([targets % 2 == 0, targets > 4, np.isin(targets, (0, 6, 8, 9))], 1)
    return Drawn(images.astype(np.uint8), wanted.astype(np.float32))


def noisy(draw: Draw) -> Drawn:
    """With much noise, enlarged to 24×24 by repetition; ten classes in other shares."""
    images, targets = scanned()
    large = 12 * images.repeat(3, 1).repeat(3, 2)
    kept = draw.permutation(np.flatnonzero(draw.random(1797) < (1 - 0.08 * targets)))
    return Drawn(in_bytes(large + draw.normal(30, 25, large.shape))[kept], targets[kept])


GUISES = (inverted, on_a_canvas, coloured, tiled, standardised, about_zero, few, rare, pairs, several, noisy)
