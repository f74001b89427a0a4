"""Norms of weights, gradients and updates of K members, parameter by parameter."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor


class Norms(NamedTuple):
    """Of the parameters, by place in a list of their names: squares of norms (K, parameters) in float64."""

    weights: Tensor
    gradients: Tensor
    """0 where there is none, see ``has_gradient``."""
    updates: Tensor
    means: Tensor | None
    """Of the weights themselves, where they were asked for, as is the next one."""
    variances: Tensor | None


class Weighed:
    """The parameters (K, *shape) of K members before an update."""

    @torch.no_grad()
    def __init__(
        self, parameters: Mapping[str, Tensor], gradients: Mapping[str, Tensor | None], *, spread: bool
    ) -> None:
        self.names = tuple(parameters)
        self.has_gradient = tuple(gradients[name] is not None for name in self.names)
        values = [parameters[name].detach() for name in self.names]
        self.axes = tuple(value.ndim - 1 for value in values)
        self.sizes = tuple(value[0].numel() for value in values)
        self._parameters = values
        self._before = [value.clone() for value in values]
        self._weights = _squares(values)
        given = [gradients[name] for name in self.names]
        none = [value.new_zeros(len(value)) for value in values]
        self._gradients = _squares([zero if one is None else one for one, zero in zip(given, none, strict=True)])
        self._spread: tuple[Tensor | None, Tensor | None] = _spread(values) if spread else (None, None)

    @torch.no_grad()
    def after(self) -> Norms:
        """What the update has made of them."""
        if self._before:
            torch._foreach_sub_(self._before, self._parameters)  # (it has no public name)
        return Norms(self._weights, self._gradients, _squares(self._before), *self._spread)


def _squares(values: list[Tensor]) -> Tensor:
    norms = _joined([torch.linalg.vector_norm(one, dim=_own(one)) if one.ndim > 1 else one.abs() for one in values])
    return norms * norms


def _spread(values: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Means and variances, each (K, parameters)."""
    found = [torch.var_mean(value.unsqueeze(-1), [*_own(value), value.ndim], correction=0) for value in values]
    return _joined([mean for _, mean in found]), _joined([variance for variance, _ in found])


def _own(value: Tensor) -> list[int]:
    """All axes but that of the members."""
    return list(range(1, value.ndim))


def _joined(values: list[Tensor]) -> Tensor:
    """(K, parameters)"""
    return torch.stack([one.double() for one in values], 1) if values else torch.zeros(1, 0, dtype=torch.float64)
