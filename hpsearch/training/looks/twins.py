"""Which units of a layer have the weights of another one."""

from collections.abc import Container, Sequence

import torch
from torch import Tensor, nn

from hpsearch.training.stacked.value import Stacked

COLUMNS = 8
"""Of each unit's weights so many are compared, evenly spread: numbers that were drawn are never equal in all."""
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
    some = rows[..., :: max(1, rows.shape[-1] // COLUMNS)][..., :COLUMNS].double()
    factors = torch.arange(2, 2 + some.shape[-1], dtype=torch.float64, device=some.device).sqrt()
    marks = (some * factors).sum(-1).sort(-1).values
    same = (marks.diff(dim=-1) <= SAME * marks[..., 1:].abs()) & (marks[..., 1:] != 0)
    pad = same.new_zeros(len(same), 1)
    return (torch.cat([pad, same], -1) | torch.cat([same, pad], -1)).double().mean(-1)
