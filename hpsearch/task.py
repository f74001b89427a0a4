"""The task that a data set sets: what goes in, what comes out, how many samples, and what guessing would score."""

import math
from dataclasses import dataclass
from typing import Literal

LossName = Literal["cross_entropy", "l1", "l2"]


@dataclass(frozen=True)
class Task:
    """Facts about loaded data that plans, judgements and reports need. Counts are samples."""

    loss: LossName
    """What is minimised, after ``auto`` has been decided by the targets."""
    input_shape: tuple[int, int, int]
    """(C, H, W)"""
    outputs: int
    """Number of classes K, or of target columns for regression."""
    train_samples: int
    validation_samples: int
    test_samples: int
    validation_class_counts: tuple[int, ...] = ()
    """Samples of each class in the validation split; empty for regression."""
    validation_guessing_loss: float | None = None
    """Validation loss of the best constant guess that the training split gives: the mean for L2, the median for L1.
    None for classification."""

    @property
    def is_classification(self) -> bool:
        """Whether targets are classes."""
        return self.loss == "cross_entropy"

    @property
    def guessing_accuracy(self) -> float:
        """Validation accuracy of always guessing the most frequent class, in [0, 1]; 0 for regression."""
        return max(self.validation_class_counts, default=0) / max(1, self.validation_samples)

    @property
    def initial_loss(self) -> float:
        """The loss theory expects of a network that knows nothing.

        ln K for softmax cross-entropy; for targets normalised to mean 0 and variance 1, the variance 1 for L2 and
        the mean absolute value of a standard normal, √(2/π), for L1.
        """
        if self.loss == "cross_entropy":
            return math.log(self.outputs)
        return 1.0 if self.loss == "l2" else math.sqrt(2 / math.pi)
