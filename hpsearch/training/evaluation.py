"""How good a network is on samples that it does not train on."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.task import Task
from hpsearch.training.arrays import Samples
from hpsearch.training.loss import loss_function, predictions
from hpsearch.training.losses import MemberLosses, right_predictions
from hpsearch.training.precision import Autocast
from hpsearch.training.stacked import StackedNetwork

MAP_PIXELS = 16_384
"""Pixels of input that a CPU looks at once. Heuristic, measured at 8×8 to 32×32: with more, the activations no longer
fit into the cache and evaluation takes up to twice as long."""
ACCELERATOR_PIXELS = 2**22
"""The same of an accelerator. Heuristic: 83 images of 224×224, so that evaluation needs less memory than training."""

FULL = Autocast("float32", torch.device("cpu"))
"""The network's own precision, on every device."""


class Score(NamedTuple):
    """Means over samples."""

    loss: float
    """Without label smoothing."""
    accuracy: float | None
    """Share in [0, 1]; None for regression."""


@torch.no_grad()
def evaluate(network: nn.Module, samples: Samples, task: Task, autocast: Autocast = FULL) -> Score:
    """Loss and accuracy in evaluation mode, in which the network is left; there must be samples."""
    network.eval()
    loss = loss_function(task)
    size = batch_size(samples.images)
    total, right = 0.0, 0
    for images, targets in samples.pieces(size):
        with autocast():
            outputs = predictions(network, images, task)
        total += float(loss(outputs, targets)) * len(images)
        if task.is_classification:
            right += int((outputs.argmax(1) == targets).sum())
    count = len(samples)
    return Score(total / count, right / count if task.is_classification else None)


@torch.no_grad()
def evaluate_together(network: StackedNetwork, samples: Samples, task: Task) -> list[Score]:
    """The score of each of K members; the batches are those in which a member alone is evaluated."""
    network.eval()
    members = network.members
    losses = MemberLosses(task, [0.0] * members, samples.images.device)
    size = batch_size(samples.images)
    found: list[Tensor] = []
    right = torch.zeros(members, dtype=torch.int64, device=samples.images.device)
    sizes: list[int] = []
    for images, targets in samples.pieces(size):
        outputs = network(images).logits
        given = targets.expand(members, *targets.shape)
        found.append(losses(outputs, given))
        sizes.append(len(images))
        if task.is_classification:
            right += right_predictions(outputs, given)
    totals = [
        sum(loss * size for loss, size in zip(mine, sizes, strict=True)) for mine in torch.stack(found, 1).tolist()
    ]
    count = len(samples)
    accuracies = [number / count if task.is_classification else None for number in right.tolist()]
    return [Score(total / count, accuracy) for total, accuracy in zip(totals, accuracies, strict=True)]


def batch_size(images: Tensor) -> int:
    """How many of the images (N, C, H, W) to evaluate at once; it follows from their shape and device alone."""
    pixels = MAP_PIXELS if images.device.type == "cpu" else ACCELERATOR_PIXELS
    return min(512, max(32, pixels // (images.shape[2] * images.shape[3])))
