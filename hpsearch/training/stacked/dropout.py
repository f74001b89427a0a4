"""Dropout: each member draws from its own generator what it would draw alone from torch's global one."""

from typing import Any

import torch
from torch import Tensor

from hpsearch.training.stacked.rates import Rates
from hpsearch.training.stacked.value import LEADING, MERGED, SECOND, Stacked


def dropout(given: Stacked, p: Any = 0.5, training: bool = True, inplace: bool = False) -> Stacked:  # noqa: ARG001
    """Drops elements."""
    return _dropped(given, p, training, tuple(given.shape))


def dropout_of_maps(given: Stacked, p: Any = 0.5, training: bool = True, inplace: bool = False) -> Stacked:  # noqa: ARG001
    """Drops whole maps."""
    return _dropped(given, p, training, (*given.shape[:2], *[1] * (given.ndim - 2)))


def _dropped(given: Stacked, p: Any, training: bool, shape: tuple[int, ...]) -> Stacked:
    members = given.members
    rates = p.numbers if isinstance(p, Rates) else (p,) * members.count
    if not training or not any(rates) or given.numel() == 0:
        return given
    masks = torch.empty((members.count, *shape), dtype=given.dtype, device=given.device)
    for mask, rate, generator in zip(masks, rates, members.generators, strict=True):
        _draw(mask, rate, generator)
    if given.layout == LEADING:
        return given.like(given.data * masks)
    made = given.second() * masks.transpose(0, 1)
    return given.like(made.flatten(1, 2), MERGED) if given.ndim > 2 else given.like(made, SECOND)


def _draw(mask: Tensor, rate: float, generator: torch.Generator) -> None:
    """Writes 0 where something is dropped and 1 / (1 − rate) elsewhere, rounded as torch rounds it."""
    if rate == 0:
        mask.fill_(1.0)
    elif rate == 1:
        mask.zero_()
    else:
        mask.bernoulli_(1 - rate, generator=generator).div_(1 - rate)
