"""The update rules of the optimisers, equal to those of torch.optim.

They call torch's kernels directly because constructing any optimiser of torch.optim imports torch's compiler: about
two seconds, a third of the cold start of a quick check. As there, weight decay applies to every parameter, and a
parameter that has no gradient in an iteration is left alone in it: no decay, no momentum, no count.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hpsearch.training.slots import Slots

ADAM_BETA_2 = 0.999
ADAM_EPSILON = 1e-8
RMSPROP_DECAY = 0.99
RMSPROP_EPSILON = 1e-8
ADAGRAD_EPSILON = 1e-10
NO_TENSORS: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Rule(ABC):
    """How parameters of one type change with their gradients; what it remembers of each lies in ``Slots``."""

    momentum: float
    """Of SGD and RMSprop; the first moment's decay rate (beta 1) of Adam and AdamW."""
    weight_decay: float

    @abstractmethod
    def slots(self, parameters: Sequence[Tensor]) -> Slots:
        """What the rule remembers of these parameters."""

    @abstractmethod
    def update(
        self, parameters: list[Tensor], gradients: list[Tensor], states: list[list[Tensor]], learning_rate: float
    ) -> None:
        """One update in place; gradients and states may be changed too. Called without autograd."""

    def decayed(self, parameters: list[Tensor], gradients: list[Tensor]) -> list[Tensor]:
        """The gradients with L2 added."""
        if self.weight_decay:
            torch._foreach_add_(gradients, parameters, alpha=self.weight_decay)
        return gradients


@dataclass(frozen=True)
class Sgd(Rule):
    """Stochastic gradient descent: L2 is added to the gradient, momentum has no dampening."""

    nesterov: bool = False

    def slots(self, parameters: Sequence[Tensor]) -> Slots:
        """As ``Rule.slots``."""
        return Slots(parameters, states=1 if self.momentum else 0)

    def update(
        self, parameters: list[Tensor], gradients: list[Tensor], states: list[list[Tensor]], learning_rate: float
    ) -> None:
        """As ``Rule.update``."""
        torch._fused_sgd_(
            parameters,
            gradients,
            states[0] if states else [],
            weight_decay=self.weight_decay,
            momentum=self.momentum,
            lr=learning_rate,
            dampening=0.0,
            nesterov=self.nesterov and self.momentum > 0,
            maximize=False,
            is_first_step=False,  # the buffers begin at zero, which makes the first step like any other
        )


@dataclass(frozen=True)
class Adam(Rule):
    """Adam (Kingma and Ba, 2015) with L2 added to the gradient, or AdamW (Loshchilov and Hutter, 2019)."""

    decoupled: bool = False

    def slots(self, parameters: Sequence[Tensor]) -> Slots:
        """As ``Rule.slots``."""
        return Slots(parameters, states=2, counted=True)

    def update(
        self, parameters: list[Tensor], gradients: list[Tensor], states: list[list[Tensor]], learning_rate: float
    ) -> None:
        """As ``Rule.update``."""
        means, squares, counts = states
        torch._foreach_add_(counts, 1.0)
        kernel = torch._fused_adamw_ if self.decoupled else torch._fused_adam_
        kernel(
            parameters,
            gradients,
            means,
            squares,
            NO_TENSORS,
            counts,
            lr=learning_rate,
            beta1=self.momentum,
            beta2=ADAM_BETA_2,
            weight_decay=self.weight_decay,
            eps=ADAM_EPSILON,
            amsgrad=False,
            maximize=False,
        )


@dataclass(frozen=True)
class RmsProp(Rule):
    """RMSprop (Tieleman and Hinton, 2012), not centred; its momentum is that of the scaled gradients."""

    def slots(self, parameters: Sequence[Tensor]) -> Slots:
        """As ``Rule.slots``."""
        return Slots(parameters, states=2 if self.momentum else 1)

    def update(
        self, parameters: list[Tensor], gradients: list[Tensor], states: list[list[Tensor]], learning_rate: float
    ) -> None:
        """As ``Rule.update``."""
        gradients = self.decayed(parameters, gradients)
        squares = states[0]
        torch._foreach_mul_(squares, RMSPROP_DECAY)
        torch._foreach_addcmul_(squares, gradients, gradients, value=1 - RMSPROP_DECAY)
        scales = torch._foreach_sqrt(squares)  # noqa: SLF001  (it has no public name)
        torch._foreach_add_(scales, RMSPROP_EPSILON)
        if self.momentum:
            torch._foreach_mul_(states[1], self.momentum)
            torch._foreach_addcdiv_(states[1], gradients, scales)
            torch._foreach_add_(parameters, states[1], alpha=-learning_rate)
        else:
            torch._foreach_addcdiv_(parameters, gradients, scales, value=-learning_rate)


@dataclass(frozen=True)
class Adagrad(Rule):
    """Adagrad (Duchi, Hazan and Singer, 2011) without a decay of its own; it has no momentum."""

    def slots(self, parameters: Sequence[Tensor]) -> Slots:
        """As ``Rule.slots``."""
        return Slots(parameters, states=1)

    def update(
        self, parameters: list[Tensor], gradients: list[Tensor], states: list[list[Tensor]], learning_rate: float
    ) -> None:
        """As ``Rule.update``."""
        gradients = self.decayed(parameters, gradients)
        torch._foreach_addcmul_(states[0], gradients, gradients)
        scales = torch._foreach_sqrt(states[0])  # noqa: SLF001
        torch._foreach_add_(scales, ADAGRAD_EPSILON)
        torch._foreach_addcdiv_(parameters, gradients, scales, value=-learning_rate)


def rule_for(name: str, momentum: float, weight_decay: float, *, nesterov: bool) -> Rule:
    """The rule of an optimiser's name."""
    match name:
        case "sgd":
            return Sgd(momentum, weight_decay, nesterov)
        case "adam" | "adamw":
            return Adam(momentum, weight_decay, decoupled=name == "adamw")
        case "rmsprop":
            return RmsProp(momentum, weight_decay)
        case "adagrad":
            return Adagrad(momentum, weight_decay)
    raise ValueError(f"there is no optimiser {name!r}; the definition should have refused it")
