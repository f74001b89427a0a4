"""The data sets of the second held-out part: gratings, textures and signs that are drawn here, and larger digits."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from torch.nn import functional

Images = NDArray[np.uint8]
"""(N, C, H, W) in 0 … 255."""
Labels = NDArray[np.int64]
Drawn = tuple[Images, Labels]
Plane = NDArray[np.float64]

SIDE = 16
"""Pixels of all images."""
GRATINGS, TEXTURES, SIGNS = 1_300, 1_500, 1_600
"""Samples, validation and test among them."""
DIGITS = (0, 2, 4, 5, 9)


def gratings() -> Drawn:
    """Grey waves of four directions (N, 1, 16, 16), of any phase and several frequencies, with noise."""
    draw = np.random.default_rng(4)
    labels = draw.permutation(np.arange(GRATINGS, dtype=np.int64) % 4)
    turn = labels * np.pi / 4 + draw.uniform(-0.2, 0.2, GRATINGS)
    rows, columns = _grid()
    way = np.cos(turn)[:, None, None] * columns + np.sin(turn)[:, None, None] * rows
    waves = np.sin(_each(draw, 0.7, 1.3, GRATINGS) * way + _each(draw, 0, 2 * np.pi, GRATINGS))
    images = 128 + _each(draw, 25, 70, GRATINGS) * waves + draw.normal(0, 40, way.shape)
    return _pixels(images[:, None]), labels


def textures() -> Drawn:
    """Six textures in two colours (N, 3, 16, 16): lines both ways, squares, dots, rings, clouds."""
    draw = np.random.default_rng(6)
    labels = draw.permutation(np.arange(TEXTURES, dtype=np.int64) % 6)
    rows, columns = _grid()
    masks = np.stack([_texture(int(label), rows, columns, draw) for label in labels])  # (N, H, W) in 0 … 1
    return _pixels(_coloured(masks, 15, draw)), labels


def signs() -> Drawn:
    """A ring, a cross or a triangle of any place and size (N, 3, 16, 16), lighter than its ground."""
    draw = np.random.default_rng(3)
    labels = draw.permutation(np.arange(SIGNS, dtype=np.int64) % 3)
    rows, columns = _grid()
    size = _each(draw, 3.0, 6.0, SIGNS)
    down, right = rows - _each(draw, 5, 10, SIGNS), columns - _each(draw, 5, 10, SIGNS)
    far = np.hypot(down, right)
    ring = (far <= size) & (far >= size - 2.0)
    cross = (np.minimum(np.abs(down), np.abs(right)) <= 1.0) & (np.maximum(np.abs(down), np.abs(right)) <= size)
    triangle = (np.abs(down) <= size) & (2 * np.abs(right) <= down + size)
    masks = np.choose(labels[:, None, None], [ring, cross, triangle]).astype(np.float64)
    return _pixels(_coloured(masks, 32, draw)), labels


def five() -> Drawn:
    """Five of the ten digits, enlarged to 16×16 (N, 1, 16, 16)."""
    found = load_digits()
    kept = np.isin(found.target, DIGITS)
    small = torch.from_numpy(found.images[kept][:, None])
    large = functional.interpolate(small, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    return _pixels(large.numpy() * 255 / 16), np.searchsorted(DIGITS, found.target[kept]).astype(np.int64)


def _grid() -> tuple[Plane, Plane]:
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    return rows, columns


def _each(draw: np.random.Generator, low: float, high: float, samples: int) -> Plane:
    """A number for each image (N, 1, 1)."""
    return draw.uniform(low, high, (samples, 1, 1))


def _texture(kind: int, rows: Plane, columns: Plane, draw: np.random.Generator) -> Plane:
    period, down, right = draw.uniform(4, 6), draw.uniform(0, 6), draw.uniform(0, 6)
    wave_down = np.sin(2 * np.pi * (rows + down) / period)
    wave_right = np.sin(2 * np.pi * (columns + right) / period)
    match kind:
        case 0:
            found: NDArray[np.bool_] = wave_down > 0
        case 1:
            found = wave_right > 0
        case 2:
            found = wave_down * wave_right > 0
        case 3:
            found = wave_down + wave_right > 1.0
        case 4:
            found = np.sin(2 * np.pi * np.hypot(rows - 4 - down, columns - 4 - right) / period) > 0
        case _:
            coarse = torch.from_numpy(draw.uniform(0, 1, (1, 1, 4, 4)))
            found = functional.interpolate(coarse, size=(SIDE, SIDE), mode="bilinear")[0, 0].numpy() > 0.5
    return found.astype(np.float64)


def _coloured(masks: Plane, noise: float, draw: np.random.Generator) -> Plane:
    """Dark ground and light paint, each of any colour, with noise (N, 3, H, W)."""
    ground, paint = (draw.uniform(low, low + 100, (len(masks), 3, 1, 1)) for low in (10, 140))
    images: Plane = ground + (paint - ground) * masks[:, None]
    return images + draw.normal(0, noise, images.shape)


def _pixels(images: Plane) -> Images:
    return np.clip(np.rint(images), 0, 255).astype(np.uint8)


SECOND_DATA: dict[str, Callable[[], Drawn]] = {"gratings": gratings, "textures": textures, "signs": signs, "five": five}
COLOURED = ("textures", "signs")
"""Those of three channels."""
