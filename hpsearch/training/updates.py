"""Updates of stacked parameters: each member by an optimiser of its own, on its part of the memory."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from hpsearch.job import Job
from hpsearch.training.optimizer import Optimizer, optimizer_of


class StackedOptimizer:
    """The optimisers of K members, which work in place on parameters (K, *shape).

    A member's update is bit for bit what it would be alone: its optimiser is the same, on views of its own part.
    """

    def __init__(self, jobs: Sequence[Job], parameters: Iterable[Tensor]) -> None:
        self._take(parameters, len(jobs))
        self._optimizers: list[Optimizer] = [
            optimizer_of(job, mine) for job, mine in zip(jobs, self._parts, strict=True)
        ]

    def backward(self, losses: Tensor) -> None:
        """Gives the parameters the gradients of the losses (K,), each member its own; in fp16 one that has a gradient
        which is not finite leaves the next update out."""
        scales = [optimizer.scale for optimizer in self._optimizers if optimizer.scale is not None]
        if not scales:
            torch.autograd.backward(losses.sum())
            return
        torch.autograd.backward((losses * torch.stack([scale.value for scale in scales])).sum())
        parts = [one.grad.unbind() for one in self._parameters if one.grad is not None]
        overflown = [scale.take_back([part[member] for part in parts]) for member, scale in enumerate(scales)]
        for optimizer, found in zip(self._optimizers, torch.stack(overflown).tolist(), strict=True):
            optimizer.leave_out(bool(found))

    @property
    def factors(self) -> list[float]:
        """By what the next loss of each member is multiplied before it is gone back from."""
        return [optimizer.factor for optimizer in self._optimizers]

    @property
    def left_out(self) -> tuple[bool, ...]:
        """By member: whether its update is left out by whose gradients ``backward`` was the last."""
        return tuple(optimizer.leaves_out for optimizer in self._optimizers)

    def hopeless(self, member: int) -> bool:
        """Whether no update of the member will be made any more."""
        return self._optimizers[member].hopeless

    @torch.no_grad()
    def step(self, learning_rates: Sequence[float | None]) -> None:
        """One update of each member by the gradients that the parameters hold; it takes the gradients away.

        A member whose learning rate is None stays as it is.
        """
        for place, parameter in enumerate(self._parameters):
            if parameter.grad is not None:
                # Handed to nobody else: who is not updated would hold it, and with it the memory of all.
                for mine, gradient, rate in zip(self._parts, parameter.grad.unbind(), learning_rates, strict=True):
                    if rate is not None:
                        mine[place].grad = gradient
                parameter.grad = None
        for optimizer, rate in zip(self._optimizers, learning_rates, strict=True):
            if rate is not None:
                optimizer.step(rate)

    def memory(self, member: int) -> list[Tensor]:
        """What the member's optimiser remembers, to be read or written in place."""
        return self._optimizers[member].memory

    def keep(self, members: Sequence[int], parameters: Iterable[Tensor]) -> None:
        """Goes on with these of the members, whose parameters now lie in other tensors of the same layout."""
        self._take(parameters, len(members))
        self._optimizers = [self._optimizers[member] for member in members]
        for optimizer, mine in zip(self._optimizers, self._parts, strict=True):
            optimizer.replace(mine)

    def _take(self, parameters: Iterable[Tensor], members: int) -> None:
        self._parameters = [parameter for parameter in parameters if parameter.requires_grad]
        parts = [parameter.detach().unbind() for parameter in self._parameters]
        self._parts = [[part[member] for part in parts] for member in range(members)]
