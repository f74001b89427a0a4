"""Dimensions of one member: in another order, split, with one more or one less."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.value import LEADING, SECOND, SHARED, Stacked


def axes_of(dim: Any, depth: int) -> tuple[int, ...]:
    """One dimension or several, counted from the front."""
    return tuple(one % depth for one in ((dim,) if isinstance(dim, int) else dim))


def transpose(given: Stacked, dim0: int, dim1: int) -> Stacked:
    """Two dimensions of a member in turn."""
    one, other = dim0 % given.ndim, dim1 % given.ndim
    if given.order == SHARED:
        return given.like(given.inner.transpose(one, other))
    if one and other:
        return given.like(given.second().transpose(one + 1, other + 1), SECOND)
    return given.like(given.leading().transpose(one + 1, other + 1), LEADING)


def permute(given: Stacked, *dims: Any) -> Stacked:
    """All dimensions of a member in another order."""
    order = axes_of(dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims, given.ndim)
    if given.order == SHARED:
        return given.like(given.inner.permute(order))
    if order and order[0] == 0 and given.ndim > 1:
        return given.like(given.second().permute(0, 1, *(one + 1 for one in order[1:])), SECOND)
    return given.like(given.leading().permute(0, *(one + 1 for one in order)), LEADING)


def transposed(given: Stacked) -> Stacked:
    """tensor.t()."""
    return transpose(given, 0, 1) if given.ndim == 2 else given


def squeeze(given: Stacked, dim: Any = None) -> Stacked:
    """Without dimensions of one element."""
    shape = given.shape
    dims = range(len(shape)) if dim is None else axes_of(dim, len(shape))
    gone = [one + 1 for one in dims if shape[one] == 1]
    return given.like(given.leading().squeeze(tuple(gone)), LEADING) if gone else given


def unsqueeze(given: Stacked, dim: int) -> Stacked:
    """With one more dimension of one element."""
    axis = dim % (given.ndim + 1)
    if given.order == SHARED:
        return given.like(given.inner.unsqueeze(axis))
    return given.like(given.leading().unsqueeze(axis + 1), LEADING)


def expand(given: Stacked, *sizes: Any) -> Stacked:
    """With elements repeated where a dimension has one."""
    shape = tuple(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
    leading, missing = given.leading(), len(shape) - given.ndim
    if missing:
        leading = leading.reshape(leading.shape[0], *[1] * missing, *leading.shape[1:])
    return given.like(leading.expand(-1, *shape), LEADING)


def chunks(function: Callable[..., Sequence[Tensor]]) -> Callable[..., tuple[Stacked, ...]]:
    """chunk and split."""

    def apply(given: Stacked, many: Any, dim: int = 0) -> tuple[Stacked, ...]:
        axis = dim % given.ndim
        if given.order == SHARED:
            return tuple(given.like(one) for one in function(given.inner, many, axis))
        if axis == 0:
            return tuple(given.like(one, LEADING) for one in function(given.leading(), many, 1))
        return tuple(given.like(one, SECOND) for one in function(given.second(), many, axis + 1))

    return apply


def stacked(tensors: Sequence[Any], dim: int = 0) -> Stacked:
    """torch.stack."""
    like = next(one for one in tensors if isinstance(one, Stacked))
    values = [(one if isinstance(one, Stacked) else like.like(one, SHARED)).leading() for one in tensors]
    return like.like(torch.stack(values, dim % (like.ndim + 1) + 1), LEADING)
