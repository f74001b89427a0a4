"""Normalisations: of K · C channels where a member has C."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from hpsearch.training.stacked.value import MERGED, SHARED, Stacked


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
    made = functional.batch_norm(
        like.merged(),
        _channels(running_mean, like),
        _channels(running_var, like),
        _channels(weight, like),
        _channels(bias, like),
        training,
        momentum,
        eps,
    )
    return like.like(made, MERGED)


def group_norm(given: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Stacked:
    """K · groups groups."""
    like = _value(given, weight, bias)
    count = like.members.count * num_groups
    made = functional.group_norm(like.merged(), count, _channels(weight, like), _channels(bias, like), eps)
    return like.like(made, MERGED)


def local_response_norm(given: Stacked, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Stacked:
    """Among the neighbouring channels of the same member: members stand where samples stood."""
    if given.layout == SHARED:
        return given.like(functional.local_response_norm(given.data, size, alpha, beta, k))
    second = given.second()
    made = functional.local_response_norm(second.flatten(0, 1), size, alpha, beta, k)
    return given.like(torch.unflatten(made, 0, second.shape[:2]).flatten(1, 2), MERGED)


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
