"""The data sets of the third part (lines in clutter, letters of strokes, smooth scans), and what can be wrong there."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.diagnosis.second_changes import _draw, _everywhere, _held
from benchmarks.diagnosis.second_data import Drawn, Plane, _pixels
from hpsearch.data.dataset import Dataset, Split

LINES, LETTERS, SCANS = 1_700, 1_800, 1_500
"""Samples, validation and test among them."""
STROKES: tuple[tuple[tuple[int, int, int, int], ...], ...] = (
    ((0, 0, 0, 2), (0, 1, 2, 1)),
    ((0, 0, 2, 0), (2, 0, 2, 2)),
    ((0, 0, 0, 2), (0, 2, 2, 0), (2, 0, 2, 2)),
    ((0, 0, 2, 0), (0, 2, 2, 2), (1, 0, 1, 2)),
    ((0, 0, 2, 1), (0, 2, 2, 1)),
)
"""T, L, Z, H and V as strokes from one row and column to another, in halves of the letter."""


def lines() -> Drawn:
    """A long line that leans to the left or the right (N, 1, 20, 20), between short ones of any direction and spots."""
    draw = np.random.default_rng(31)
    labels = draw.permutation(np.arange(LINES, dtype=np.int64) % 2)
    return _pixels(np.stack([_leaning(int(label), draw) for label in labels])[:, None]), labels


def letters() -> Drawn:
    """Five letters (N, 3, 24, 24) of any colour, place, size and pen, on a ground of two colours."""
    draw = np.random.default_rng(32)
    labels = draw.permutation(np.arange(LETTERS, dtype=np.int64) % len(STROKES))
    return _pixels(np.stack([_letter(int(label), draw) for label in labels])), labels


def scans() -> Drawn:
    """Nothing, a soft spot on the left, or one on the right of an oval (N, 1, 16, 16): smooth, and much alike."""
    draw = np.random.default_rng(33)
    labels = draw.permutation(np.arange(SCANS, dtype=np.int64) % 3)
    return _pixels(np.stack([_scan(int(label), draw) for label in labels])[:, None]), labels


def _stroke(side: int, ends: tuple[float, float, float, float], pen: float) -> Plane:
    """How much of each pixel (H, W) a straight stroke from (row, column) to (row, column) covers, 0 … 1."""
    rows, columns = np.mgrid[:side, :side].astype(np.float64)
    row, column, down, right = ends[0], ends[1], ends[2] - ends[0], ends[3] - ends[1]
    along = ((rows - row) * down + (columns - column) * right) / max(down**2 + right**2, 1e-9)
    along = np.clip(along, 0, 1)
    far = np.hypot(rows - row - along * down, columns - column - along * right)
    covered: Plane = np.clip(pen + 0.5 - far, 0, 1)
    return covered


def _leaning(label: int, draw: np.random.Generator) -> Plane:
    image = np.full((20, 20), draw.uniform(40, 110))

    def drawn(turn: float, length: float, paint: float) -> None:
        row, column = draw.uniform(7, 13, 2) if length > 5 else draw.uniform(0, 20, 2)
        down, right = length * np.sin(turn), length * np.cos(turn)
        mask = _stroke(20, (row - down, column - right, row + down, column + right), draw.uniform(0.4, 1.0))
        image[:] += (paint - image) * mask

    for _ in range(draw.integers(2, 6)):
        drawn(draw.uniform(0, np.pi), draw.uniform(0.0, 2.5), draw.uniform(0, 255))
    drawn((np.pi / 4 + draw.uniform(-0.5, 0.5)) * (1 if label else -1), draw.uniform(7, 10), draw.uniform(170, 240))
    return image + draw.normal(0, 14, image.shape)


def _letter(label: int, draw: np.random.Generator) -> Plane:
    side, size = 24, draw.uniform(5.0, 8.0, 2)
    corner = np.array([draw.uniform(2, side - 3 - 2 * length) for length in size])
    pen, mask = draw.uniform(0.5, 1.5), np.zeros((side, side))
    for stroke in STROKES[label]:
        ends = np.array(stroke) * np.tile(size, 2) + np.tile(corner, 2) + draw.normal(0, 0.6, 4)
        mask = np.maximum(mask, _stroke(side, (ends[0], ends[1], ends[2], ends[3]), pen))
    here, there, paint = (
        draw.uniform(0, 120, (3, 1, 1)),
        draw.uniform(0, 120, (3, 1, 1)),
        draw.uniform(130, 255, (3, 1, 1)),
    )
    ground = here + (there - here) * np.linspace(0, 1, side)[:, None]
    image: Plane = ground + (paint - ground) * mask + draw.normal(0, 12, (3, side, side))
    return image


def _scan(label: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:16, :16].astype(np.float64)
    height, width = draw.uniform(5.8, 7.2), draw.uniform(5.2, 6.6)
    middle = 7.5 + draw.normal(0, 0.4, 2)
    oval = 1 / (1 + np.exp(4 * (np.hypot((rows - middle[0]) / height, (columns - middle[1]) / width) - 1)))
    coarse = torch.from_numpy(draw.normal(0, 9, (1, 1, 5, 5)))
    tissue = functional.interpolate(coarse, size=(16, 16), mode="bicubic", align_corners=True)[0, 0].numpy()
    image = 30 + oval * (draw.uniform(80, 105) + tissue)
    if label:
        row, column = middle[0] + draw.uniform(-3, 3), middle[1] + (2 * label - 3) * draw.uniform(2.2, 3.8)
        far = np.hypot(rows - row, columns - column)
        image = image + draw.uniform(40, 75) * np.exp(-((far / draw.uniform(1.3, 2.0)) ** 2))
    scanned: Plane = image + draw.normal(0, 2.5, image.shape)
    return scanned


THIRD_DATA: dict[str, Callable[[], Drawn]] = {"lines": lines, "letters": letters, "scans": scans}
"""By name."""


def files_in_another_order(dataset: Dataset) -> Dataset:
    """Training images were read as 1, 10, 11, …, 2, 20, and their labels as 1, 2, 3."""
    order = torch.tensor(sorted(range(len(dataset.train)), key=str))
    return replace(dataset, train=Split(dataset.train.images[order], dataset.train.targets))


def erased_in_validation(dataset: Dataset) -> Dataset:
    """What was to make training images harder was done to those of validation: three quarters are covered."""
    return _held(dataset, lambda images: images * _windows(images, 0.5) + (1 - _windows(images, 0.5)) * images.amin())


def half_of_the_classes_missing(dataset: Dataset) -> Dataset:
    """The training samples of the last classes were not copied."""
    kept = dataset.train.targets < (dataset.task.outputs + 1) // 2
    return replace(dataset, train=Split(dataset.train.images[kept], dataset.train.targets[kept]))


def shrunk(dataset: Dataset) -> Dataset:
    """All images were made two pixels square, and enlarged again."""

    def coarse(images: Tensor) -> Tensor:
        small = functional.interpolate(images, size=(2, 2), mode="area")
        return functional.interpolate(small, size=images.shape[2:], mode="bilinear")

    return _everywhere(dataset, coarse)


def missing_labels_are_zero(dataset: Dataset) -> Dataset:
    """Of the training labels 45 in 100 were missing and read as 0."""
    train = dataset.train
    missing = torch.rand(len(train), generator=_draw()) < 0.45
    return replace(dataset, train=Split(train.images, torch.where(missing, 0, train.targets)))


def with_an_offset(dataset: Dataset) -> Dataset:
    """The mean was added and not subtracted: pixels lie around 25."""
    return replace(_everywhere(dataset, lambda images: images + 25.0), image_scale=None)


def black_and_white_in_validation(dataset: Dataset) -> Dataset:
    """Validation images were stored with two levels."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()
    return _held(dataset, lambda images: torch.where(images > images.mean(dim=(1, 2, 3), keepdim=True), high, low))


def padded_in_validation(dataset: Dataset) -> Dataset:
    """Validation images were made two thirds as large and set into a dark frame."""
    low = float(dataset.train.images.amin())

    def framed(images: Tensor) -> Tensor:
        side = images.shape[3]
        inner = side * 2 // 3
        small = functional.interpolate(images, size=(inner, inner), mode="area")
        first = (side - inner) // 2
        last = side - inner - first
        return functional.pad(small, (first, last, first, last), value=low)

    return _held(dataset, framed)


def uneven_1_to_6(dataset: Dataset) -> Dataset:
    """Of the first class there is one for six of each other; no fault yet."""

    def thinned(split: Split) -> Split:
        first = (split.targets == 0).cumsum(0)
        kept = (split.targets != 0) | (first % 6 == 0)
        return Split(split.images[kept], split.targets[kept])

    splits = (thinned(split) for split in (dataset.train, dataset.validation, dataset.test))
    train, held, test = splits
    return replace(dataset, train=train, validation=held, test=test)


def _windows(images: Tensor, share: float) -> Tensor:
    """Ones in a square of each image (N, 1, H, W) of that share of its side, anywhere, and zeros around it."""
    number, side = len(images), images.shape[3]
    size, places = int(share * side), torch.arange(side)
    corner = torch.randint(side - size + 1, (2, number, 1), generator=_draw())
    rows, columns = ((places >= first) & (places < first + size) for first in corner)
    window: Tensor = rows[:, None, :, None] & columns[:, None, None, :]
    return window.to(images.dtype)


THIRD_CHANGES: dict[str, Callable[[Dataset], Dataset]] = {
    f"third-{function.__name__.replace('_', '-')}": function
    for function in (
        files_in_another_order,
        erased_in_validation,
        half_of_the_classes_missing,
        shrunk,
        missing_labels_are_zero,
        with_an_offset,
        black_and_white_in_validation,
        padded_in_validation,
        uneven_1_to_6,
    )
}
