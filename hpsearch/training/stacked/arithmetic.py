"""Functions of each element by itself, of one value and of two."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.rates import Rates
from hpsearch.training.stacked.refusal import refuse
from hpsearch.training.stacked.value import LEADING, MERGED, SECOND, SHARED, Handler, Stacked


def elementwise(function: Callable[..., Tensor], *, writes: bool = False) -> Handler:
    """Of one value: the same on every order. ``writes`` is that of a function that changes its argument."""

    def apply(given: Stacked, *arguments: Any, inplace: bool = False, **options: Any) -> Stacked:
        if arguments or options:
            for one in (given, *arguments, *options.values()):
                if (one is not given and isinstance(one, Stacked | Tensor)) or isinstance(one, Rates):
                    refuse(f"{function.__name__} with a limit that differs between members")
        made = function(given.inner, *arguments, **options)
        if inplace or writes:
            return written(given, made)
        return given.like(made)

    return apply


def binary(function: Callable[..., Tensor], *, turned: bool = False, writes: bool = False) -> Handler:
    """Of two values, or of one and a number or a tensor that is the same for all; ``turned`` swaps them."""

    def apply(first: Any, second: Any, **options: Any) -> Stacked:
        if turned:
            first, second = second, first
        if isinstance(first, Stacked) and (type(second) is float or type(second) is int):
            made = first.like(function(first.inner, second, **options))
        elif (
            isinstance(first, Stacked)
            and isinstance(second, Stacked)
            and first.order == second.order
            and first.inner.shape == second.inner.shape
        ):
            made = first.like(function(first.inner, second.inner, **options))
        else:
            (one, other), order, like = aligned(first, second)
            made = like.like(function(one, other, **options), order)
            if order == SECOND and made.inner.ndim > 3:
                made = like.like(made.merged(), MERGED)
        if not writes:
            return made
        if not isinstance(first, Stacked) or made.shape != first.shape:
            refuse(f"{function.__name__}_ on a tensor that all members share")
        return written(first, made.inner, made.order)

    return apply


def written(given: Stacked, made: Tensor, order: int | None = None) -> Stacked:
    """The value itself, changed. Its old tensor stays as it is: views of it do not see the change."""
    if given.inner.is_leaf and given.inner.requires_grad:
        refuse("changing a parameter in the forward pass")
    given.inner = made
    if order is not None:
        given.order = order
    return given


def aligned(*operands: Any) -> tuple[list[Any], int, Stacked]:
    """Tensors that broadcast as the operands of one member would, the order they have then, and one of the values."""
    like = next(one for one in operands if isinstance(one, Stacked))
    values = [one.value(like) if isinstance(one, Rates) else one for one in operands]
    orders = {one.order for one in values if isinstance(one, Stacked)}
    if orders == {SHARED}:
        return [one.inner if isinstance(one, Stacked) else one for one in values], SHARED, like
    depth = max(one.ndim for one in values if isinstance(one, Stacked | Tensor))
    if orders <= {LEADING, SHARED}:
        return [_leading(one, depth) for one in values], LEADING, like
    return [_second(one, depth) for one in values], SECOND, like


def _leading(operand: Any, depth: int) -> Any:
    """(K, 1, …, 1, *shape) of as many dimensions as the deepest."""
    if not isinstance(operand, Stacked):
        return operand
    if operand.order == SHARED:
        return operand.inner
    data, missing = operand.leading(), depth - operand.ndim
    return data.reshape(data.shape[0], *[1] * missing, *data.shape[1:]) if missing else data


def _second(operand: Any, depth: int) -> Any:
    """(N or 1, K or 1, …)."""
    if isinstance(operand, Stacked) and operand.order != SHARED:
        if operand.ndim == depth:
            return operand.second()
        data = operand.leading()
        return data.reshape(1, data.shape[0], *[1] * (depth - operand.ndim - 1), *data.shape[1:])
    plain = operand.inner if isinstance(operand, Stacked) else operand
    if isinstance(plain, Tensor) and plain.ndim == depth:
        return plain.unsqueeze(1)
    return plain


def where(condition: Any, first: Any, second: Any) -> Stacked:
    """torch.where with three arguments."""
    operands, order, like = aligned(condition, first, second)
    return like.like(torch.where(*operands), order)
