"""What a network answered for the samples of a split, kept where it was computed until somebody wants to know."""

from dataclasses import dataclass

import torch
from torch import Tensor

from hpsearch.class_counts import ClassCounts, counted

MOST_CLASSES = 2**31
"""So that a class and a predicted class are one number."""


@dataclass(frozen=True, eq=False)
class Answers:
    """The classes that were given and those that were predicted, both (N,)."""

    targets: Tensor
    predicted: Tensor

    def counts(self, epoch: int) -> ClassCounts:
        """How often each class was right after an epoch (from 1); reading it waits for the device."""
        pairs, numbers = torch.unique(self.targets.long() * MOST_CLASSES + self.predicted, return_counts=True)
        found = zip(pairs.tolist(), numbers.tolist(), strict=True)
        return counted(epoch, [(*divmod(pair, MOST_CLASSES), count) for pair, count in found])
