"""Training loops that see the samples in another order than a shuffled one."""

from typing import Any, ClassVar

from torch import Tensor

from hpsearch.job import Job
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder


class LabelledOrder(DataOrder):
    """An order that knows the classes."""

    labels: Tensor
    """Of all training samples."""


class ReorderedTraining(Training):
    """A training with an order of its own."""

    order_kind: ClassVar[type[LabelledOrder]]

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        order = self.order_kind(job.order_seed, self.task.train_samples, job.budget.samples, job.batch_size)
        order.labels = arrays.train.targets
        self.order = order
