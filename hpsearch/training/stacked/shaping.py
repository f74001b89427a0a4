"""What moves numbers without changing them: views, flattening, concatenation, padding, parts of a tensor."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from hpsearch.training.stacked.refusal import refuse
from hpsearch.training.stacked.value import LEADING, MERGED, SECOND, SHARED, Stacked


def reshape(given: Stacked, *shape: Any) -> Stacked:
    """Tensor.view and reshape, to a shape of one member."""
    if len(shape) == 1 and not isinstance(shape[0], int):
        shape = tuple(shape[0]) if isinstance(shape[0], Sequence) else refuse(f"view({shape[0]})")
    if given.order == SHARED:
        return given.like(given.inner.reshape(shape))
    whole = _filled(shape, given.numel())
    old = given.shape
    if whole == tuple(old):
        return given
    if len(whole) > 0 and len(old) > 0 and given.order != LEADING and whole[0] == old[0]:
        second = given.second()
        return given.like(second.reshape(*second.shape[:2], *whole[1:]), SECOND)
    leading = given.leading()
    return given.like(leading.reshape(leading.shape[0], *whole), LEADING)


def _filled(shape: Sequence[int], count: int) -> tuple[int, ...]:
    """The shape with its −1 told."""
    if -1 not in shape:
        return tuple(shape)
    known = math.prod(side for side in shape if side != -1)
    return tuple(count // known if side == -1 else side for side in shape) if known else tuple(shape)


def flatten(given: Stacked, start_dim: int = 0, end_dim: int = -1) -> Stacked:
    """Tensor.flatten."""
    shape = given.shape
    start, end = start_dim % max(1, len(shape)), end_dim % max(1, len(shape))
    return reshape(given, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


def concatenate(tensors: Sequence[Any], dim: int = 0) -> Stacked:
    """torch.cat, each member's values behind each other."""
    like = next(one for one in tensors if isinstance(one, Stacked))
    values = [one if isinstance(one, Stacked) else like.like(one, SHARED) for one in tensors]
    if all(one.order == SHARED for one in values):
        return like.like(torch.cat([one.inner for one in values], dim))
    axis = dim % like.ndim
    if axis > 1 and all(one.order == MERGED for one in values):
        return like.like(torch.cat([one.inner for one in values], axis), MERGED)
    if axis == 1 and any(one.order == MERGED for one in values):
        parts = [one.second() for one in values]
        if like.ndim == 4 and like.members.memory_format == torch.channels_last:
            made = torch.cat([part.permute(0, 3, 4, 1, 2) for part in parts], -1)  # (N, H, W, K, C)
            return like.like(made.flatten(3).permute(0, 3, 1, 2), MERGED)
        return like.like(torch.cat(parts, 2).flatten(1, 2), MERGED)
    return like.like(torch.cat([one.leading() for one in values], axis + 1), LEADING)


def pad(given: Stacked, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Stacked:
    """functional.pad: sides are told from the last dimension on, so that members in front of them change nothing."""
    sides = len(pad) // 2
    if given.order == MERGED and sides <= given.ndim - 2:
        return given.like(functional.pad(given.inner, pad, mode, value))
    if mode != "constant" or sides > given.ndim:
        refuse(f"padding in mode {mode} of samples or channels")
    if given.order == SHARED:
        return given.like(functional.pad(given.inner, pad, mode, value))
    if sides < given.ndim:
        made = given.like(functional.pad(given.second(), pad, mode, value), SECOND)
        return given.like(made.merged(), MERGED) if given.order == MERGED else made
    return given.like(functional.pad(given.leading(), pad, mode, value), LEADING)


def part(given: Any, index: Any) -> Stacked:
    """tensor[index] with numbers, slices, ... and None."""
    chosen = index if isinstance(index, tuple) else (index,)
    if not isinstance(given, Stacked) or any(not isinstance(one, int | slice | type(...) | None) for one in chosen):
        refuse("choosing elements by a tensor or a list")
    if given.order == SHARED:
        return given.like(given.inner[chosen])
    whole = slice(None)
    if given.order == MERGED and len(chosen) <= given.ndim and all(isinstance(one, slice) for one in chosen):
        if len(chosen) < 2 or chosen[1] == whole:
            return given.like(given.inner[chosen])
        return given.like(given.second()[(chosen[0], whole, *chosen[1:])], SECOND)
    return given.like(given.leading()[(whole, *chosen)], LEADING)


def channel_shuffle(given: Stacked, groups: int) -> Stacked:
    """functional.channel_shuffle."""
    samples, channels, *sides = given.shape
    second = given.second().reshape(samples, given.members.count, groups, channels // groups, *sides)
    return given.like(second.transpose(2, 3).reshape(samples, -1, *sides), MERGED)


def prelu(given: Any, weight: Any) -> Stacked:
    """functional.prelu with one slope or one for each channel of each member."""
    like = given if isinstance(given, Stacked) else weight.like(given, SHARED)
    slopes = weight.leading() if isinstance(weight, Stacked) else weight.expand(like.members.count, -1)
    channels = like.shape[1] if like.ndim > 1 else 1
    if like.ndim < 2:
        refuse("prelu of one number for each sample")
    made = torch.prelu(like.merged(), slopes.expand(-1, channels).reshape(-1))
    return like.like(made, MERGED)
