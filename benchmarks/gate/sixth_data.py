"""Data of a sixth part: fourteen sets, four of them from photographs and scans of digits; ``load`` is the factory."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.gate.sixth_data_faults import DATA_FAULTS
from benchmarks.gate.sixth_drawn import beats, boards, coins, flows, marks, ovens, rain, slices, soils, wells
from benchmarks.photographs import photograph
from hpsearch.data.sources import read_source
from hpsearch.job import DataSettings

Array = NDArray[Any]


def load(name: str, fault: str = "", samples: int = 0) -> tuple[Array, Array]:
    """Images (N, C, H, W) or (N, H, W) and their targets, the first so many of them; with a fault or none."""
    images, targets = _whole(name)
    if samples:
        images, targets = images[:samples], targets[:samples]
    return DATA_FAULTS[fault](images.copy(), targets.copy()) if fault else (images.copy(), targets.copy())


@cache
def _whole(name: str) -> tuple[Array, Array]:
    if name == "digits":
        return _digits()
    return DRAWN[name](np.random.default_rng(list(name.encode())))


def _digits() -> tuple[Array, Array]:
    images, targets = read_source(DataSettings("digits", None, None, {}, 0.2, 0.2, True, "auto", split_seed=1))
    return np.asarray(images), np.asarray(targets)


def cut(name: str, rows: int, columns: int) -> Array:
    """A photograph in pieces that have no pixel in common: bytes (N, 3, rows, columns)."""
    whole = photograph(name)
    down, across = whole.shape[1] // rows, whole.shape[2] // columns
    pieces = whole[:, : down * rows, : across * columns].reshape(3, down, rows, across, columns)
    return np.ascontiguousarray(pieces.transpose(1, 3, 0, 2, 4)).reshape(-1, 3, rows, columns)


def tiles(draw: np.random.Generator) -> tuple[Array, Array]:
    """Bytes (2,080, 3, 16, 16): which of two photographs a piece is from, a temple by a lake or a flower."""
    pieces = [cut(name, 16, 16) for name in ("china", "flower")]
    targets = np.repeat(np.arange(2), [len(one) for one in pieces])
    order = draw.permutation(len(targets))
    return np.concatenate(pieces)[order], targets[order]


def plates(draw: np.random.Generator) -> tuple[Array, Array]:
    """Bytes (1,797, 3, 16, 16): the handwritten digits in a colour of their own, on pieces of both photographs."""
    digits, targets = _digits()
    grounds, _ = tiles(draw)
    ink = ndimage.zoom(digits / 16, (1, 2, 2), order=1)[:, None]
    grounds = grounds[: len(ink)].astype(np.float64)
    dark = grounds.mean((1, 2, 3), keepdims=True) > 120
    colours = np.where(dark, draw.uniform(0, 70, (len(ink), 3, 1, 1)), draw.uniform(185, 255, (len(ink), 3, 1, 1)))
    return (grounds * (1 - ink) + colours * ink).round().astype(np.uint8), targets


def larger(draw: np.random.Generator) -> tuple[Array, Array]:
    """Numbers 0 … 16 (some 800, 8, 16): two handwritten digits, and whether the left one is the larger (1) or not."""
    digits, values = _digits()
    order = draw.permutation(len(values))
    left, right = order[: len(order) // 2], order[len(order) // 2 : 2 * (len(order) // 2)]
    apart = values[left] != values[right]
    images = np.concatenate([digits[left], digits[right]], axis=2)[apart]
    return images, (values[left] > values[right])[apart].astype(np.int64)


def stereo(draw: np.random.Generator) -> tuple[Array, Array]:
    """Numbers 0 … 1 (some 1,400, 2, 12, 20): a grey piece of a photograph from two eyes, and how many metres away it
    is (N, 1): 2 … 12. The second eye sees it one to six pixels further left.
    """
    pieces = np.concatenate([cut(name, 12, 28) for name in ("china", "flower")]).mean(1) / 255
    pieces = pieces[pieces.std((1, 2)) > 0.06]
    pieces = pieces[draw.permutation(len(pieces))]
    metres = 12 / draw.uniform(1, 6, len(pieces))
    images = np.empty((len(pieces), 2, 12, 20))
    for number, (piece, away) in enumerate(zip(pieces, metres, strict=True)):
        images[number, 0] = piece[:, :20]
        images[number, 1] = ndimage.shift(piece, (0, -12 / away), order=1, mode="nearest")[:, :20]
    images += draw.normal(0, 0.01, images.shape)
    return images.astype(np.float32), metres[:, None].astype(np.float32)


DRAWN: dict[str, Callable[[np.random.Generator], tuple[Array, Array]]] = {
    "tiles": tiles,
    "plates": plates,
    "larger": larger,
    "stereo": stereo,
    "slices": slices,
    "boards": boards,
    "beats": beats,
    "ovens": ovens,
    "soils": soils,
    "marks": marks,
    "rain": rain,
    "flows": flows,
    "wells": wells,
    "coins": coins,
}
"""The data by name."""
