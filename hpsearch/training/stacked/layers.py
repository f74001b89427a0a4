"""Layers with weights: convolutions as one grouped convolution, linear layers as one batched product."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.pointwise import as_product, multiplied
from hpsearch.training.stacked.refusal import refuse
from hpsearch.training.stacked.value import LEADING, MERGED, SHARED, Handler, Stacked


def convolution(function: Callable[..., Tensor]) -> Handler:
    """conv1d, conv2d or conv3d: K · groups groups, or K · filters over images that all members share."""

    def apply(
        given: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Stacked:
        like, weights, biases = _of_members(given, weight, bias)
        if like.ndim != weights.ndim - 1:
            refuse(f"{function.__name__} without a dimension of samples")
        members = like.members
        shared = like.order == SHARED and groups == 1
        maps = like.inner if shared else like.merged()
        if (
            not shared
            and weights.ndim == 5
            and as_product(maps, weights, stride, padding, groups, members.memory_format)
        ):
            return like.like(multiplied(maps, weights, biases, members.memory_format), MERGED)
        filters, shift = weights.flatten(0, 1), None if biases is None else biases.flatten()
        groups = 1 if shared else groups * members.count
        if members.last_of_several:
            filters = torch.cat((filters, filters))
            shift = None if shift is None else torch.cat((shift, shift))
            if not shared:
                maps, groups = torch.cat((maps, maps), 1), 2 * groups
        made = function(maps, filters, shift, stride, padding, dilation, groups)
        if members.last_of_several:
            half = made.narrow(1, 0, made.shape[1] // 2)
            made = half.contiguous(memory_format=members.memory_format) if made.ndim == 4 else half.contiguous()
        return like.like(made, MERGED)

    return apply


def linear(given: Any, weight: Any, bias: Any = None) -> Stacked:
    """(N, …, features) to (N, …, outputs)."""
    like, weights, biases = _of_members(given, weight, bias)
    rows = like.leading()
    shape = rows.shape
    if rows.ndim != 3:
        rows = rows.reshape(shape[0], -1, shape[-1])
    filters = weights.transpose(1, 2)
    made = torch.bmm(rows, filters) if biases is None else torch.baddbmm(biases.unsqueeze(1), rows, filters)
    return like.like(made if len(shape) == 3 else made.reshape(*shape[:-1], -1), LEADING)


def product(first: Any, second: Any) -> Stacked:
    """torch.matmul of matrices, one for each sample or not."""
    like = first if isinstance(first, Stacked) else second
    left, right = (one if isinstance(one, Stacked) else like.like(one, SHARED) for one in (first, second))
    depth = max(left.ndim, right.ndim)
    if min(left.ndim, right.ndim) < 2:
        refuse("a product with a vector")
    one, other = (
        value.leading().reshape(like.members.count, *[1] * (depth - value.ndim), *value.shape)
        for value in (left, right)
    )
    return like.like(torch.matmul(one, other), LEADING)


def _of_members(given: Any, weight: Any, bias: Any) -> tuple[Stacked, Tensor, Tensor | None]:
    """The input, and weights and biases as (K, *shape). Any of the three may be the same for all members."""
    like = next(one for one in (given, weight, bias) if isinstance(one, Stacked))
    if not isinstance(given, Stacked):
        given = like.like(given, SHARED)
    return given, _leading(weight, given), None if bias is None else _leading(bias, given)


def _leading(found: Any, like: Stacked) -> Tensor:
    if isinstance(found, Stacked):
        return found.inner if found.order == LEADING else found.leading()
    shared: Tensor = found
    return shared.expand(like.members.count, *shared.shape)
