"""Normalisations: of K · C channels where a member has C."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from hpsearch.training.stacked.arithmetic import binary
from hpsearch.training.stacked.value import LEADING, MERGED, SHARED, Stacked

ADDED, MULTIPLIED = binary(torch.add), binary(torch.mul)


def batch_norm(
    given: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Stacked:
    """Statistics of each channel of each member; running ones are changed where they lie."""
    like = _value(given, running_mean, weight)
    maps = like.merged()
    turned = maps.ndim == 4 and _rounds_by_place(maps, like)
    if turned:
        maps = maps.contiguous()
    made = functional.batch_norm(
        maps,
        _channels(running_mean, like),
        _channels(running_var, like),
        _channels(weight, like),
        _channels(bias, like),
        training,
        momentum,
        eps,
    )
    if turned:
        if made.requires_grad:
            # Else its gradient would come in the other order.
            made.register_hook(Tensor.contiguous)  # type: ignore[no-untyped-call]
        made = made.contiguous(memory_format=torch.channels_last)
    return like.like(made, MERGED)


def group_norm(given: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Stacked:
    """K · groups groups."""
    like = _value(given, weight, bias)
    count = like.members.count * num_groups
    maps = like.merged()
    if not maps.requires_grad:
        maps = maps.contiguous()  # torch 2.13 crashes going back through channels last if only weights need gradients
    made = functional.group_norm(maps, count, _channels(weight, like), _channels(bias, like), eps)
    return like.like(made, MERGED)


def instance_norm(
    given: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Stacked:
    """Each map by itself."""
    like = _value(given, running_mean, weight)
    mean, variance, scale, shift = (_channels(one, like) for one in (running_mean, running_var, weight, bias))
    made = functional.instance_norm(like.merged(), mean, variance, scale, shift, use_input_stats, momentum, eps)
    return like.like(made, MERGED)


def layer_norm(
    given: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Stacked:
    """Over the last dimensions of each sample."""
    like = _value(given, weight, bias)
    made = like.like(functional.layer_norm(like.leading(), normalized_shape, None, None, eps), LEADING)
    if weight is not None:
        made = MULTIPLIED(made, weight)
    return made if bias is None else ADDED(made, bias)


def local_response_norm(given: Stacked, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Stacked:
    """Among the neighbouring channels of the same member: members stand where samples stood."""
    if given.order == SHARED:
        return given.like(functional.local_response_norm(given.inner, size, alpha, beta, k))
    second = given.second()
    made = functional.local_response_norm(second.flatten(0, 1), size, alpha, beta, k)
    return given.like(torch.unflatten(made, 0, second.shape[:2]).flatten(1, 2), MERGED)


VECTOR_BYTES = 64
"""Of a register of AVX-512; every narrower processor has a divisor of it."""


def _rounds_by_place(maps: Tensor, like: Stacked) -> bool:
    """Whether what a member gets could depend on its place among the others.

    Channels last, the CPU computes channels in vectors and rounds those that are left over in another way. Where the
    channels of a member fill no whole vectors, that would be others of its channels after ``keep``.
    """
    last = maps.device.type == "cpu" and like.members.memory_format == torch.channels_last
    return last and like.shape[1] * maps.element_size() % VECTOR_BYTES != 0


def _value(given: Any, *others: Any) -> Stacked:
    if isinstance(given, Stacked):
        return given
    like = next(one for one in others if isinstance(one, Stacked))
    return like.like(given, SHARED)


def _channels(found: Any, like: Stacked) -> Tensor | None:
    """(K · C)."""
    if isinstance(found, Stacked):
        return found.leading().flatten()
    return None if found is None else torch.as_tensor(found).repeat(like.members.count)
