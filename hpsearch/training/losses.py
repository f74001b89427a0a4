"""What each of several members minimises, all at once."""

import torch
from torch import Tensor
from torch.nn import functional

from hpsearch.task import Task


class MemberLosses:
    """The losses of K members, each the mean over its own samples (and, for regression, over outputs)."""

    def __init__(self, task: Task, label_smoothing: list[float], device: torch.device) -> None:
        self._task = task
        self._smoothing = torch.tensor(label_smoothing, dtype=torch.float64, device=device)
        self._smooths = any(label_smoothing)

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """(K,) for outputs (K, N, outputs) and targets (K, N, …)."""
        if self._task.loss == "cross_entropy":
            return self._cross_entropy(outputs, targets)
        apart = outputs - targets
        return (apart.abs() if self._task.loss == "l1" else apart.square()).flatten(1).mean(1)

    @property
    def smoothing(self) -> list[float]:
        """Of the labels of each member."""
        return [float(one) for one in self._smoothing]

    def keep(self, members: list[int]) -> None:
        """Goes on with these of the members."""
        self._smoothing = self._smoothing[members]
        self._smooths = bool(self._smoothing.any())

    def _cross_entropy(self, outputs: Tensor, targets: Tensor) -> Tensor:
        logs = functional.log_softmax(outputs, dim=2)
        found = -logs.gather(2, targets.unsqueeze(2)).squeeze(2).mean(1)
        if not self._smooths:
            return found
        share = self._smoothing.to(found.dtype)
        return (1 - share) * found - share * logs.mean(2).mean(1)


def right_predictions(outputs: Tensor, targets: Tensor) -> Tensor:
    """How many of its samples each member classifies right: (K,) for outputs (K, N, classes) and targets (K, N)."""
    return (outputs.argmax(2) == targets).sum(1)
