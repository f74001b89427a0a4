"""Parameters beside what an optimiser remembers of each."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor


class Slots:
    """Parameters of one type on one device, and beside each its part of the optimiser's state, zero at first."""

    def __init__(self, parameters: Sequence[Tensor], states: int, *, counted: bool = False) -> None:
        self._parameters: list[Tensor] = list(parameters)
        self._states = [[torch.zeros_like(parameter) for parameter in parameters] for _ in range(states)]
        if counted:
            self._states.append([torch.zeros((), device=parameter.device) for parameter in parameters])

    def live(self) -> tuple[list[Tensor], list[Tensor], list[list[Tensor]]]:
        """The parameters that have a gradient, these gradients, and their states; the gradients are taken away."""
        gradients = [parameter.grad for parameter in self._parameters]
        for parameter in self._parameters:
            parameter.grad = None
        present = [gradient for gradient in gradients if gradient is not None]
        if len(present) == len(gradients):
            return self._parameters, present, self._states
        live = [index for index, gradient in enumerate(gradients) if gradient is not None]
        return (
            [self._parameters[index] for index in live],
            present,
            [[state[index] for index in live] for state in self._states],
        )

    @property
    def gradients(self) -> list[Tensor]:
        """Those that there are, where they lie."""
        return [parameter.grad for parameter in self._parameters if parameter.grad is not None]

    @property
    def memory(self) -> list[Tensor]:
        """All states one after the other, to be read or written in place."""
        return [one for state in self._states for one in state]

    def replace(self, parameters: Sequence[Tensor]) -> None:
        """Goes on with other tensors of the same values and layout, in the same order."""
        self._parameters = list(parameters)


def alike(parameters: Iterable[Tensor]) -> list[list[Tensor]]:
    """The parameters grouped by device and type, as the kernels need them.

    The kernels walk through memory without looking at strides. Autograd gives gradients the layout of their parameter
    unless that one has gaps in memory, so such a parameter is copied together.
    """
    groups: dict[tuple[torch.device, torch.dtype], list[Tensor]] = {}
    for parameter in parameters:
        if torch.empty_like(parameter).stride() != parameter.stride():
            parameter.data = parameter.data.contiguous()
        groups.setdefault((parameter.device, parameter.dtype), []).append(parameter)
    return list(groups.values())
