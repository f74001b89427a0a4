"""What was seen inside the network of one trial, with what the rules read from it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from hpsearch.look import LayerLook, Look
from hpsearch.schedule import learning_rate_at
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialState

FEWEST_SAMPLES = 8
"""A look at a batch of fewer says nothing of what units do (heuristic)."""
SAMPLED = 64
"""Learning rates, or a few more, of a stretch of a schedule."""
WITH_WEIGHTS = ("Conv", "Linear", "Bilinear", "LazyConv", "LazyLinear", "Embedding")
"""Beginnings of the class names of layers that multiply by weights."""
DROPS = ("drop", "stochasticdepth")
"""In the class names of layers that drop what they get, in lower case."""
NORMS = frozenset(
    f"{kind}{axes}" for kind in ("BatchNorm", "InstanceNorm", "LazyBatchNorm") for axes in ("1d", "2d", "3d")
) | {"GroupNorm", "LayerNorm", "RMSNorm", "LocalResponseNorm", "batch_norm", "SyncBatchNorm"}
"""Class names of layers that take the scale away, and the name of such a function."""


@dataclass(frozen=True)
class Inside:
    """One trial that was looked into, whatever its budget and however it ended."""

    trial: FinishedTrial
    task: Task

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Those at batches that are large enough."""
        found = self.trial.result.looks
        return tuple(look for look in found if look.outputs is None or look.outputs.samples >= FEWEST_SAMPLES)

    @property
    def first(self) -> Look | None:
        """Before any update; None if the training went on from a checkpoint that had no looks."""
        return self.looks[0] if self.looks and self.looks[0].step == 0 else None

    @cached_property
    def later(self) -> tuple[Look, ...]:
        """Those after at least one update."""
        return tuple(look for look in self.looks if look.step > 0)

    @cached_property
    def updated(self) -> tuple[Look, ...]:
        """Those of the later ones whose iteration changed weights: in fp16 an update may be left out."""
        return tuple(filter(was_updated, self.later))

    @cached_property
    def every(self) -> tuple[Look, ...]:
        """All of them: weights and updates are what they are, however small the batch."""
        return self.trial.result.looks

    @property
    def last_loss(self) -> float:
        """Mean training loss of the last tenth of the iterations."""
        losses = self.trial.result.step_losses
        last = losses[-max(1, len(losses) // 10) :]
        return math.fsum(last) / len(last)

    @property
    def pretrained(self) -> bool:
        """Whether hpsearch has loaded weights of another training."""
        network = self.trial.job.network
        return network.library is not None or bool(network.parameters.get("pretrained"))

    @cached_property
    def late(self) -> tuple[Look, ...]:
        """The last two of these: what shows in both stays."""
        return self.later[-2:]

    @property
    def steps(self) -> int:
        """Iterations that were trained."""
        return len(self.trial.result.step_losses)

    @cached_property
    def planned(self) -> int:
        """Iterations that the learning rate was planned for."""
        budget, epochs = self.trial.job.budget, len(self.trial.result.epochs)
        if budget.epochs is None:
            return max(budget.steps or 0, self.steps, 1)
        return max(self.steps * budget.epochs // epochs if epochs else self.steps, self.steps, 1)

    def rate(self, step: int) -> float:
        """The learning rate of an iteration."""
        return learning_rate_at(self.trial.job.optimizer, min(step, self.planned - 1), self.planned)

    def rates(self, begin: int, end: int) -> float:
        """The sum of those from ``begin`` up to ``end``, from some of them."""
        every = max(1, (end - begin) // SAMPLED)
        chosen = [self.rate(step) for step in range(begin, end, every)]
        return math.fsum(chosen) * (end - begin) / len(chosen) if chosen else 0.0

    @property
    def ended(self) -> bool:
        """Whether it went to its end, or to where it was meant to stop."""
        return self.trial.result.state is not TrialState.FAILED

    def loss_at(self, look: Look) -> float:
        """The training loss of the iteration."""
        return self.trial.result.step_losses[look.step]

    def same(self, looks: Sequence[Look]) -> Iterator[tuple[LayerLook, ...]]:
        """Each layer of the first of the looks with itself in the others; a layer that is missing there is left out."""
        tables = [_by_name(look) for look in looks]
        for key in tables[0] if tables else ():
            if all(key in table for table in tables):
                yield tuple(table[key] for table in tables)


def drops(layer: LayerLook) -> bool:
    """Whether a layer drops by chance what it gets, by the name of its kind: of units, blocks, or whole samples."""
    return any(word in layer.kind.lower() for word in DROPS)


def was_updated(look: Look) -> bool:
    """Whether the iteration changed weights."""
    return any(layer.update_norm is not None for layer in look.layers)


def relative(norm: float | None, layer: LayerLook) -> float | None:
    """In units of the norm of the layer's weights; None where there is neither."""
    if norm is None or not layer.weight_norm:
        return None
    return norm / layer.weight_norm


def _by_name(look: Look) -> dict[tuple[str, int], LayerLook]:
    """The second of two calls of a layer has the number 1."""
    found: dict[tuple[str, int], LayerLook] = {}
    for layer in look.layers:
        number = 0
        while (layer.name, number) in found:
            number += 1
        found[layer.name, number] = layer
    return found
