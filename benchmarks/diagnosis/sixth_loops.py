"""Training loops of the sixth part that are wrong on purpose, and some that are sound."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.fifth_loops import OtherLoss
from benchmarks.diagnosis.reordered import LabelledOrder, ReorderedTraining
from benchmarks.diagnosis.second_loops import Step, _OtherSteps
from hpsearch.job import Job
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder

DEBUGGED = 40
"""Samples that a debugging session left."""


class _ByTurns(LabelledOrder):
    """One half of the classes in a pass, and the other half in the next."""

    passes = 0

    def whole_pass(self) -> Tensor:
        """Indices (N,), those of some classes more than once."""
        drawn = super().whole_pass()
        self.passes += 1
        middle = (int(self.labels.max()) + 1) // 2
        chosen = drawn[(self.labels[drawn] < middle) == bool(self.passes % 2)]
        return chosen[torch.arange(self.samples) % len(chosen)]


class ClassesByTurns(ReorderedTraining):
    """Files of different classes are gone through in different epochs."""

    order_kind = _ByTurns


class _FirstFew(LabelledOrder):
    """The first samples, again and again, in a new order each time."""

    def whole_pass(self) -> Tensor:
        """Indices (N,), each many times."""
        order = super().whole_pass()
        return self._chosen[:DEBUGGED][order % DEBUGGED]


class DebugSubset(ReorderedTraining):
    """The loader still draws from the few samples that the loop was tried with."""

    order_kind = _FirstFew


class _Evenly(LabelledOrder):
    """Each class as often as each other."""

    def whole_pass(self) -> Tensor:
        """Indices (N,), drawn with replacement."""
        weights = 1 / torch.bincount(self.labels[self._chosen]).float().clamp_min(1)
        drawn = torch.multinomial(
            weights[self.labels[self._chosen]], self.samples, replacement=True, generator=self._generator
        )
        return self._chosen[drawn]


class DrawnEvenly(ReorderedTraining):
    """Sound: a sampler draws rare classes as often as others."""

    order_kind = _Evenly


class MaskInverted(OtherLoss):
    """Samples that are right already are learned from, in place of those that are not."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean over right samples."""
        right = (outputs.argmax(dim=1) == targets).float()
        losses = functional.cross_entropy(outputs, targets, reduction="none")
        return (losses * right).sum() / right.sum().clamp_min(1)


class OwnAnswers(OtherLoss):
    """What the network predicts is given to the loss for the labels."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:  # noqa: ARG002
        """Of outputs (N, K)."""
        return self.whole(outputs, outputs.argmax(dim=1))


class Focal(OtherLoss):
    """Sound: the focal loss with an exponent of 1 (Lin et al., 2017)."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean over samples, those that are sure weighing less."""
        losses = functional.cross_entropy(outputs, targets, reduction="none")
        return ((1 - (-losses).exp()) * losses).mean()


class AverageWrittenBack(_OtherSteps):
    """The average of the weights is written over them after each update."""

    def other(self, step: Step) -> Step:
        """A two-hundredth of an update."""

        @torch.no_grad()
        def averaged(learning_rate: float) -> None:
            before = [one.detach().clone() for one in self.trained]
            step(learning_rate)
            for one, old in zip(self.trained, before, strict=True):
                one.lerp_(old, 0.995)

        return averaged


class HalfWayBack(Training):
    """Before each pass the weights are averaged with those of the beginning."""

    def _one_pass(self, order: DataOrder, start: int, total: int) -> bool:
        with torch.no_grad():
            if start == 0:
                self._first = [one.detach().clone() for one in self.network.parameters()]
            for one, first in zip(self.network.parameters(), self._first, strict=True):
                one.lerp_(first, 0.6)
        return super()._one_pass(order, start, total)


class Cut(Training):
    """Sound: a part of each training image is that of another, and so is its share of the loss (Yun et al., 2019)."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        whole, share = self.loss, 0.0

        def pasted(module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
            nonlocal share
            if not module.training:
                return inputs
            images, share = inputs[0].clone(), 0.0
            if float(torch.rand(())) < 0.5:
                height, width = images.shape[2] // 3, images.shape[3] // 3
                row, column = (int(torch.randint(2 * size + 1, ())) for size in (height, width))
                images[:, :, row : row + height, column : column + width] = images.roll(1, 0)[
                    :, :, row : row + height, column : column + width
                ]
                share = height * width / (images.shape[2] * images.shape[3])
            return (images,)

        self.network.register_forward_pre_hook(pasted)
        self.loss = lambda outputs, targets: (
            (1 - share) * whole(outputs, targets) + share * whole(outputs, targets.roll(1))
        )


SIXTH_LOOPS: dict[str, type[Training]] = {
    "classes-by-turns": ClassesByTurns,
    "debug-subset": DebugSubset,
    "mask-inverted": MaskInverted,
    "own-answers": OwnAnswers,
    "average-written-back": AverageWrittenBack,
    "half-way-back": HalfWayBack,
    "drawn-evenly": DrawnEvenly,
    "focal": Focal,
    "cut-and-pasted": Cut,
}
