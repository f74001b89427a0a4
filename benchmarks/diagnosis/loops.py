"""Training loops that are wrong on purpose, in place of the trainer's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from benchmarks.diagnosis.fifth_loops import FIFTH_LOOPS
from benchmarks.diagnosis.fourth_loops import FOURTH_LOOPS
from benchmarks.diagnosis.reordered import LabelledOrder, ReorderedTraining
from benchmarks.diagnosis.second_loops import SECOND_LOOPS
from benchmarks.diagnosis.sixth_loops import SIXTH_LOOPS
from benchmarks.diagnosis.third_loops import THIRD_LOOPS
from hpsearch.job import Job
from hpsearch.training import member
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.optimizer import optimizer_of
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder


class SortedOrder(LabelledOrder):
    """Batches of one class after the other, in every pass."""

    def whole_pass(self) -> Tensor:
        """As ``DataOrder``, sorted by class."""
        shuffled = super().whole_pass()
        return shuffled[torch.argsort(self.labels[shuffled], stable=True)]


class SortedTraining(ReorderedTraining):
    """Samples are read class by class."""

    order_kind = SortedOrder


class PartialTraining(Training):
    """The optimiser was given the last layer and nothing else."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        trained = [one for one in self.network.parameters() if one.requires_grad]
        self.optimizer = optimizer_of(job, trained[-2:])


class HeadlessTraining(Training):
    """The optimiser was given all but the last layer."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        trained = [one for one in self.network.parameters() if one.requires_grad]
        self.optimizer = optimizer_of(job, trained[:-2])


class AccumulatingTraining(Training):
    """Gradients are never cleared: each update goes by the sum of all so far."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        trained = [one for one in self.network.parameters() if one.requires_grad]
        step, sums = self.optimizer.step, [torch.zeros_like(one) for one in trained]

        def with_all_before(learning_rate: float) -> None:
            for one, total in zip(trained, sums, strict=True):
                if one.grad is not None:
                    total += one.grad
                    one.grad = total.clone()
            step(learning_rate)

        self.optimizer.step = with_all_before  # type: ignore[method-assign]


class AscendingTraining(Training):
    """The loss has the wrong sign: the weights go up its gradient."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        step = self.optimizer.step

        def upwards(learning_rate: float) -> None:
            step(-learning_rate)

        self.optimizer.step = upwards  # type: ignore[method-assign]


class RestartingTraining(Training):
    """Every pass over the data begins with the first weights again."""

    def _one_pass(self, order: DataOrder, start: int, total: int) -> bool:
        if start == 0:
            self._first = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.network.load_state_dict(self._first)
        return super()._one_pass(order, start, total)


LOOPS: dict[str, type[Training]] = {
    "": Training,
    "sorted": SortedTraining,
    "head-only": PartialTraining,
    "headless": HeadlessTraining,
    "accumulating": AccumulatingTraining,
    "ascending": AscendingTraining,
    "restarting": RestartingTraining,
}


@contextmanager
def training_with(loop: str) -> Iterator[None]:
    """While it is open, members are trained by the loop of that name."""
    whole = member.Training
    loops = {**LOOPS, **SECOND_LOOPS, **THIRD_LOOPS, **FOURTH_LOOPS, **FIFTH_LOOPS, **SIXTH_LOOPS}
    member.Training = loops[loop]  # type: ignore[misc]
    try:
        yield
    finally:
        member.Training = whole  # type: ignore[misc]
