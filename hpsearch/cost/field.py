"""Receptive fields: which part of the image a number of a map depends on.

Along each of the two directions of the image a map is a row of numbers; each sees ``size`` pixels, from one number to
the next the seen part moves by ``stride`` pixels, and that of the first number lies around ``offset``. A window slides
over a map by the rules of Araujo, Norris and Sim ("Computing receptive fields of convolutional neural networks",
Distill, 2019), with pixels numbered by their centres: the first pixel lies at 0.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Axis:
    """One direction of a map."""

    size: float
    """Pixels that one number depends on; more than the image has where padding is seen too."""
    stride: float
    """Pixels from one number's field to the next one's; 0 where every number sees the whole image."""
    offset: float
    """Centre of the first number's field; 0 is the first pixel."""
    count: int
    """Numbers in this direction."""

    @classmethod
    def of_image(cls, side: int) -> "Axis":
        """Of the image itself: each pixel sees itself."""
        return cls(1.0, 1.0, 0.0, side)

    def window(self, kernel: int, stride: int, before: int, dilation: int, count: int) -> "Axis":
        """After a convolution or pooling that begins ``before`` numbers outside of the map and makes ``count``."""
        reach = (kernel - 1) * dilation
        return Axis(
            self.size + reach * self.stride,
            self.stride * stride,
            self.offset + (reach / 2 - before) * self.stride,
            count,
        )

    def transposed(self, kernel: int, stride: int, before: int, count: int) -> "Axis":
        """After a transposed convolution: each output meets at most ⌈kernel / stride⌉ inputs."""
        met = -(-kernel // stride)
        return Axis(
            self.size + (met - 1) * self.stride,
            self.stride / stride,
            self.offset + (before - (kernel - 1) / 2) / stride * self.stride,
            count,
        )

    def resized(self, neighbours: int, count: int) -> "Axis":
        """After an interpolation to ``count`` numbers from ``neighbours`` each."""
        ratio = self.count / count
        return Axis(
            self.size + (neighbours - 1) * self.stride,
            self.stride * ratio,
            self.offset + (ratio - 1) / 2 * self.stride,
            count,
        )

    def pooled(self, count: int) -> "Axis":
        """After an adaptive pooling to ``count`` numbers."""
        windows = [(-(-(i + 1) * self.count // count)) - i * self.count // count for i in range(count)]
        return Axis(
            self.size + (max(windows) - 1) * self.stride,
            self.stride * self.count / count,
            self.offset + (windows[0] - 1) / 2 * self.stride,
            count,
        )

    def shifted(self, start: int, step: int, count: int) -> "Axis":
        """Every ``step``-th number from ``start``; a negative start is padding before."""
        return Axis(self.size, self.stride * step, self.offset + start * self.stride, count)

    def whole(self, side: int) -> "Axis":
        """What sees all numbers of the map, cut to the ``side`` pixels of the image."""
        low = max(0.0, self.offset - (self.size - 1) / 2)
        high = min(side - 1.0, self.offset + (self.count - 1) * self.stride + (self.size - 1) / 2)
        return Axis(high - low + 1, 0.0, (high + low) / 2, 1)


@dataclass(frozen=True)
class Field:
    """Of a map that depends on the image."""

    rows: Axis
    columns: Axis
    places: tuple[int, int] | None = (-2, -1)
    """Which axes of the tensor the two directions are, counted from its end; None where they are merged with others,
    as behind a flattening."""

    def each(self, change: Callable[[Axis, int], Axis]) -> "Field":
        """With both directions changed; ``change`` gets the direction and its number, 0 or 1."""
        return replace(self, rows=change(self.rows, 0), columns=change(self.columns, 1))

    def seen_whole(self, image: tuple[int, int]) -> "Field":
        """Of what depends on every number of this map, in an image of (H, W) pixels."""
        return replace(self.each(lambda axis, i: axis.whole(image[i])), places=None)


def joined(fields: Iterable[Field]) -> Field:
    """Where paths meet, each direction is that of the path that sees the most.

    A path whose single number is spread over the map, as the gate of a squeeze-and-excitation block is, may be it:
    then every number of the map sees the same.
    """
    paths = list(fields)
    places = next((path.places for path in paths if path.places is not None), None)
    return Field(_largest([path.rows for path in paths]), _largest([path.columns for path in paths]), places)


def _largest(axes: list[Axis]) -> Axis:
    return replace(max(axes, key=lambda axis: axis.size), count=max(axis.count for axis in axes))
