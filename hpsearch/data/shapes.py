"""The generated data set of coloured shapes: something to see for a convolutional network that needs no download.

Every number is whole and comes from the raw output of PCG64, so the images are the same, bit for bit, on every machine.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Place = NDArray[np.int32]
Mask = NDArray[np.bool_]

SIDE = 32
"""Pixels."""
SAMPLES = 4_000
SEED = 32
NOISE = 40
"""Every value moves by at most so much, of 255."""
DARK, BRIGHT = 128, 128
"""Every colour of the background lies below this, every one of the shape at this or above."""
TURNS = np.array([(65, 0), (63, 16), (60, 25), (56, 33), (52, 39), (39, 52), (33, 56), (25, 60), (16, 63)], np.int64)
"""65 times the cosine and sine of nine angles from 0° on: whole numbers with a² + b² = 65². The other quarters follow
by turning the shape."""


def coloured_shapes(samples: int = SAMPLES, seed: int = SEED) -> tuple[NDArray[np.uint8], Whole]:
    """Images (N, 3, 32, 32) in 0 … 255 and classes (N,): what shape is in the image, the names in ``SHAPES``.

    Classes are as equal in number as can be, and in no order. The shape has any place, size, turn and light
    colour, the background any dark one, and none of them tells the class. Specks of any colour lie behind the shape,
    up to two strips over it, and every value has noise.
    """
    numbers = _Numbers(seed)
    kinds = len(SHAPES)
    labels = np.arange(samples, dtype=np.int64)[np.argsort(numbers.raw(samples), kind="stable")] % kinds
    back, front = _colours(numbers, samples)
    images = np.broadcast_to(back.astype(np.int16)[:, :, None, None], (samples, 3, SIDE, SIDE)).copy()
    _paint(images, _specks(numbers, samples), numbers.below(256, samples, 3))
    _paint(images, _shapes(numbers, labels), front)
    for across in (0, 1):
        _paint(images, _strips(numbers, samples, across), numbers.below(256, samples, 3))
    noise = numbers.bytes(images.size).reshape(images.shape).astype(np.int16) * (2 * NOISE + 1) // 256 - NOISE
    return np.clip(images + noise, 0, 255).astype(np.uint8), labels


class _Numbers:
    """Whole numbers from the raw output of one generator."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.PCG64(seed)

    def raw(self, count: int) -> NDArray[np.uint64]:
        return self._source.random_raw(count)

    def bytes(self, count: int) -> NDArray[np.uint8]:
        return self.raw(-(-count // 8)).astype("<u8").view(np.uint8)[:count]

    def below(self, end: int, *shape: int) -> Whole:
        """Each of 0 … end − 1 equally often, but for 2⁻³² of bias."""
        found = (self.raw(int(np.prod(shape))) >> np.uint64(32)).astype(np.int64) * end >> 32
        return found.reshape(shape)


def _colours(numbers: _Numbers, samples: int) -> tuple[Whole, Whole]:
    """Of background and shape (N, 3)."""
    return numbers.below(DARK, samples, 3), BRIGHT + numbers.below(256 - BRIGHT, samples, 3)


def _paint(images: NDArray[np.int16], where: Mask, colours: Whole) -> None:
    """Gives the pixels ``where`` (N, H, W) the colours (N, 3)."""
    np.copyto(images, colours.astype(np.int16)[:, :, None, None], where=where[:, None])


def _specks(numbers: _Numbers, samples: int) -> Mask:
    """Three small squares at any place, of one colour in each image."""
    found = np.zeros((samples, SIDE, SIDE), np.bool_)
    for _ in range(3):
        rows, columns = _around(numbers.below(SIDE, samples), numbers.below(SIDE, samples))
        half = numbers.below(2, samples)[:, None, None] + 1
        found |= (np.abs(rows) <= half) & (np.abs(columns) <= half)
    return found


def _strips(numbers: _Numbers, samples: int, across: int) -> Mask:
    """A strip of one or two pixels from edge to edge, in half of the images."""
    along = np.arange(SIDE)[None, :, None] if across else np.arange(SIDE)[None, None, :]
    start, width, present = numbers.below(SIDE, samples), numbers.below(2, samples) + 1, numbers.below(2, samples) == 1
    inside = (along >= start[:, None, None]) & (along < (start + width)[:, None, None])
    return np.broadcast_to(inside & present[:, None, None], (samples, SIDE, SIDE))


def _shapes(numbers: _Numbers, labels: Whole) -> Mask:
    """The pixels of every shape (N, H, W)."""
    samples = len(labels)
    radius = numbers.below(4, samples) + 8
    free = SIDE - 2 * radius + 4  # a shape may lose two pixels at an edge
    top, left = (radius - 2 + numbers.below(2**16, samples) * free // 2**16 for _ in range(2))
    cosine, sine = TURNS[numbers.below(len(TURNS), samples)].T
    quarters = numbers.below(4, samples)
    for times in range(1, 4):
        turned = quarters >= times
        cosine, sine = np.where(turned, -sine, cosine), np.where(turned, cosine, sine)
    rows, columns = _around(top, left)
    cosine, sine, size = (of_image.astype(np.int32)[:, None, None] for of_image in (cosine, sine, radius))
    # Turned places are 65 times as large; divided by the radius they are 1024 at the shape's own edge.
    across = (cosine * columns + sine * rows) * 1024 // (65 * size)
    down = (cosine * rows - sine * columns) * 1024 // (65 * size)
    found = np.zeros((samples, SIDE, SIDE), np.bool_)
    for number, inside in enumerate(SHAPES.values()):
        chosen = labels == number
        found[chosen] = inside(across[chosen], down[chosen])
    return found


def _around(top: Whole, left: Whole) -> tuple[Place, Place]:
    """How far each pixel lies below and to the right of a place, in pixels."""
    places = np.arange(SIDE, dtype=np.int32)
    rows = places[None, :, None] - top.astype(np.int32)[:, None, None]
    columns = places[None, None, :] - left.astype(np.int32)[:, None, None]
    return rows, columns


def _disc(x: Place, y: Place) -> Mask:
    return x * x + y * y <= 900**2


def _ring(x: Place, y: Place) -> Mask:
    return _disc(x, y) & (x * x + y * y >= 540**2)


def _square(x: Place, y: Place) -> Mask:
    return np.maximum(np.abs(x), np.abs(y)) <= 780


def _frame(x: Place, y: Place) -> Mask:
    return _square(x, y) & (np.maximum(np.abs(x), np.abs(y)) >= 440)


def _triangle(x: Place, y: Place) -> Mask:
    return (y <= 700) & (2 * np.abs(x) <= y + 1024)


def _cross(x: Place, y: Place) -> Mask:
    return (np.minimum(np.abs(x), np.abs(y)) <= 260) & (np.maximum(np.abs(x), np.abs(y)) <= 1000)


def _bars(x: Place, y: Place) -> Mask:
    return (np.abs(y) >= 300) & (np.abs(y) <= 760) & (np.abs(x) <= 900)


def _corner(x: Place, y: Place) -> Mask:
    return _square(x, y) & ((x <= -200) | (y >= 200))


SHAPES: dict[str, Callable[[Place, Place], Mask]] = {
    "disc": _disc,
    "ring": _ring,
    "square": _square,
    "frame": _frame,
    "triangle": _triangle,
    "cross": _cross,
    "bars": _bars,
    "corner": _corner,
}
"""The classes in their order. Each function takes places in 1/1024 of the radius, to the right and down."""
