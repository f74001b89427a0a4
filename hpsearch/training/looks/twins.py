"""Which units of a layer have the weights of another one."""

from collections.abc import Container, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from hpsearch.training.stacked.value import Stacked

COLUMNS = 8
"""Of each unit's weights so many are compared first, evenly spread: only where they agree are all of them read."""
SAME = 1e-9
"""Relative difference of sums over them, in float64."""


def comparable(layers: Sequence[tuple[str, nn.Module]], trained: Container[str]) -> tuple[str, ...]:
    """Names of the layers whose units all see the same, so that two with equal weights are one; and of those that are
    frozen, where equal weights are filters that were set. ``trained``: names of parameters."""
    return tuple(
        name
        for name, module in layers
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d)
        and (getattr(module, "groups", 1) == 1 or f"{name}.weight" not in trained)
        and isinstance(getattr(module, "weight", None), Tensor | Stacked)
    )


@torch.no_grad()
def twin_shares(weights: Sequence[Tensor]) -> Tensor:
    """(K, layers) for the weights (K, units, …) of each layer: the share of units that have those of another one. Zeros
    do not count."""
    rows = [_rows(one) for one in weights]
    none = torch.zeros(len(rows[0]), dtype=torch.float64, device=rows[0].device)
    # Sparse or rounded weights may agree in a few columns and be others elsewhere.
    return torch.stack(
        [
            _paired(_marks(one)).double().mean(-1) if suspected else none
            for one, suspected in zip(rows, _suspected(rows), strict=True)
        ],
        1,
    )


def _rows(weight: Tensor) -> Tensor:
    rows = weight.flatten(2)
    return torch.view_as_real(rows).flatten(2) if rows.is_complex() else rows


def _suspected(layers: Sequence[Tensor]) -> list[bool]:
    """Whether any two units of a layer, of whichever member, agree in a few columns; of all layers in one reading."""
    few = [rows[..., :: max(1, rows.shape[-1] // COLUMNS)][..., :COLUMNS] for rows in layers]
    padded = [
        torch.nn.functional.pad(one, (0, COLUMNS - one.shape[-1])) if one.shape[-1] < COLUMNS else one for one in few
    ]
    read = torch.cat(padded, 1).double().cpu().numpy()  # (K, units of all layers, columns)
    factors = np.sqrt(np.arange(2.0, 2.0 + COLUMNS))
    marks = (read * factors).sum(-1)
    sizes = [rows.shape[1] for rows in layers]
    owners = np.broadcast_to(np.repeat(np.arange(len(sizes)), sizes), marks.shape)
    order = np.lexsort((marks, owners))
    marks = np.take_along_axis(marks, order, -1)
    with np.errstate(all="ignore"):
        near = np.diff(marks) <= SAME * abs(marks[:, 1:])
    twice = near & (marks[:, 1:] != 0) & (owners[:, 1:] == owners[:, :-1])
    found = set(owners[:, 1:][twice].tolist())
    return [layer in found for layer in range(len(sizes))]


def _marks(rows: Tensor) -> Tensor:
    """(K, units) numbers that are equal for equal rows, in order."""
    factors = torch.arange(2, 2 + rows.shape[-1], dtype=torch.float64, device=rows.device).sqrt()
    return (rows.double() * factors).sum(-1).sort(-1).values


def _paired(marks: Tensor) -> Tensor:
    """(K, units) whether a mark is that of a neighbour."""
    same = (marks.diff(dim=-1) <= SAME * marks[..., 1:].abs()) & (marks[..., 1:] != 0)
    pad = same.new_zeros(len(same), 1)
    return torch.cat([pad, same], -1) | torch.cat([same, pad], -1)
