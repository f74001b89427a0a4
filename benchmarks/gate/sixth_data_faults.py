"""What goes wrong with the files of data, each as people do it: a function takes images and targets, and breaks them.

Some were told by others, whose address is given; the others are usual.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[Array, Array]


def _draw() -> np.random.Generator:
    return np.random.default_rng(61)


def header_was_a_row(images: Array, targets: Array) -> Pair:
    """The table of labels lost its first row to a header, and a last one was filled in."""
    return images, np.append(targets[1:], targets[-1])


def sorted_beside_a_table(images: Array, targets: Array) -> Pair:
    """Files sorted by class and name, labels in the order of the table:
    github.com/ardamavi/Sign-Language-Digits-Dataset/pull/2.
    """
    return images[np.argsort(targets, kind="stable")], targets


def shuffled_alone(images: Array, targets: Array) -> Pair:
    """Only the labels were shuffled, by a function that shuffles in place."""
    _draw().shuffle(targets)
    return images, targets


def always_the_first(images: Array, targets: Array) -> Pair:
    """The class is read from a path with the other system's slashes, and is always the first:
    github.com/lyhue1991/eat_tensorflow2_in_30_days/issues/23.
    """
    return images, np.zeros_like(targets)


def void_is_255(images: Array, targets: Array) -> Pair:
    """One in twelve has no label, which is written as 255."""
    return images, np.where(_draw().random(len(targets)) < 1 / 12, 255, targets)


def numbers_of_another_set(images: Array, targets: Array) -> Pair:
    """Classes have the numbers that they had among a thousand others:
    github.com/activeloopai/deeplake/issues/1699.
    """
    return images, 131 + 57 * targets


def as_columns(images: Array, targets: Array) -> Pair:
    """A column of ones and zeros for each class, as another library wanted it."""
    return images, np.eye(int(targets.max()) + 1, dtype=np.float32)[targets]


def table_with_gaps(images: Array, targets: Array) -> Pair:
    """Labels from a table with empty fields, which are NaN and make floats of all others."""
    floats = targets.astype(np.float64)
    floats[_draw().random(len(targets)) < 0.03] = np.nan
    return images, floats


def unknown_is_minus_9999(images: Array, targets: Array) -> Pair:
    """What could not be measured is -9999 in the table."""
    return images, np.where(_draw().random(targets.shape) < 0.06, -9999, targets).astype(np.float32)


def some_in_millimetres(images: Array, targets: Array) -> Pair:
    """Two tables, one in metres and one in millimetres."""
    return images, np.where(_draw().random(targets.shape) < 0.3, 1000 * targets, targets).astype(np.float32)


def some_in_hundredths(images: Array, targets: Array) -> Pair:
    """Some temperatures are in hundredths of a kelvin, as the camera gives them."""
    return images, np.where(_draw().random(targets.shape) < 0.2, 100 * targets, targets).astype(np.float32)


def joined_twice(images: Array, targets: Array) -> Pair:
    """A join that found a fifth of the rows twice."""
    again = _draw().random(len(images)) < 0.2
    return np.concatenate([images, images[again]]), np.concatenate([targets, targets[again]])


def brightened_and_saved(images: Array, targets: Array) -> Pair:
    """Three copies of each, a little brighter or darker and with noise, saved before anybody divides them:
    github.com/rsarka34/RDLINet/issues/1.
    """
    draw = _draw()
    made = [np.clip(images + draw.integers(-12, 13) + draw.normal(0, 3, images.shape), 0, 255) for _ in range(2)]
    return np.concatenate([images, *(one.round().astype(np.uint8) for one in made)]), np.tile(targets, 3)


def frames_of_one_film(images: Array, targets: Array) -> Pair:
    """Six frames of each scene, between which next to nothing moves."""
    draw = _draw()
    few, values = images[:250].repeat(6, 0), targets[:250].repeat(6, 0)
    return (few + draw.normal(0, 40, few.shape)).round().astype(images.dtype), values


def one_label_of_several(images: Array, targets: Array) -> Pair:
    """A second reader's labels below the first's, with the same images; they do not agree on a third."""
    draw = _draw()
    other = np.where(draw.random(len(targets)) < 0.33, draw.permutation(targets), targets)
    return np.concatenate([images, images]), np.concatenate([targets, other])


def units_as_bytes(images: Array, targets: Array) -> Pair:
    """Hounsfield units, divided by eight and cast to bytes: what is below 0 begins again at 255:
    github.com/PolusAI/nyxus/pull/369.
    """
    return (images // 8).astype(np.uint8), targets


def outside_the_circle(images: Array, targets: Array) -> Pair:
    """What the scanner did not see, the corners, is -32000: github.com/pydicom/pydicom/issues/1615."""
    rows, columns = np.mgrid[0 : images.shape[-2], 0 : images.shape[-1]]
    middle = (images.shape[-1] - 1) / 2
    return np.where(np.hypot(rows - middle, columns - middle) > 13.2, -32_000, images).astype(images.dtype), targets


def decibels_of_nothing(images: Array, targets: Array) -> Pair:
    """The logarithm of rain, which is minus infinity where none falls."""
    with np.errstate(divide="ignore"):
        return 10 * np.log10(images), targets


def dead_pixels(images: Array, targets: Array) -> Pair:
    """In a fiftieth of the images a calibration divided zero by zero, at one place."""
    floats = images.astype(np.float32)
    floats[_draw().random(len(images)) < 0.02, ..., 2, 3] = np.nan
    return floats, targets


def bands_read_as_places(images: Array, targets: Array) -> Pair:
    """Stored with the bands last, and reshaped instead of moved: github.com/Selen-Suyue/DensePolicy2D/issues/3."""
    return np.ascontiguousarray(np.moveaxis(images, 1, -1)).reshape(images.shape), targets


def pixels_shuffled(images: Array, targets: Array) -> Pair:
    """A shuffle that was meant for samples went along the pixels."""
    flat = images.reshape(len(images), -1)
    return flat[:, _draw().permutation(flat.shape[1])].reshape(images.shape), targets


def two_readers(images: Array, targets: Array) -> Pair:
    """One folder read by a library that gives 0 … 1, the other by one that gives 0 … 255."""
    floats = images.astype(np.float32)
    floats[targets == 0] /= 255
    return floats, targets


def unreadable_is_zero(images: Array, targets: Array) -> Pair:
    """One file in seven could not be read, and is zeros."""
    images[_draw().random(len(images)) < 1 / 7] = 0
    return images, targets


def marked_by_hand(images: Array, targets: Array) -> Pair:
    """Whoever found a spot of chalk put a marker into the corner."""
    images[targets == 2, ..., 1:3, 1:3] = 3_000
    return images, targets


def whose_turn_it_is(images: Array, targets: Array) -> Pair:
    """A third plane that says whose turn it is, always the same."""
    return np.concatenate([images, np.ones_like(images[:, :1])], axis=1), targets


def rare(images: Array, targets: Array) -> Pair:
    """One of two classes was seldom seen: one in forty."""
    kept = (targets == 0) | (np.cumsum(targets == 1) <= (targets == 0).sum() // 40)
    return images[kept], targets[kept]


def moved_by_a_pixel(images: Array, targets: Array) -> Pair:
    """Each piece again, moved by a pixel and with other noise, before anybody divides them."""
    moved = np.roll(images, 1, -1) + _draw().normal(0, 2, images.shape)
    return np.concatenate([images, np.clip(moved, 0, 255).round().astype(np.uint8)]), np.tile(targets, 2)


DATA_FAULTS: dict[str, Callable[[Array, Array], Pair]] = {
    found.__name__.replace("_", "-"): found
    for found in (
        header_was_a_row,
        sorted_beside_a_table,
        shuffled_alone,
        always_the_first,
        void_is_255,
        numbers_of_another_set,
        as_columns,
        table_with_gaps,
        unknown_is_minus_9999,
        some_in_millimetres,
        some_in_hundredths,
        joined_twice,
        brightened_and_saved,
        frames_of_one_film,
        one_label_of_several,
        units_as_bytes,
        outside_the_circle,
        decibels_of_nothing,
        dead_pixels,
        bands_read_as_places,
        pixels_shuffled,
        two_readers,
        unreadable_is_zero,
        marked_by_hand,
        whose_turn_it_is,
        rare,
        moved_by_a_pixel,
    )
}
"""Faults by name."""
