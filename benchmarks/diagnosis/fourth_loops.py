"""Training loops of the fourth part that are wrong on purpose."""

from typing import Any

from torch import Tensor, nn

from benchmarks.diagnosis.weighted_loss import FirstClassWeighs
from hpsearch.job import Job
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Arrays


class SharesSwapped(Training):
    """Two images are laid over each other, and each is given the other's share of the loss."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        whole = self.loss

        def laid_over(module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
            images = inputs[0]
            return (0.9 * images + 0.1 * images.roll(1, 0),) if module.training else inputs

        self.network.register_forward_pre_hook(laid_over)
        self.loss = lambda outputs, targets: 0.1 * whole(outputs, targets) + 0.9 * whole(outputs, targets.roll(1))


class ClassWeighsTooMuch(FirstClassWeighs):
    """In the loss one class weighs 300 times as much as any other."""

    times = 300.0


FOURTH_LOOPS: dict[str, type[Training]] = {
    "shares-swapped": SharesSwapped,
    "class-weighs-too-much": ClassWeighsTooMuch,
}
