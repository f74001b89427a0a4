"""Which units of a layer have the weights of another one."""

from collections.abc import Container, Sequence

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
def twin_share(weight: Tensor) -> Tensor:
    """(K,) for weights (K, units, …): the share of units that have those of another one. Zeros do not count."""
    rows = weight.flatten(2)
    if rows.is_complex():
        rows = torch.view_as_real(rows).flatten(2)
    marks = _marks(rows[..., :: max(1, rows.shape[-1] // COLUMNS)][..., :COLUMNS])
    if not _paired(marks).any():
        return marks.new_zeros(len(marks))
    # Sparse or rounded weights may agree in a few columns and be others elsewhere.
    return _paired(_marks(rows)).double().mean(-1)


def _marks(rows: Tensor) -> Tensor:
    """(K, units) numbers that are equal for equal rows, in order."""
    factors = torch.arange(2, 2 + rows.shape[-1], dtype=torch.float64, device=rows.device).sqrt()
    return (rows.double() * factors).sum(-1).sort(-1).values


def _paired(marks: Tensor) -> Tensor:
    """(K, units) whether a mark is that of a neighbour."""
    same = (marks.diff(dim=-1) <= SAME * marks[..., 1:].abs()) & (marks[..., 1:] != 0)
    pad = same.new_zeros(len(same), 1)
    return torch.cat([pad, same], -1) | torch.cat([same, pad], -1)
