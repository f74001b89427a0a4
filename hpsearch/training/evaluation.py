"""How good a network is on samples that it does not train on."""

from typing import NamedTuple

import torch
from torch import nn

from hpsearch.data.dataset import Split
from hpsearch.task import Task
from hpsearch.training.loss import loss_function, predictions

EVALUATION_BATCH = 512
"""Samples at once; only speed and memory depend on it."""


class Score(NamedTuple):
    """Means over samples."""

    loss: float
    """Without label smoothing."""
    accuracy: float | None
    """Share in [0, 1]; None for regression."""


@torch.no_grad()
def evaluate(network: nn.Module, samples: Split, task: Task) -> Score:
    """Loss and accuracy in evaluation mode, in which the network is left; there must be samples."""
    network.eval()
    loss = loss_function(task)
    total, right = 0.0, 0
    for images, targets in zip(
        torch.split(samples.images, EVALUATION_BATCH), torch.split(samples.targets, EVALUATION_BATCH), strict=True
    ):
        outputs = predictions(network, images, task)
        total += float(loss(outputs, targets)) * len(images)
        if task.is_classification:
            right += int((outputs.argmax(1) == targets).sum())
    count = len(samples)
    return Score(total / count, right / count if task.is_classification else None)
