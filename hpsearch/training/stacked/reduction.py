"""Functions along dimensions of one member."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.axes import axes_of
from hpsearch.training.stacked.refusal import refuse
from hpsearch.training.stacked.value import LEADING, MERGED, SHARED, Stacked


def reduction(function: Callable[..., Tensor]) -> Callable[..., Stacked]:
    """mean, sum and the like: over all elements of a member if no dimension is named."""

    def apply(given: Stacked, dim: Any = None, keepdim: bool = False, **options: Any) -> Stacked:
        if isinstance(dim, bool) or "axis" in options:
            refuse(f"{function.__name__} with unusual arguments")
        if given.order == SHARED:
            made = function(given.inner, **options) if dim is None else function(given.inner, dim, keepdim, **options)
            return given.like(made)
        if dim is None:
            return given.like(function(given.leading().flatten(1), 1, **options), LEADING)
        dims = axes_of(dim, given.ndim)
        if given.order == MERGED and min(dims, default=0) > 1:
            return given.like(function(given.inner, dims, keepdim, **options), MERGED)
        if not dims:
            refuse(f"{function.__name__} over no dimension")
        return given.like(function(given.leading(), tuple(one + 1 for one in dims), keepdim, **options), LEADING)

    return apply


def along(function: Callable[..., Tensor]) -> Callable[..., Stacked]:
    """softmax and the like: along one dimension, the shape stays."""

    def apply(given: Stacked, dim: int | None = None, *_: Any, dtype: torch.dtype | None = None, **__: Any) -> Stacked:
        if dim is None:
            refuse(f"{function.__name__} without a dimension")
        axis = dim % given.ndim
        if given.order == SHARED or (given.order == MERGED and axis > 1):
            return given.like(function(given.inner, axis, dtype=dtype))
        return given.like(function(given.leading(), axis + 1, dtype=dtype), LEADING)

    return apply


def extreme(function: Callable[..., Any], pair: Callable[..., Stacked]) -> Callable[..., Any]:
    """max and min: of two values, of all elements, or along one dimension (values and places)."""

    def apply(given: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Stacked | Tensor):
            return pair(given, dim)
        if given.order == SHARED:
            refuse(f"{function.__name__} of the images themselves")
        if dim is None:
            return given.like(function(given.leading().flatten(1), 1).values, LEADING)
        made = function(given.leading(), dim % given.ndim + 1, keepdim)
        return type(made)([given.like(one, LEADING) for one in made])

    return apply
