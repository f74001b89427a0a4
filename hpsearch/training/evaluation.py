"""How good a network is on samples that it does not train on."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.data.dataset import Split
from hpsearch.task import Task
from hpsearch.training.loss import loss_function, predictions

MAP_PIXELS = 16_384
"""Pixels of input that a CPU looks at once. Heuristic, measured at 8×8 to 32×32: with more, the activations no longer
fit into the cache and evaluation takes up to twice as long."""


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
    size = batch_size(samples.images)
    total, right = 0.0, 0
    for images, targets in zip(torch.split(samples.images, size), torch.split(samples.targets, size), strict=True):
        outputs = predictions(network, images, task)
        total += float(loss(outputs, targets)) * len(images)
        if task.is_classification:
            right += int((outputs.argmax(1) == targets).sum())
    count = len(samples)
    return Score(total / count, right / count if task.is_classification else None)


def batch_size(images: Tensor) -> int:
    """How many of the images (N, C, H, W) to evaluate at once; it follows from their shape and device alone."""
    if images.device.type != "cpu":
        return 512
    return min(512, max(32, MAP_PIXELS // (images.shape[2] * images.shape[3])))
