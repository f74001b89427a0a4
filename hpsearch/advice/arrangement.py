"""The rule on features and places that take each other's place within a sample."""

import math
from collections.abc import Iterator
from itertools import accumulate, permutations
from operator import mul

from hpsearch.advice.facts import NORMS, WEIGHTED, Call, Facts, Kind
from hpsearch.advice.remark import Remark

ARRANGING = frozenset({"view", "reshape"})
"""Functions that keep the order in which numbers lie in memory."""

MOST_AXES = 5
KEEPING = NORMS | {Kind.ACTIVATION, Kind.DROPOUT}

Sizes = tuple[int, ...]


def features_as_places(facts: Facts) -> Iterator[Remark]:
    """A view or reshape gives the channels the place of the positions, and the positions that of the channels, without
    moving a number.

    Maps (N, C, H, W) that are to be a row of positions with C features each must be moved first, by
    ``flatten(2).transpose(1, 2)`` or ``permute(0, 2, 3, 1)``. A plain ``view(N, H * W, C)`` cuts each map into pieces
    and calls neighbouring pixels of one channel the features of one place; likewise on the way back to maps, and where
    the heads of an attention are split off or joined. The network runs and learns something, and attention, norms and
    layers over the features look at numbers that do not belong together. Told where the new sizes are those of the axes
    in another order, joined or split, and not those of the axes in their own. Sizes that are also those of channels in
    groups, with the places in their order, as for a group norm or the heads of an attention, are told only beside a
    linear layer over as many features. What a linear layer made without places is not told.
    """
    for call in facts.calls:
        if call.function in ARRANGING and _exchanges(call.inputs, call.outputs) and _is_meant(facts, call):
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


def _is_meant(facts: Facts, call: Call) -> bool:
    """Whether there are places, and the new axes are no groups of channels, or are read as features nevertheless."""
    if _without_places(facts, call):
        return False
    if _groups(call.inputs, call.outputs):
        return _read_as_features(facts, call)
    return not _groups(call.outputs, call.inputs) or _made_as_features(facts, call)


def _without_places(facts: Facts, call: Call) -> bool:
    """Whether the numbers come from a linear layer that gives each sample one row."""
    while makers := facts.makers(call):
        call = makers[0]
        if call.kind in WEIGHTED:
            return call.kind is Kind.LINEAR and len(call.outputs) == 1
    return False


def _groups(before: Sizes, after: Sizes) -> bool:
    """Whether the first axis, of channels, is split into groups, and what is behind it is joined in order."""
    kept = set(accumulate(before, mul))
    same = math.prod(after) == math.prod(before)  # the samples stay where they are
    return same and all(size in kept or (size < before[0] and before[0] % size == 0) for size in accumulate(after, mul))


def _read_as_features(facts: Facts, call: Call) -> bool:
    """Whether a linear layer takes the last axis for the channels, with what keeps the arrangement in between."""
    waiting = [call]
    for one in waiting:
        for follower in facts.followers(one):
            if follower.kind is Kind.LINEAR and follower.inputs == call.outputs and follower.channels == call.inputs[0]:
                return True
            if follower.kind in KEEPING and follower.outputs == call.outputs and follower not in waiting:
                waiting.append(follower)
    return False


def _made_as_features(facts: Facts, call: Call) -> bool:
    """Whether a linear layer or an attention gave the last axis as the channels that come first now."""
    maker = call
    while makers := facts.makers(maker):
        maker = makers[0]
        if maker.outputs != call.inputs or maker.kind not in KEEPING:
            break
    as_rows = maker.kind in (Kind.LINEAR, Kind.WEIGHTED) and maker.outputs == call.inputs
    return as_rows and len(call.inputs) == 2 and call.inputs[-1] == call.outputs[0]


def _joins(sizes: Sizes, joined: Sizes) -> bool:
    """Whether neighbouring axes of the sizes can be joined to such."""
    kept = set(accumulate(sizes, mul))
    return all(size in kept for size in accumulate(joined, mul))


def _shown(sizes: Sizes) -> str:
    return "×".join(map(str, sizes))
