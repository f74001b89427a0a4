"""Training loops of the second held-out part that are wrong on purpose."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from benchmarks.diagnosis.reordered import LabelledOrder, ReorderedTraining
from benchmarks.diagnosis.weighted_loss import FirstClassWeighs
from hpsearch.job import Job
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Arrays

Step = Callable[[float], None]
"""An update with a learning rate."""


class _OtherSteps(Training):
    """Its updates are not those of the optimiser alone."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        self.optimizer.step = self.other(self.optimizer.step)  # type: ignore[assignment, method-assign]

    @property
    def trained(self) -> list[Tensor]:
        """The parameters that learn."""
        return [one for one in self.network.parameters() if one.requires_grad]

    def other(self, step: Step) -> Step:
        """What is done in place of an update."""
        raise NotImplementedError

    def times(self, factor: float) -> None:
        """Multiplies all gradients."""
        for one in self.trained:
            if one.grad is not None:
                one.grad.mul_(factor)


class AveragedTwice(_OtherSteps):
    """The mean over the batch is divided by the size of the batch once more."""

    def other(self, step: Step) -> Step:
        """As an update, with gradients that are too small."""

        def smaller(learning_rate: float) -> None:
            self.times(1 / self.job.batch_size)
            step(learning_rate)

        return smaller


class ScaleKept(_OtherSteps):
    """The loss is multiplied for half precision, and its gradients are never divided again."""

    def other(self, step: Step) -> Step:
        """As an update, with gradients that are too large."""

        def larger(learning_rate: float) -> None:
            self.times(1024.0)
            step(learning_rate)

        return larger


class RareSteps(_OtherSteps):
    """Only every fiftieth batch changes the weights."""

    def other(self, step: Step) -> Step:
        """An update now and then; the gradients of the other batches are thrown away."""
        count = 0

        def rarely(learning_rate: float) -> None:
            nonlocal count
            count += 1
            if count % 50 == 0:
                step(learning_rate)
            else:
                _clear(self.trained)

        return rarely


class StepForgotten(_OtherSteps):
    """Gradients are computed and cleared, and nothing is done with them."""

    def other(self, step: Step) -> Step:  # noqa: ARG002
        """No update."""

        def nothing(learning_rate: float) -> None:  # noqa: ARG001
            _clear(self.trained)

        return nothing


class HeadUphill(_OtherSteps):
    """The gradient of the last layer has the wrong sign."""

    def other(self, step: Step) -> Step:
        """As an update, but for two parameters."""

        def partly_uphill(learning_rate: float) -> None:
            for one in self.trained[-2:]:
                if one.grad is not None:
                    one.grad.neg_()
            step(learning_rate)

        return partly_uphill


class NoisyGradients(_OtherSteps):
    """Noise fifteen times as large as the gradient is added to it."""

    def other(self, step: Step) -> Step:
        """As an update, with noise."""

        def noisy(learning_rate: float) -> None:
            for one in self.trained:
                if one.grad is not None:
                    noise = torch.randn_like(one.grad)
                    one.grad.add_(noise * (15 * one.grad.norm() / noise.norm()))
            step(learning_rate)

        return noisy


class _OneBatch(LabelledOrder):
    """The first batch of the first order, again and again."""

    def whole_pass(self) -> Tensor:
        """Indices (N,), those of the first batch many times."""
        return self._chosen[torch.arange(self.samples) % self.sizes[0]]


class OneBatchTraining(ReorderedTraining):
    """The loader gives the same batch for ever."""

    order_kind = _OneBatch


class _WithoutAClass(LabelledOrder):
    """Samples of the first class are never drawn, others more than once instead."""

    def whole_pass(self) -> Tensor:
        """Indices (N,), none of the first class."""
        drawn = super().whole_pass()
        others = drawn[self.labels[drawn] != 0]
        return others[torch.arange(self.samples) % len(others)]


class ClassNeverDrawn(ReorderedTraining):
    """The sampler leaves out a class."""

    order_kind = _WithoutAClass


class ClassWeighsNothing(FirstClassWeighs):
    """In the loss one class has the weight 0."""

    times = 0.0


class LabelsOfTheBatchBefore(Training):
    """The loss is given the labels of the batch before."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        whole, before = self.loss, torch.zeros(0, dtype=torch.int64)

        def late(outputs: Tensor, targets: Tensor) -> Tensor:
            nonlocal before
            given = before if len(before) == len(targets) else targets.roll(1)
            before = targets
            return whole(outputs, given)

        self.loss = late


def _clear(parameters: list[Tensor]) -> None:
    for one in parameters:
        one.grad = None


SECOND_LOOPS: dict[str, type[Training]] = {
    "averaged-twice": AveragedTwice,
    "scale-kept": ScaleKept,
    "rare-steps": RareSteps,
    "step-forgotten": StepForgotten,
    "head-uphill": HeadUphill,
    "noisy-gradients": NoisyGradients,
    "one-batch": OneBatchTraining,
    "class-never-drawn": ClassNeverDrawn,
    "class-weighs-nothing": ClassWeighsNothing,
    "labels-of-the-batch-before": LabelsOfTheBatchBefore,
}
