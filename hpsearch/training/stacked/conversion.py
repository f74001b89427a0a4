"""Other types, places and orders in memory."""

from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.value import Stacked


def same(given: Stacked, *_: Any, **__: Any) -> Stacked:
    """contiguous and the like: how values lie in memory is not the network's affair here."""
    return given


def copied(given: Stacked, *_: Any, **__: Any) -> Stacked:
    """clone."""
    return given.like(given.inner.clone())


def detached(given: Stacked) -> Stacked:
    """Without a gradient."""
    return given.like(given.inner.detach())


def to(given: Any, *arguments: Any, **options: Any) -> Any:
    """Tensor.to, but for the memory format."""
    if not isinstance(given, Stacked):
        return given.to(*(one.inner if isinstance(one, Stacked) else one for one in arguments), **options)
    options.pop("memory_format", None)
    arguments = tuple(one.inner if isinstance(one, Stacked) else one for one in arguments)
    return given.like(given.inner.to(*arguments, **options)) if arguments or options else given


def cast(kind: torch.dtype) -> Any:
    """float, double and the like."""

    def apply(given: Stacked, *_: Any, **__: Any) -> Stacked:
        return given.like(given.inner.to(kind))

    return apply


def cast_as(given: Any, other: Any) -> Any:
    """type_as."""
    if not isinstance(given, Stacked):
        return given.to(other.dtype)
    return given.like(given.inner.to(other.dtype))


def alike(function: Any) -> Any:
    """zeros_like and ones_like."""

    def apply(given: Stacked, **options: Any) -> Stacked:
        options.pop("memory_format", None)
        return given.like(function(given.inner, **options))

    return apply


def new(function: Any) -> Any:
    """new_zeros and new_ones: the same for all members."""

    def apply(given: Stacked, *size: Any, **options: Any) -> Tensor:
        made: Tensor = function(given.inner, *size, **options)
        return made

    return apply
