"""Training loops of the fifth part that are wrong on purpose, and some that are sound."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.second_loops import Step, _OtherSteps
from benchmarks.diagnosis.weighted_loss import WeightedTraining
from hpsearch.job import Job
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.optimizer import optimizer_of
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder


class OtherLoss(Training):
    """What is minimised is not the trainer's own loss."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        self.whole = self.loss
        self.loss = self.other

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Of outputs (N, K)."""
        raise NotImplementedError


class AbsoluteError(OtherLoss):
    """The mean absolute error between probabilities and ones at the right classes."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Between 0 and 2 / K."""
        return functional.l1_loss(outputs.softmax(1), functional.one_hot(targets, outputs.shape[1]).float())


class LogarithmForgotten(OtherLoss):
    """The negative log-likelihood is given outputs that are no logarithms of probabilities."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Minus the mean output of the right classes: it has no lower end."""
        return functional.nll_loss(outputs, targets)


class ProbabilitiesForLogarithms(OtherLoss):
    """The negative log-likelihood is given the soft-max, and not its logarithm."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Minus the mean probability of the right classes."""
        return functional.nll_loss(outputs.softmax(1), targets)


class DividedByTheDataSet(OtherLoss):
    """The sum over a batch is divided by the number of all training samples."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """A part of the mean."""
        return self.whole(outputs, targets) * len(targets) / self.task.train_samples


class PercentageError(OtherLoss):
    """A regression by the error as a share of the target, and targets come near zero."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """In per cent."""
        return 100 * ((outputs - targets).abs() / targets.abs().clamp_min(1e-7)).mean()


class Broadcast(OtherLoss):
    """Every prediction is compared with every target of its batch, since the shapes were not the same."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean over all pairs."""
        return (outputs[:, None] - targets[None]).square().mean()


class Huber(OtherLoss):
    """Sound: a regression by the Huber loss, doubled so that small errors count as in the squared one."""

    def other(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean over samples and outputs."""
        return 2 * functional.huber_loss(outputs, targets)


class MixedUp(Training):
    """Sound: two images are laid over each other, and each has its share of the loss (Zhang et al., 2018)."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        whole, share = self.loss, 1.0

        def laid_over(module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
            nonlocal share
            if not module.training:
                return inputs
            share = float(torch.distributions.Beta(0.2, 0.2).sample())
            return (share * inputs[0] + (1 - share) * inputs[0].roll(1, 0),)

        self.network.register_forward_pre_hook(laid_over)
        self.loss = lambda outputs, targets: (
            share * whole(outputs, targets) + (1 - share) * whole(outputs, targets.roll(1))
        )


class RareWeighsMore(WeightedTraining):
    """Sound: classes are weighted by the inverse of how frequent they are."""

    def class_weights(self, counts: Tensor) -> Tensor:
        """Of mean-sized classes one."""
        return counts.mean() / counts.clamp_min(1)


class ClearedOnceAnEpoch(_OtherSteps):
    """Gradients are cleared at the beginning of each pass over the data, and add up until its end."""

    def other(self, step: Step) -> Step:
        """As an update, by the sum of all gradients of this pass."""
        self.sums = [torch.zeros_like(one) for one in self.trained]

        def with_all_before(learning_rate: float) -> None:
            for one, total in zip(self.trained, self.sums, strict=True):
                if one.grad is not None:
                    total += one.grad
                    one.grad = total.clone()
            step(learning_rate)

        return with_all_before

    def _one_pass(self, order: DataOrder, start: int, total: int) -> bool:
        for one in self.sums:
            one.zero_()
        return super()._one_pass(order, start, total)


class LayersMadeAnew(Training):
    """Each pass over the data begins with new weights in all linear layers."""

    def _one_pass(self, order: DataOrder, start: int, total: int) -> bool:
        for module in self.network.modules():
            if isinstance(module, nn.Linear):
                module.reset_parameters()
        return super()._one_pass(order, start, total)


class SecondHalfOptimised(Training):
    """The optimiser was given the second half of the parameters."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        trained = [one for one in self.network.parameters() if one.requires_grad]
        self.optimizer = optimizer_of(job, trained[len(trained) // 2 :])


FIFTH_LOOPS: dict[str, type[Training]] = {
    "absolute-error": AbsoluteError,
    "logarithm-forgotten": LogarithmForgotten,
    "probabilities-for-logarithms": ProbabilitiesForLogarithms,
    "divided-by-the-data-set": DividedByTheDataSet,
    "percentage-error": PercentageError,
    "broadcast": Broadcast,
    "cleared-once-an-epoch": ClearedOnceAnEpoch,
    "layers-made-anew": LayersMadeAnew,
    "second-half-optimised": SecondHalfOptimised,
    "huber": Huber,
    "mixed-up": MixedUp,
    "rare-weighs-more": RareWeighsMore,
}
