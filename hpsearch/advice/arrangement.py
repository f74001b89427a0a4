"""The rule on features and places that take each other's place within a sample."""

import math
from collections.abc import Iterator
from itertools import accumulate, permutations
from operator import mul

from hpsearch.advice.facts import Facts
from hpsearch.advice.remark import Remark

ARRANGING = frozenset({"view", "reshape"})
"""Functions that keep the order in which numbers lie in memory."""

MOST_AXES = 5

Sizes = tuple[int, ...]


def features_as_places(facts: Facts) -> Iterator[Remark]:
    """A view or reshape gives the channels the place of the positions, and the positions that of the channels, without
    moving a number.

    Maps (N, C, H, W) that are to be a row of positions with C features each must be moved first, by
    ``flatten(2).transpose(1, 2)`` or ``permute(0, 2, 3, 1)``. A plain ``view(N, H * W, C)`` cuts each map into pieces
    and calls neighbouring pixels of one channel the features of one place; likewise on the way back to maps, and where
    the heads of an attention are split off or joined. The network runs and learns something, and attention, norms and
    layers over the features look at numbers that do not belong together. Told where the new sizes are those of the axes
    in another order, joined or split, and not those of the axes in their own.
    """
    for call in facts.calls:
        if call.function in ARRANGING and _exchanges(call.inputs, call.outputs):
            yield Remark(
                call.name,
                f"{call.name} takes {_shown(call.inputs)} for {_shown(call.outputs)}: these are the sizes of the axes "
                "in another order, and no number is moved, so that channels and places are mixed",
                {"from": list(call.inputs), "to": list(call.outputs)},
            )


def _exchanges(before: Sizes, after: Sizes) -> bool:
    """Whether axes have the sizes of others in another order."""
    if math.prod(after) != math.prod(before):  # with the samples in one axis: (N, C, H, W) as (N · H · W, C)
        return len(after) == 1 < len(before) and after[0] == before[0] and 1 < before[0] < math.prod(before)
    one, other = (tuple(size for size in sizes if size > 1) for sizes in (before, after))
    if min(len(one), len(other)) < 2 or max(len(one), len(other)) > MOST_AXES:
        return False
    finer, coarser = (one, other) if len(one) >= len(other) else (other, one)
    return not _joins(finer, coarser) and any(_joins(moved, coarser) for moved in permutations(finer))


def _joins(sizes: Sizes, joined: Sizes) -> bool:
    """Whether neighbouring axes of the sizes can be joined to such."""
    kept = set(accumulate(sizes, mul))
    return all(size in kept for size in accumulate(joined, mul))


def _shown(sizes: Sizes) -> str:
    return "×".join(map(str, sizes))
