"""Shapes that are worked out here are those that PyTorch works out."""

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from hpsearch.cost.shapes import run

ATEN = torch.ops.aten


def outcome(call: Callable[[], Tensor | tuple[Tensor, ...]]) -> object:
    """Shapes, strides and types, or the kind of the error."""
    try:
        made = call()
    except RuntimeError as error:
        return type(error)
    return [(one.shape, one.stride(), one.dtype) for one in (made if isinstance(made, tuple) else (made,))]


def test_sliding_kernels_give_what_pytorch_says() -> None:
    draw = random.Random(0)
    for _ in range(150):
        channels = draw.choice((1, 2, 4))
        groups = draw.choice((1, channels))
        kernel = [draw.randint(1, 5), draw.randint(1, 5)]
        stride, padding, dilation = ([draw.randint(low, high)] * 2 for low, high in ((1, 3), (0, 2), (1, 2)))
        images = torch.empty(2, channels, draw.randint(1, 9), draw.randint(1, 9), device="meta")
        weight = torch.empty(3 * channels, channels // groups, *kernel, device="meta")
        calls: tuple[tuple[Any, tuple[Any, ...]], ...] = (
            (ATEN.convolution.default, (images, weight, None, stride, padding, dilation, False, [0, 0], groups)),
            (ATEN.max_pool2d_with_indices.default, (images, kernel, stride, padding, dilation)),
        )
        for operation, given in calls:
            assert outcome(lambda o=operation, g=given: run(o, g, {})) == outcome(lambda o=operation, g=given: o(*g))
