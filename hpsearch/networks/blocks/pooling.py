"""Poolings that any map survives."""

from typing import Literal, NamedTuple

from torch import nn

from hpsearch.networks.blocks.map import Map

PoolingName = Literal["max", "average"]


def pooling(
    kind: PoolingName, given: Map, window: int = 2, stride: int = 2, padding: int = 0, *, ceil: bool = False
) -> nn.Module | None:
    """A pooling for maps of the given size; None for maps of 1×1, of which nothing is left to pool.

    Where the window is larger than a side it is cut to it and loses its padding, and a side of 1 stays as it is.
    """
    if (given.height, given.width) == (1, 1):
        return None
    rows, columns = (_axis(side, window, stride, padding) for side in (given.height, given.width))
    sizes = rows if rows == columns else zip(rows, columns, strict=True)
    kernel, strides, paddings = sizes
    if kind == "max":
        return nn.MaxPool2d(kernel, strides, paddings, ceil_mode=ceil)
    # Of an average over padding only what is inside the map counts, as if there was no padding.
    return nn.AvgPool2d(kernel, strides, paddings, ceil_mode=ceil, count_include_pad=False)


class _Axis(NamedTuple):
    """In one of the two directions."""

    window: int
    stride: int
    padding: int


def _axis(side: int, window: int, stride: int, padding: int) -> _Axis:
    if side == 1:
        return _Axis(1, 1, 0)
    if window > side:
        return _Axis(side, stride, 0)
    return _Axis(window, stride, padding)
