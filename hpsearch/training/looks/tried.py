"""What a network does in evaluation mode with images that are put together for it, tried beside its evaluation."""

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from hpsearch.task import Task
from hpsearch.training.looks.answer import Numbers, read, rounded
from hpsearch.training.looks.evaluated import Pass, passes_of, passes_of_members
from hpsearch.training.precision import Autocast
from hpsearch.training.stacked import StackedNetwork

SAMPLES = 24
"""A third of them takes the place of half of the others; of each third one image is part of a sum."""
AGAIN = 2
"""Images that stand in the batch once more, and so often with each channel exchanged."""
CHANNELS = 8
"""Of so many at most it is tried whether the outputs depend on them."""
EXCHANGED = 1e-3
"""Standard deviations by which outputs change: from here on it is tried whether they do so by themselves."""
ROUNDED = 1e-5
"""Standard deviations: a change of less is none."""
ALIKE = 0.999
"""Correlation of two channels that say the same."""
APART = 1e-2
"""Of the largest output: where samples differ by less, rounding could be taken for a bend, or hide a channel."""
ROUNDINGS, FEW_ROUNDINGS = 32, 4
"""Times what the type that outputs were computed in rounds (heuristics): where samples differ by less than the first, a
channel may have moved them by less than shows; where the same image does by less than the second, that is no noise."""


class Tried(NamedTuple):
    """What was tried with some images in evaluation mode; None where there are too few, or where the network wants them
    otherwise."""

    influence: float | None = None
    """How far samples' outputs change when others of the batch are exchanged, in their standard deviations."""
    bend: float | None = None
    """How far the outputs are from an affine function of the images, at most, in the same; None also where the outputs
    hardly differ."""
    noise: float | None = None
    """How far the outputs of one image are apart that is given twice, in the same."""
    unseen: tuple[int, ...] = ()
    """Channels that no output depends on, while they do on others."""


def tried(network: nn.Module, images: Tensor, task: Task, autocast: Autocast) -> Tried:
    """``images`` (N, C, H, W) are some that the network was made for; it must be in evaluation mode."""
    with suppress(Exception), passes_of(network, task, autocast, images.device) as run:
        return next(iter(_tried(run, images)), Tried())
    return Tried()


def tried_of_each(network: StackedNetwork, images: Tensor) -> list[Tried]:
    """The same of K members; empty instead of None."""
    return _tried(passes_of_members(network), images)


class _Placed(NamedTuple):
    """What stands where in a batch that is tried: two thirds of samples, then sums, then some of the samples again, and
    then these with channels exchanged."""

    third: int
    made: int
    again: int
    channels: Sequence[tuple[tuple[int, ...], Tensor]]


def _tried(run: Pass, images: Tensor) -> list[Tried]:
    """Two calls are all: each of the thirds stands in one of them, and in both the images of a sum, a + b - c, some of
    the others once more, and the same with one channel exchanged."""
    third = min(SAMPLES, len(images)) // 3
    if not third:
        return []
    one, two, three = torch.split(images[: 3 * third], third)
    made = one + two - three if images.is_floating_point() else images[:0]
    again = torch.cat([one, two])[::2][:AGAIN]
    channels = _exchangeable(again, three[: len(again)])
    parts = [torch.where(alike, three[: len(again)], again) for _, alike in channels]
    batch = torch.cat([one, two, made, again, *parts])
    other = batch.clone()
    other[1 : 2 * third : 2] = three
    with suppress(Exception), np.errstate(all="ignore"):  # who insists on another batch has been evaluated all the same
        first, second = run(batch), run(other)
        placed = _Placed(third, len(made), len(again), channels)
        return _found(read(first), read(second), _rounding(first), placed, lambda: read(run(batch)))
    return []


def _found(
    first: Numbers, second: Numbers, rounding: float, placed: _Placed, once_more: Callable[[], Numbers]
) -> list[Tried]:
    """Of the outputs (K, N, outputs) of the two calls."""
    third, begin, count = placed.third, 2 * placed.third + placed.made, placed.again
    given, exchanged = first[:, : 2 * third], second[:, : 2 * third]
    spread = np.maximum(given.std((1, 2)), 1e-12)
    influences = _in_spreads((given - exchanged)[:, ::2], spread)
    twice = given[:, ::2][:, :count]
    noises = _in_spreads(first[:, begin : begin + count] - twice, spread)
    if max(influences) > EXCHANGED:  # is it the others, or would it have changed anyway?
        alone = _in_spreads(once_more()[:, : 2 * third] - given, spread)
        # Where outputs depend on places in the batch, those of the same image are apart without any noise.
        noises = [own if far > EXCHANGED else up for far, up, own in zip(influences, noises, alone, strict=True)]
        influences = [0.0 if own > EXCHANGED else far for far, own in zip(influences, alone, strict=True)]
    largest, apart = abs(given).max((1, 2)), given.std(1).max(1)
    quiet = (FEW_ROUNDINGS * rounding * largest / spread).tolist()
    noises = [0.0 if up <= least else up for up, least in zip(noises, quiet, strict=True)]
    unseen: list[tuple[int, ...]] = [()] * len(first)
    if placed.channels:
        changed = first[:, begin + count :].reshape(len(first), len(placed.channels), count, first.shape[-1])
        moved = [_in_spreads(changed[:, place] - twice, spread) for place in range(len(placed.channels))]
        differ = (apart > max(APART, ROUNDINGS * rounding) * largest).tolist()
        unseen = [
            _unseen(placed.channels, [one[member] for one in moved]) if differ[member] else ()
            for member in range(len(first))
        ]
    bends: list[float | None] = [None] * len(first)
    if placed.made:
        sums = first[:, 2 * third : begin]
        beside = first[:, :third] + first[:, third : 2 * third] - exchanged[:, 1::2] - sums
        bends = _bends(beside, apart, largest)
    return [Tried(*found) for found in zip(influences, bends, noises, unseen, strict=True)]


def _in_spreads(change: Numbers, spread: Numbers) -> list[float]:
    """The furthest of each member, of (K, N, outputs), in units of its own spread (K,)."""
    furthest = abs(change).max((1, 2)).tolist()
    return [rounded(far / size) for far, size in zip(furthest, spread.tolist(), strict=True)]


def _exchangeable(images: Tensor, others: Tensor) -> list[tuple[tuple[int, ...], Tensor]]:
    """Channels that differ between each of the images and its other, with the mask (C, 1, 1) of those that say the same
    but for scale and level, as those of a grey image do; none of a single channel, or of very many."""
    if not 1 < images.shape[1] <= CHANNELS:
        return []
    alike = torch.corrcoef(torch.cat([images, others]).transpose(0, 1).flatten(1).double()).abs() > ALIKE
    found: dict[tuple[int, ...], Tensor] = {}
    for channel in range(len(alike)):
        same = alike[channel]
        if (images[:, channel] != others[:, channel]).flatten(1).any(1).all():
            found[tuple(same.nonzero().flatten().tolist())] = same[:, None, None]
    return list(found.items())


def _unseen(channels: Sequence[tuple[tuple[int, ...], Tensor]], moved: Sequence[float]) -> tuple[int, ...]:
    """Those that moved nothing, if another one did."""
    still = [names for (names, _), far in zip(channels, moved, strict=True) if far <= ROUNDED]
    return tuple(sorted({one for names in still for one in names})) if len(still) < len(channels) else ()


def _bends(beside: Numbers, apart: Numbers, largest: Numbers) -> list[float | None]:
    """From what sums of outputs are beside those of sums, (K, N, outputs); of outputs that are known, the standard
    deviation over samples of the one that differs most, and the largest, each (K,)."""
    return [
        rounded(far / size) if math.isfinite(far) and size > APART * most else None
        for far, size, most in zip(abs(beside).max((1, 2)).tolist(), apart.tolist(), largest.tolist(), strict=True)
    ]


def _rounding(outputs: Tensor) -> float:
    """Of the coarsest type that holds all of them, as a share of a number."""
    kinds = (torch.bfloat16, torch.float16)
    found = [kind for kind in kinds if torch.equal(outputs.to(kind).to(outputs.dtype), outputs)]
    return torch.finfo(next(iter(found), outputs.dtype)).eps
