"""One update of a network: its gradients are clipped, the rule is applied, and norms are held to their limit."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from hpsearch.job import Job, OptimizerSettings
from hpsearch.training.precision import LossScale
from hpsearch.training.rules import rule_for
from hpsearch.training.slots import alike

CLIP_EPSILON = 1e-6
"""Added to the norm that is divided by, as ``torch.nn.utils.clip_grad_norm_`` does."""


def optimizer_of(job: Job, trained: Sequence[Tensor]) -> "Optimizer":
    """The optimiser of a job for those parameters of its network that are trained."""
    settings = job.optimizer
    scaled = job.precision == "fp16"
    if not job.regularised:
        return Optimizer(settings, trained, 0.0, scaled=scaled)
    return Optimizer(settings, trained, settings.weight_decay, settings.l1, settings.max_norm, scaled=scaled)


def optimizer_for(settings: OptimizerSettings, parameters: Iterable[Tensor], weight_decay: float) -> "Optimizer":
    """The optimiser of the settings for those of the parameters that are trained."""
    return Optimizer(settings, [parameter for parameter in parameters if parameter.requires_grad], weight_decay)


class Optimizer:
    """Changes the parameters that it was made for.

    In this order: the gradient of all parameters is clipped, L1 and L2 are added to it (not clipped, as in
    torch.optim L2 is not), the rule is applied, and the norms of weights are limited.
    """

    def __init__(
        self,
        settings: OptimizerSettings,
        trained: Sequence[Tensor],
        weight_decay: float,
        l1: float = 0.0,
        max_norm: float | None = None,
        *,
        scaled: bool = False,
    ) -> None:
        """``weight_decay``, ``l1`` and ``max_norm`` are given apart because a job can switch them off.

        ``scaled``: the loss is multiplied before it is gone back from (fp16).
        """
        self._rule = rule_for(settings.name, settings.momentum, weight_decay, nesterov=settings.nesterov)
        self._places = [[index for index, _ in group] for group in _numbered(trained)]
        self._groups = [self._rule.slots([parameter for _, parameter in group]) for group in _numbered(trained)]
        self._clip_norm = settings.clip_norm
        self._l1 = l1
        self._max_norm = max_norm
        device = trained[0].device if trained else torch.device("cpu")
        self.scale = LossScale(device) if scaled else None
        self.leaves_out = False
        """Whether the next update only takes the gradients away."""
        self.hopeless = False
        """Whether so many have been left out that no update will be made any more."""

    def backward(self, loss: Tensor) -> None:
        """Gives the parameters the gradients of the loss; in fp16 the next update is left out if one is not finite."""
        if self.scale is None:
            torch.autograd.backward(loss)
            return
        torch.autograd.backward(loss * self.scale.value)
        gradients = [one for slots in self._groups for one in slots.gradients]
        self.leave_out(bool(self.scale.take_back(gradients)))

    @property
    def factor(self) -> float:
        """By what the next loss is multiplied before it is gone back from; in fp16 that reads the device."""
        return 1.0 if self.scale is None else float(self.scale.value)

    def leave_out(self, overflown: bool) -> None:
        """Whether the gradients overflowed that the parameters hold now."""
        self.leaves_out = overflown
        self.hopeless = overflown and self.scale is not None and self.scale.hopeless

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update by the gradients that the parameters hold now; it takes the gradients away from them."""
        live = [found for found in (slots.live() for slots in self._groups) if found[0]]
        if self.leaves_out:
            return
        if self._clip_norm is not None:
            _clip([gradients for _, gradients, _ in live], self._clip_norm)
        for given in live:
            parameters, gradients, states = _as_real(*given)
            if self._l1:
                signs = torch._foreach_sign(parameters)  # noqa: SLF001  (it has no public name)
                torch._foreach_add_(gradients, signs, alpha=self._l1)
            self._rule.update(parameters, gradients, states, learning_rate)
            if self._max_norm is not None:
                _limit_norms(given[0], self._max_norm)

    @property
    def memory(self) -> list[Tensor]:
        """All that it remembers of earlier updates, in a fixed order, to be read or written in place."""
        own = [one for slots in self._groups for one in slots.memory]
        return own if self.scale is None else [*own, *self.scale.memory]

    def replace(self, trained: Sequence[Tensor]) -> None:
        """Goes on with other tensors of the same values, layouts and order."""
        for slots, places in zip(self._groups, self._places, strict=True):
            slots.replace([trained[place] for place in places])


def _numbered(trained: Sequence[Tensor]) -> list[list[tuple[int, Tensor]]]:
    places = {id(parameter): place for place, parameter in enumerate(trained)}
    return [[(places[id(parameter)], parameter) for parameter in group] for group in alike(trained)]


def _as_real(
    parameters: list[Tensor], gradients: list[Tensor], states: list[list[Tensor]]
) -> tuple[list[Tensor], list[Tensor], list[list[Tensor]]]:
    """Complex numbers as pairs of real ones in the same memory, which is how torch.optim takes them."""
    if not parameters[0].is_complex():
        return parameters, gradients, states

    def pairs(values: list[Tensor]) -> list[Tensor]:
        return [torch.view_as_real(value.resolve_conj()) if value.is_complex() else value for value in values]

    return pairs(parameters), pairs(gradients), [pairs(state) for state in states]


def _clip(groups: list[list[Tensor]], limit: float) -> None:
    """Scales all gradients so that the norm of them together is ``limit`` at most (Pascanu et al., 2013)."""
    norms = [norm for group in groups for norm in torch._foreach_norm(group)]  # noqa: SLF001
    if not norms:
        return
    total = torch.linalg.vector_norm(torch.stack([norm.to(norms[0]) for norm in norms]))
    factor = torch.clamp(limit / (total + CLIP_EPSILON), max=1.0)
    for gradients in groups:
        torch._foreach_mul_(gradients, factor.to(gradients[0]))


def _limit_norms(parameters: list[Tensor], limit: float) -> None:
    """Scales the weights into each unit whose norm is larger than ``limit`` (Srivastava et al., 2014, section 5.1).

    A unit is one row of a matrix or one filter; biases and the scales of norms have no such limit.
    """
    for parameter in parameters:
        if parameter.ndim > 1:
            parameter.renorm_(2, 0, limit)
