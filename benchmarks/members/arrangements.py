"""Ways to train K members, all with the same hand-written SGD with momentum."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from benchmarks.members.cases import OUTPUTS, Case
from hpsearch.training.stacked import stack

FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}
RATE, MOMENTUM = 0.01, 0.9


@dataclass(frozen=True)
class Setting:
    """What all arrangements have in common."""

    device: torch.device
    batch_size: int
    autocast: bool

    def context(self) -> Any:
        """Of a forward pass."""
        if not self.autocast:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def batch(self, case: Case, memory_format: torch.memory_format) -> tuple[Tensor, Tensor]:
        """Images and classes."""
        generator = torch.Generator().manual_seed(0)
        images = torch.randn(self.batch_size, case.channels, case.side, case.side, generator=generator)
        targets = torch.randint(OUTPUTS, (self.batch_size,), generator=generator)
        if memory_format == torch.channels_last:  # also in memory where there is one channel
            images = images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
        return images.to(self.device), targets.to(self.device)


class Momentum:
    """SGD with momentum on a list of tensors."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self._parameters = list(parameters)
        self._velocities = [torch.zeros_like(one) for one in self._parameters]

    @torch.no_grad()
    def step(self) -> None:
        """One update; the gradients are gone afterwards."""
        gradients = [one.grad for one in self._parameters]
        torch._foreach_mul_(self._velocities, MOMENTUM)
        torch._foreach_add_(self._velocities, gradients)
        torch._foreach_add_(self._parameters, self._velocities, alpha=-RATE)
        for one in self._parameters:
            one.grad = None


def alone(case: Case, setting: Setting, memory_format: torch.memory_format) -> Callable[[], None]:
    """A step of one member."""
    images, targets = setting.batch(case, memory_format)
    network: nn.Module = case.build(0).to(setting.device).to(memory_format=memory_format)  # type: ignore[call-overload]
    optimizer = Momentum(list(network.parameters()))

    def step() -> None:
        with setting.context():
            loss = cross_entropy(network(images), targets)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def stacked(case: Case, setting: Setting, memory_format: torch.memory_format, members: int) -> Callable[[], None]:
    """A step of all members at once."""
    images, targets = setting.batch(case, memory_format)
    networks = [case.build(member).to(setting.device) for member in range(members)]
    generators = [torch.Generator(setting.device).manual_seed(member) for member in range(members)]
    together = stack(networks, generators, memory_format=memory_format, images=images)
    del networks
    optimizer = Momentum([one for one in together.parameters.values() if one.requires_grad])
    classes = targets.repeat(members)

    def step() -> None:
        with setting.context():
            logits = together(images).logits
            losses = cross_entropy(logits.flatten(0, 1), classes, reduction="none").view(members, -1).mean(1)
        losses.sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step
