"""What a network answered for the samples of a split, kept where it was computed until somebody wants to know."""

from dataclasses import dataclass

import torch
from torch import Tensor

from hpsearch.class_counts import ClassCounts, counted


@dataclass(frozen=True, eq=False)
class Answers:
    """The classes that were given and those that were predicted, both (N,)."""

    targets: Tensor
    predicted: Tensor

    def counts(self, epoch: int) -> ClassCounts:
        """How often each class was right after an epoch (from 1); reading it waits for the device."""
        pairs = torch.stack([self.targets.to(self.predicted.dtype), self.predicted], 1)
        found, numbers = torch.unique(pairs, dim=0, return_counts=True)
        return counted(epoch, [(*pair, count) for pair, count in zip(found.tolist(), numbers.tolist(), strict=True)])
