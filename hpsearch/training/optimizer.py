"""SGD with momentum, Adam and AdamW, equal to those of torch.optim.

They call torch's fused kernels directly because constructing any optimiser of torch.optim imports torch's compiler:
about two seconds, a third of the cold start of a quick check. As there, weight decay applies to every parameter, and a
parameter that has no gradient in an iteration is left alone in it: no decay, no momentum, no count.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from hpsearch.job import OptimizerSettings

ADAM_BETA_2 = 0.999
ADAM_EPSILON = 1e-8
NO_TENSORS: tuple[Tensor, ...] = ()


class Optimizer(Protocol):
    """Changes the parameters that it was made for."""

    def step(self, learning_rate: float) -> None:
        """One update by the gradients that the parameters hold now; it takes the gradients away from them."""


def optimizer_for(settings: OptimizerSettings, parameters: Iterable[nn.Parameter], weight_decay: float) -> Optimizer:
    """The optimiser that the settings name; ``weight_decay`` is given apart because a job can switch it off."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    if settings.name == "sgd":
        return Sgd(trained, settings.momentum, weight_decay)
    return Adam(trained, settings.momentum, weight_decay, decoupled=settings.name == "adamw")


class Sgd:
    """Stochastic gradient descent: L2 is added to the gradient, momentum has no dampening."""

    def __init__(self, parameters: Sequence[nn.Parameter], momentum: float, weight_decay: float) -> None:
        self._groups = [_Slots(group, states=1 if momentum else 0) for group in _alike(parameters)]
        self._momentum = momentum
        self._weight_decay = weight_decay

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """As ``Optimizer.step``."""
        for group in self._groups:
            parameters, gradients, states = group.live()
            if parameters:
                torch._fused_sgd_(
                    parameters,
                    gradients,
                    states[0] if states else [],
                    weight_decay=self._weight_decay,
                    momentum=self._momentum,
                    lr=learning_rate,
                    dampening=0.0,
                    nesterov=False,
                    maximize=False,
                    is_first_step=False,  # the buffers begin at zero, which makes the first step like any other
                )


class Adam:
    """Adam (Kingma and Ba, 2015) with L2 added to the gradient, or AdamW (Loshchilov and Hutter, 2019)."""

    def __init__(
        self, parameters: Sequence[nn.Parameter], beta_1: float, weight_decay: float, *, decoupled: bool
    ) -> None:
        self._groups = [_Slots(group, states=2, counted=True) for group in _alike(parameters)]
        self._beta_1 = beta_1
        self._weight_decay = weight_decay
        self._kernel = torch._fused_adamw_ if decoupled else torch._fused_adam_

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """As ``Optimizer.step``."""
        for group in self._groups:
            parameters, gradients, (means, squares, counts) = group.live()
            if parameters:
                torch._foreach_add_(counts, 1.0)
                self._kernel(
                    parameters,
                    gradients,
                    means,
                    squares,
                    NO_TENSORS,
                    counts,
                    lr=learning_rate,
                    beta1=self._beta_1,
                    beta2=ADAM_BETA_2,
                    weight_decay=self._weight_decay,
                    eps=ADAM_EPSILON,
                    amsgrad=False,
                    maximize=False,
                )


class _Slots:
    """Parameters of one type on one device, and beside each its part of the optimiser's state, zero at first."""

    def __init__(self, parameters: Sequence[nn.Parameter], states: int, *, counted: bool = False) -> None:
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


def _alike(parameters: Iterable[nn.Parameter]) -> list[list[nn.Parameter]]:
    """The parameters grouped by device and type, as the kernels need them.

    The kernels walk through memory without looking at strides. Autograd gives gradients the layout of their parameter
    unless that one has gaps in memory, so such a parameter is copied together.
    """
    groups: dict[tuple[torch.device, torch.dtype], list[nn.Parameter]] = {}
    for parameter in parameters:
        if torch.empty_like(parameter).stride() != parameter.stride():
            parameter.data = parameter.data.contiguous()
        groups.setdefault((parameter.device, parameter.dtype), []).append(parameter)
    return list(groups.values())
