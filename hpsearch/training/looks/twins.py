"""Which units of a layer have the weights of another one."""

from collections.abc import Container, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from hpsearch.training.looks.answer import Numbers, read
from hpsearch.training.stacked.value import Stacked

COLUMNS = 8
"""Of each unit's weights so many are compared first, evenly spread: only where they agree are all of them read."""
FACTORS = np.sqrt(np.arange(2.0, 2.0 + COLUMNS))
SAME = 1e-9
"""Relative difference of sums over them, in float64."""


def comparable(layers: Sequence[tuple[str, nn.Module]], trained: Container[str]) -> tuple[str, ...]:
    """Names of the layers whose units all see the same, so that two with equal weights are one; and of those that are
    frozen, where equal weights are filters that were set. ``trained``: names of parameters.

    Only weights that a layer has as a parameter of its own: those that are computed from others are not asked for,
    because that may change what it keeps, as each reading of a spectral norm does in training mode.
    """
    return tuple(
        name
        for name, module in layers
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d)
        and (getattr(module, "groups", 1) == 1 or f"{name}.weight" not in trained)
        and isinstance(vars(module)["_parameters"].get("weight"), Tensor | Stacked)
    )


@torch.no_grad()
def twin_shares(weights: Sequence[Tensor]) -> Numbers:
    """(K, layers) for the weights (K, units, …) of each layer: the share of units that have those of another one. Zeros
    do not count."""
    shares = np.zeros((len(weights[0]), len(weights)))
    for layer, weight in enumerate(weights):
        if _may_be_twice(weight):
            few = _few(weight)
            if _is_twice((few * FACTORS[: few.shape[-1]]).sum(-1)):
                # sparse or rounded weights may agree in a few columns and be others elsewhere
                shares[:, layer] = read(_paired(_marks(_rows(weight))).double().mean(-1))
    return shares


def _may_be_twice(weight: Tensor) -> bool:
    """Whether any two units of one member have the same first weight, or one has none: seldom, and then more of them is
    read. Where weights are not in the CPU's memory it is not asked, since each reading waits for the device."""
    if weight.device.type != "cpu" or weight.is_complex():
        return True
    firsts = weight.flatten(2)[:, :, 0].float().tolist()
    return any(0.0 in one or len(set(one)) < len(one) for one in firsts)


def _few(weight: Tensor) -> Numbers:
    """(K, units, columns)"""
    if weight.device.type == "cpu" and weight.dtype in (torch.float32, torch.float64):
        held = weight.numpy().reshape(*weight.shape[:2], -1)
        return np.asarray(held[..., :: max(1, held.shape[-1] // COLUMNS)][..., :COLUMNS])
    rows = _rows(weight)
    return read(rows[..., :: max(1, rows.shape[-1] // COLUMNS)][..., :COLUMNS])


def _is_twice(marks: Numbers) -> bool:
    """Whether any two of the marks (K, units) of one member are the same."""
    marks = np.sort(marks, -1)
    with np.errstate(all="ignore"):
        near = marks[:, 1:] - marks[:, :-1] <= SAME * abs(marks[:, 1:])
    return bool((near & (marks[:, 1:] != 0)).any())


def _rows(weight: Tensor) -> Tensor:
    rows = weight.flatten(2)
    return torch.view_as_real(rows).flatten(2) if rows.is_complex() else rows


def _marks(rows: Tensor) -> Tensor:
    """(K, units) numbers that are equal for equal rows, in order."""
    factors = torch.arange(2, 2 + rows.shape[-1], dtype=torch.float64, device=rows.device).sqrt()
    return (rows.double() * factors).sum(-1).sort(-1).values


def _paired(marks: Tensor) -> Tensor:
    """(K, units) whether a mark is that of a neighbour."""
    same = (marks.diff(dim=-1) <= SAME * marks[..., 1:].abs()) & (marks[..., 1:] != 0)
    pad = same.new_zeros(len(same), 1)
    return torch.cat([pad, same], -1) | torch.cat([same, pad], -1)
