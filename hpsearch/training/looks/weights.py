"""Norms of weights, gradients and updates of K members, parameter by parameter."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hpsearch.training.looks.answer import Numbers
from hpsearch.training.looks.twins import twin_shares


class Norms(NamedTuple):
    """Of the parameters, by place in a list of their names: (K, parameters)."""

    weights: Tensor
    gradients: Tensor
    """0 where there is none, see ``Weighed.has_gradient``."""
    updates: Tensor
    means: Tensor | None
    """Of the weights themselves, where they were asked for, as is the next one."""
    variances: Tensor | None
    twins: Numbers | None
    """(K, layers), of those that were asked for: the share of units that are another one's twin."""


class Weighed:
    """The parameters (K, *shape) of K members before an update."""

    @torch.no_grad()
    def __init__(
        self,
        parameters: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor | None],
        *,
        spread: bool,
        compared: Sequence[str] = (),
    ) -> None:
        """Parameters are given without the history of their gradients. ``spread``: whether means and variances are
        asked for; ``compared``: in which layers twins are."""
        self.names = tuple(parameters)
        given = [gradients[name] for name in self.names]
        self.has_gradient = tuple(gradient is not None for gradient in given)
        values = [parameters[name] for name in self.names]
        self.axes = tuple(value.ndim - 1 for value in values)
        self.are_matrices = tuple(value.ndim == 3 or sum(side > 1 for side in value.shape[1:]) > 1 for value in values)
        """Not so of what has one number for each channel, as (C,) or (1, C, 1, 1)."""
        self._members = len(values[0]) if values else 1
        self.sizes = tuple(value.numel() // self._members for value in values)
        self._parameters = values
        self._before = list(torch._foreach_mul(values, 1.0)) if values else []  # noqa: SLF001  (no public name)
        self._weights = self._norms(values)
        none = values[0].new_zeros(self._members, 1) if values else None
        self._gradients = self._norms([found for one in given if (found := none if one is None else one) is not None])
        self._spread: tuple[Tensor | None, Tensor | None] = self._spread_of(values) if spread else (None, None)
        self.compared = tuple(layer for layer in compared if f"{layer}.weight" in parameters)
        compared_weights = [parameters[f"{layer}.weight"] for layer in self.compared]
        self._twins = twin_shares(compared_weights) if compared_weights else None

    @torch.no_grad()
    def after(self) -> Norms:
        """What the update has made of them."""
        if self._before:
            torch._foreach_sub_(self._before, self._parameters)
        return Norms(self._weights, self._gradients, self._norms(self._before), *self._spread, self._twins)

    def _norms(self, values: list[Tensor]) -> Tensor:
        """(K, parameters)"""
        if not values:
            return torch.zeros(self._members, 0)
        parts = [part for value in values for part in value.unbind()] if self._members > 1 else values
        norms = list(torch._foreach_norm(parts))  # noqa: SLF001
        if any(norm.dtype != torch.float32 for norm in norms):
            norms = [norm.float() for norm in norms]
        return torch.stack(norms).reshape(len(values), -1).t()

    def _spread_of(self, values: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Means and variances, each (K, parameters)."""
        if not values:
            return torch.zeros(self._members, 0), torch.zeros(self._members, 0)
        wide = {name.rpartition(".")[0] for name, axes in zip(self.names, self.axes, strict=True) if axes > 1}
        none = torch.zeros(self._members, device=values[0].device)
        means, variances = [], []
        for name, axes, value in zip(self.names, self.axes, values, strict=True):
            mean = variance = none  # of a bias beside weights nobody asks
            if axes > 1 or name.rpartition(".")[0] not in wide:
                real = torch.view_as_real(value) if value.is_complex() else value
                variance, mean = torch.var_mean(real.reshape(len(real), -1).float(), 1, correction=0)
            means.append(mean)
            variances.append(variance)
        return torch.stack(means, 1), torch.stack(variances, 1)
