"""Other types, places and orders in memory."""

from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.refusal import refuse
from hpsearch.training.stacked.value import LEADING, Stacked


def same(given: Stacked, *_: Any, **__: Any) -> Stacked:
    """contiguous and the like: how values lie in memory is not the network's affair here."""
    return given


def copied(given: Stacked, *_: Any, **__: Any) -> Stacked:
    """clone."""
    return given.like(given.data.clone())


def detached(given: Stacked) -> Stacked:
    """Without a gradient."""
    return given.like(given.data.detach())


def to(given: Stacked, *arguments: Any, **options: Any) -> Stacked:
    """Tensor.to, but for the memory format."""
    options.pop("memory_format", None)
    arguments = tuple(one.data if isinstance(one, Stacked) else one for one in arguments)
    return given.like(given.data.to(*arguments, **options)) if arguments or options else given


def cast(kind: torch.dtype) -> Any:
    """float, double and the like."""

    def apply(given: Stacked, *_: Any, **__: Any) -> Stacked:
        return given.like(given.data.to(kind))

    return apply


def cast_as(given: Any, other: Any) -> Any:
    """type_as."""
    if not isinstance(given, Stacked):
        return given.to(other.dtype)
    return given.like(given.data.to(other.dtype))


def alike(function: Any) -> Any:
    """zeros_like and ones_like."""

    def apply(given: Stacked, **options: Any) -> Stacked:
        options.pop("memory_format", None)
        return given.like(function(given.data, **options))

    return apply


def added(given: Any, other: Any, *, alpha: float = 1) -> Any:
    """add_ of a number to a buffer: in place, which is how running counts are kept."""
    if isinstance(given, Stacked) and given.layout == LEADING and isinstance(other, int | float):
        if given.data.requires_grad:
            refuse("changing a parameter in the forward pass")
        given.data.add_(other, alpha=alpha)
        return given
    return None


def new(function: Any) -> Any:
    """new_zeros and new_ones: the same for all members."""

    def apply(given: Stacked, *size: Any, **options: Any) -> Tensor:
        made: Tensor = function(given.data, *size, **options)
        return made

    return apply
