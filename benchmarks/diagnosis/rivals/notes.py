"""What TheDeepChecker looks at while it watches a network being fitted to one batch."""

import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from benchmarks.diagnosis.rivals.record import Traces

BUFFER = 10
"""Activations are those of so many updates."""
TINY, OFTEN = 1e-5, 0.95
"""A weight that small is dead; so is a unit that is that small for so many of its values."""
SATURATED, BINS = 0.85, 50
"""Above this index of Rakitianskaia and Engelbrecht (2015) a unit is saturated."""
ACTIVATIONS = ("ReLU", "Sigmoid", "Tanh")


@dataclass
class Notes:
    """Lists that become traces."""

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    weights: dict[str, list[float]] = field(default_factory=dict)
    biases: dict[str, list[float]] = field(default_factory=dict)
    gradients: dict[str, list[float]] = field(default_factory=dict)
    updates: dict[str, list[float | None]] = field(default_factory=dict)
    decays: dict[str, list[float]] = field(default_factory=dict)
    negative: dict[str, list[float]] = field(default_factory=dict)
    tiny: dict[str, list[float]] = field(default_factory=dict)
    stds: dict[str, list[float]] = field(default_factory=dict)
    dead: dict[str, list[float]] = field(default_factory=dict)
    saturated: dict[str, list[float]] = field(default_factory=dict)
    vary: list[bool] = field(default_factory=list)
    finite: bool = True
    _last: dict[str, deque[Tensor]] = field(default_factory=dict)
    """Outputs of each activation in the last updates; of one that is called again in a pass, each call apart."""
    _calls: Counter[str] = field(default_factory=Counter)
    """Of each activation in this pass."""
    _kinds: dict[str, str] = field(default_factory=dict)
    _before: dict[str, Tensor] = field(default_factory=dict)

    def see(self, decay: float) -> Callable[[nn.Module], None]:
        """What is to be shown the network before each update."""

        def look(network: nn.Module) -> None:
            if not self.weights:
                self._listen(network)
            self._calls.clear()
            for name, parameter in network.named_parameters():
                if parameter.ndim > 1:
                    self._see_weight(name, parameter, decay)
                elif name.endswith("bias"):
                    self.biases.setdefault(name, []).append(float(parameter.detach().abs().mean()))

        return look

    def look(self, network: nn.Module) -> None:
        """At the shape of weights and activations."""
        for name, parameter in network.named_parameters():
            if parameter.ndim > 1:
                now = parameter.detach()
                self.negative.setdefault(name, []).append(float((now < 0).float().mean()))
                self.tiny.setdefault(name, []).append(float((now.abs() < TINY).float().mean()))
        for name, seen in self._last.items():
            if not seen:
                continue
            values = torch.cat(list(seen)).transpose(0, 1).flatten(1)  # (units, values)
            self.stds.setdefault(name, []).append(float(values.std(correction=0)))
            if self._kinds[name] == "ReLU":
                small = (values.abs() < TINY).float().mean(1)
                self.dead.setdefault(name, []).append(float((small >= OFTEN).float().mean()))
            else:
                share = float((_saturation(values) > SATURATED).float().mean())
                self.saturated.setdefault(name, []).append(share)

    def traces(self) -> Traces:
        """All of it."""
        return Traces(
            tuple(self.losses),
            tuple(self.accuracies),
            self.weights,
            self.biases,
            self.gradients,
            self.updates,
            self.decays,
            self.negative,
            self.tiny,
            self.stds,
            self.dead,
            self.saturated,
            tuple(self.vary),
            self.finite,
        )

    def _listen(self, network: nn.Module) -> None:
        for name, module in network.named_modules():
            if type(module).__name__ in ACTIVATIONS:
                module.register_forward_hook(
                    lambda module, _, outputs, name=name: self._hear(name, type(module).__name__, outputs)
                )

    def _hear(self, name: str, kind: str, outputs: Tensor) -> None:
        """One call of an activation; the outputs of other calls have other shapes, and are another layer's."""
        self._calls[name] += 1
        if self._calls[name] > 1:
            name = f"{name}, call {self._calls[name]}"
        self._kinds[name] = kind
        self._last.setdefault(name, deque(maxlen=BUFFER)).append(outputs.detach().clone())

    def _see_weight(self, name: str, parameter: Tensor, decay: float) -> None:
        """What the update before this one did is told with this one."""
        now = parameter.detach()
        self.weights.setdefault(name, []).append(float(now.abs().mean()))
        if name in self._before:
            before = self._before[name]
            moved, scale = float((now - before).abs().mean()), float(before.abs().mean())
            told = None if scale == 0 else (math.log10(moved / scale) if moved > 0 else 0.0)
            self.updates.setdefault(name, []).append(told)
        self._before[name] = now.clone()
        if parameter.grad is not None:
            self.gradients.setdefault(name, []).append(float(parameter.grad.abs().mean()))
            self.decays.setdefault(name, []).append(float(decay * now.norm() / (parameter.grad.norm() + 1e-16)))


def _saturation(values: Tensor) -> Tensor:
    """How near to 0 and 1 each unit's values (units, values) are: the mean over bins, each by how many it holds."""
    bins = (values * BINS).long().clamp(0, BINS - 1)
    counts = torch.zeros(len(values), BINS).scatter_add(1, bins, torch.ones_like(values))
    sums = torch.zeros(len(values), BINS).scatter_add(1, bins, values)
    means = sums / counts.clamp(min=1)
    return ((2 * means - 1).abs() * counts).sum(1) / counts.sum(1)
