"""Dropout: each member draws from its own generator what it would draw alone from torch's global one.

torch draws in the order in which a tensor lies in memory (MKL, CPU), so that a mask is laid out as the member's own
maps are: channels last if the maps of all members are. On CUDA torch draws in an order of its own, which no other
function can follow: there a member's masks are its own and do not depend on its neighbours, but are not those that
``nn.Dropout`` would draw for the network alone; one member stacked by itself gets the same ones.
"""

from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.rates import Rates
from hpsearch.training.stacked.value import LEADING, MERGED, SECOND, SHARED, Stacked


def dropout(given: Stacked, p: Any = 0.5, training: bool = True, inplace: bool = False) -> Stacked:  # noqa: ARG001
    """Drops elements."""
    return _dropped(given, p, tuple(given.shape)) if training else given


def dropout_of_maps(given: Stacked, p: Any = 0.5, training: bool = True, inplace: bool = False) -> Stacked:  # noqa: ARG001
    """Drops whole maps."""
    return _dropped(given, p, (*given.shape[:2], *[1] * (given.ndim - 2))) if training else given


def _dropped(given: Stacked, p: Any, shape: tuple[int, ...]) -> Stacked:
    members = given.members
    rates = p.numbers if isinstance(p, Rates) else (p,) * members.count
    if not any(rates) or given.numel() == 0:
        return given
    masks = _empty(given, shape)
    for mask, rate, generator in zip(masks, rates, members.generators, strict=True):
        _draw(mask, rate, generator)
    if given.order == LEADING:
        return given.like(given.inner * masks)
    made = given.second() * masks.transpose(0, 1)
    return given.like(made.flatten(1, 2), MERGED) if given.ndim > 2 else given.like(made, SECOND)


def _empty(given: Stacked, shape: tuple[int, ...]) -> Tensor:
    """(K, *shape)."""
    count = given.members.count
    if (
        given.order in (MERGED, SHARED)
        and given.ndim == 4
        and given.inner.is_contiguous(memory_format=torch.channels_last)
    ):
        samples, channels, height, width = shape
        empty = torch.empty((count, samples, height, width, channels), dtype=given.dtype, device=given.device)
        return empty.permute(0, 1, 4, 2, 3)
    return torch.empty((count, *shape), dtype=given.dtype, device=given.device)


def _draw(mask: Tensor, rate: float, generator: torch.Generator) -> None:
    """Writes 0 where something is dropped and 1 / (1 − rate) elsewhere, rounded as torch rounds it."""
    if rate == 0:
        mask.fill_(1.0)
    elif rate == 1:
        mask.zero_()
    else:
        mask.bernoulli_(1 - rate, generator=generator).div_(1 - rate)
