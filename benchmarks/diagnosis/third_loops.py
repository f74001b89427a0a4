"""Training loops of the third part that are wrong on purpose."""

from typing import Any

import torch
from torch import Tensor

from benchmarks.diagnosis.second_faults import NORMS
from benchmarks.diagnosis.second_loops import Step, _OtherSteps
from benchmarks.diagnosis.weighted_loss import WeightedTraining
from hpsearch.job import Job
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.optimizer import optimizer_of
from hpsearch.training.samples.arrays import Arrays


class ImpatientPlateau(_OtherSteps):
    """The rate is halved after each batch whose loss is not the lowest so far."""

    def other(self, step: Step) -> Step:
        """As an update, with a rate that is soon nothing."""
        whole, best, factor = self.loss, float("inf"), 1.0

        def watched(outputs: Tensor, targets: Tensor) -> Tensor:
            nonlocal best, factor
            loss = whole(outputs, targets)
            now = float(loss.detach())
            factor = factor if now < best else factor / 2
            best = min(best, now)
            return loss

        self.loss = watched
        return lambda learning_rate: step(learning_rate * factor)


class Thousandfold(_OtherSteps):
    """The gradient of the last layer is a thousand times too large."""

    def other(self, step: Step) -> Step:
        """As an update, with two gradients changed."""

        def loud(learning_rate: float) -> None:
            for one in self.trained[-2:]:
                if one.grad is not None:
                    one.grad.mul_(1000.0)
            step(learning_rate)

        return loud


class ClippedByValue(_OtherSteps):
    """No entry of a gradient may be larger than 0.00003."""

    def other(self, step: Step) -> Step:
        """As an update, with next to no gradient."""

        def clipped(learning_rate: float) -> None:
            for one in self.trained:
                if one.grad is not None:
                    one.grad.clamp_(-3e-5, 3e-5)
            step(learning_rate)

        return clipped


class NormsDecay(_OtherSteps):
    """Scales and shifts of norms decay, and ten thousand times as strongly as weights do."""

    def other(self, step: Step) -> Step:
        """As an update, with decay."""
        norms = [module for module in self.network.modules() if isinstance(module, NORMS)]
        decaying = [one for module in norms for one in module.parameters()]

        def decayed(learning_rate: float) -> None:
            for one in decaying:
                if one.grad is not None:
                    one.grad.add_(one.detach(), alpha=2.0)
            step(learning_rate)

        return decayed


class RoundedAway(_OtherSteps):
    """Weights are kept as whole sixteenths: smaller updates are lost."""

    def other(self, step: Step) -> Step:
        """An update, and rounding."""

        def rounded(learning_rate: float) -> None:
            step(learning_rate)
            with torch.no_grad():
                for one in self.trained:
                    one.copy_((one * 16).round() / 16)

        return rounded


class ConvolutionsAtZero(Training):
    """Rates are given by groups, and that of the convolutions is zero."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        others = [one for one in self.network.parameters() if one.requires_grad and one.dim() != 4]
        self.optimizer = optimizer_of(job, others)


class FrequentWeighsMore(WeightedTraining):
    """Classes are weighted by the square of how frequent they are, in place of its inverse."""

    def class_weights(self, counts: Tensor) -> Tensor:
        """Of mean-sized classes one."""
        return (counts / counts.mean()) ** 2


class LossSummed(Training):
    """The losses of a batch are summed."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        mean = self.loss
        self.loss = lambda outputs, targets: mean(outputs, targets) * len(targets)


THIRD_LOOPS: dict[str, type[Training]] = {
    "impatient-plateau": ImpatientPlateau,
    "thousandfold": Thousandfold,
    "clipped-by-value": ClippedByValue,
    "norms-decay": NormsDecay,
    "rounded-away": RoundedAway,
    "convolutions-at-zero": ConvolutionsAtZero,
    "frequent-weighs-more": FrequentWeighsMore,
    "loss-summed": LossSummed,
}
