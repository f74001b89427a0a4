"""What layers gave in one forward pass, with the samples reduced to a mean and a variance."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hpsearch.training.looks.answer import Numbers, read
from hpsearch.training.stacked.value import LEADING, MERGED, SECOND, Stacked

RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("Sigmoid", "sigmoid", "Hardsigmoid", "hardsigmoid"), (0.0, 1.0)),
    **dict.fromkeys(("Tanh", "tanh", "Hardtanh", "hardtanh", "Softsign", "softsign"), (-1.0, 1.0)),
}
"""Of bounded activations, modules and functions."""
NEAR = 0.01
"""Of the range: so near to its ends a unit is saturated."""
DENSE = frozenset({"Conv1d", "Conv2d", "Conv3d", "Linear", "BatchNorm1d", "BatchNorm2d", "GroupNorm", "LayerNorm"})
"""Their outputs are zero where a whole unit is, so that zeros need not be counted."""
PLACES = 8
"""Rows, and columns, of a map that are looked at, evenly spread; of larger ones the rest is passed over."""
SMALL = 2**16
"""Numbers: no more are copied, and reduced together with those of other layers, since to call torch takes as long as to
reduce some ten thousand numbers."""
BYTE = 256


class Reduced(NamedTuple):
    """Of a layer that is large: tensors (K, units · places)."""

    mean: Tensor
    variance: Tensor
    """Over samples, as is the mean."""
    filled: Tensor | None
    """Share of samples that are not zero; None where no unit but a dead one has zeros."""
    saturated: Tensor | None
    """Share of samples near an end of the range; None for an activation without one."""


class Sight(NamedTuple):
    """What one layer gave."""

    name: str
    kind: str
    places: int
    """Of one unit."""
    columns: int
    """Units · places of one member."""
    values: NDArray[Any] | None
    """(N, K, columns), a copy; None where they were so many that they were reduced at once, or are not on the CPU."""
    reduced: Reduced | None


class Scales(NamedTuple):
    """Of all layers side by side, (K, columns of all), and in which order they are."""

    layers: Sequence[int]
    """By place among the sights."""
    mean: Numbers
    variance: Numbers
    filled: Sequence[tuple[int, Numbers]]
    """By layer; none of those in which no unit but a dead one has zeros."""
    saturated: Sequence[tuple[int, Numbers]]
    """By layer; none of those without a range."""


def sight_of(name: str, kind: str, found: "Tensor | Stacked", members: int) -> Sight:
    """What is looked at of what a layer gave, as it is now. Tokens are taken for places of an image."""
    values, axis = _laid(found, members)  # (K, N, units, …), (N, K, units, …) or (N, K · units, …)
    places = 1
    if found.dim() == 4:
        rows, columns = (max(1, -(-side // PLACES)) for side in values.shape[-2:])
        if rows > 1 or columns > 1:  # of a map that is taken whole a copy would cost memory for nothing
            values = values[..., ::rows, ::columns].contiguous()  # whose reductions take a tenth of the time
        places = values.shape[-2] * values.shape[-1]
    count, size = values.shape[axis], values.numel()
    width = size // (count * members)
    if size > SMALL or values.device.type != "cpu":
        return Sight(name, kind, places, width, None, _reduced(values, axis, kind, members))
    own = values.numpy()
    copied = np.array(own.swapaxes(0, 1) if axis else own, order="C")
    return Sight(name, kind, places, width, copied.reshape(count, members, width), None)


def scales_of(sights: Sequence[Sight]) -> Scales:
    """Of those that are not there yet a few calls reduce all; of the others one reading of the device gives them."""
    layers, means, variances = list[int](), list[Numbers](), list[Numbers]()
    filled, saturated = list[tuple[int, Numbers]](), list[tuple[int, Numbers]]()
    groups: dict[tuple[int, Any], list[int]] = {}
    for layer, one in enumerate(sights):
        if one.values is not None:
            groups.setdefault((len(one.values), one.values.dtype), []).append(layer)
    for (count, _), chosen in groups.items():
        chosen.sort(key=lambda layer: sights[layer].kind in DENSE)
        counted = [layer for layer in chosen if sights[layer].kind not in DENSE]
        together = np.concatenate([values for layer in chosen if (values := sights[layer].values) is not None], 2)
        widths = [sights[layer].columns for layer in counted]
        shares = _share(together[:, :, : sum(widths)] != 0)
        for layer, width, end in zip(counted, widths, accumulate(widths), strict=True):
            filled.append((layer, shares[:, end - width : end]))
        for layer in chosen:
            one = sights[layer]
            if one.kind in RANGES and one.values is not None:
                middle, far = _ends(one.kind)
                saturated.append((layer, _share(abs(one.values - middle) >= far)))
        first = together[0].copy()
        together -= first  # so that equal samples are exactly none apart, in whichever order they are added up
        mean = np.add.reduce(together, axis=0) / count
        together -= mean
        together *= together
        layers += chosen
        means.append(mean + first)
        variances.append(np.add.reduce(together, axis=0) / count)
    _add_reduced(sights, layers, means, variances, filled, saturated)
    return Scales(
        layers, np.concatenate(means, 1, dtype=float), np.concatenate(variances, 1, dtype=float), filled, saturated
    )


def _add_reduced(
    sights: Sequence[Sight],
    layers: list[int],
    means: list[Numbers],
    variances: list[Numbers],
    filled: list[tuple[int, Numbers]],
    saturated: list[tuple[int, Numbers]],
) -> None:
    """What was reduced at once."""
    parts = [(layer, one.reduced) for layer, one in enumerate(sights) if one.reduced is not None]
    found = [one for _, part in parts for one in part if one is not None]
    if not found:
        return
    numbers = read(torch.cat(found, 1))
    ends = list(accumulate(one.shape[1] for one in found))
    pieces = iter([numbers[:, end - one.shape[1] : end] for one, end in zip(found, ends, strict=True)])
    for layer, part in parts:
        layers.append(layer)
        means.append(next(pieces))
        variances.append(next(pieces))
        if part.filled is not None:
            filled.append((layer, next(pieces)))
        if part.saturated is not None:
            saturated.append((layer, next(pieces)))


def _reduced(values: Tensor, axis: int, kind: str, members: int) -> Reduced:
    count = values.shape[axis]
    mean = values.mean(axis, keepdim=True)
    variance = (values - mean).square_().mean(axis)  # several times as fast as torch.var_mean along this axis
    filled = saturated = None
    if kind not in DENSE:
        filled = (values.count_nonzero(axis) / count).reshape(members, -1)
    if kind in RANGES:
        middle, far = _ends(kind)
        saturated = (((values - middle).abs_() >= far).count_nonzero(axis) / count).reshape(members, -1)
    return Reduced(mean.reshape(members, -1), variance.reshape(members, -1), filled, saturated)


def _ends(kind: str) -> tuple[float, float]:
    """The middle of the range, and how far from it saturation begins."""
    low, high = RANGES[kind]
    return (low + high) / 2, (0.5 - NEAR) * (high - low)


def _share(marks: NDArray[np.bool_]) -> Numbers:
    """Of the samples (N, K, columns), those that are true."""
    count = len(marks)
    wide = np.uint8 if count < BYTE else np.int64  # bytes take a tenth of the time
    return np.asarray(np.add.reduce(marks.view(np.uint8), axis=0, dtype=wide) / count)


def _laid(found: "Tensor | Stacked", members: int) -> tuple[Tensor, int]:
    """The values, members before units, and the axis of samples."""
    if isinstance(found, Tensor):
        values, order = found.detach(), LEADING
        values = values.expand(members, *values.shape) if members > 1 else values.unsqueeze(0)
    else:
        values, order = found.inner.detach(), found.order
    values = values if values.dtype in (torch.float32, torch.float64) else values.float()
    if order in (MERGED, SECOND):
        return values, 0
    if order != LEADING:
        values = values.expand(members, *values.shape)
    return values, 1
