"""Training loops whose loss weighs the classes wrongly."""

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from hpsearch.job import Job
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Arrays


class WeightedTraining(Training):
    """The mean of the cross-entropy with a weight for each class."""

    def __init__(self, job: Job, arrays: Arrays, curves: Curves, *more: Any) -> None:
        super().__init__(job, arrays, curves, *more)
        counts = torch.bincount(arrays.train.targets, minlength=self.task.outputs).float()
        weights = self.class_weights(counts)

        def weighted(outputs: Tensor, targets: Tensor) -> Tensor:
            return functional.cross_entropy(outputs, targets, weights)

        self.loss = weighted

    @abstractmethod
    def class_weights(self, counts: Tensor) -> Tensor:
        """(classes,), from how many training samples (classes,) each has."""


class FirstClassWeighs(WeightedTraining):
    """The first class weighs so many times as much as any other."""

    times: float

    def class_weights(self, counts: Tensor) -> Tensor:
        """One, but for the first."""
        weights = torch.ones_like(counts)
        weights[0] = self.times
        return weights
