"""How good a network is on samples that it does not train on."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.task import Task
from hpsearch.training.answers import Answers
from hpsearch.training.loss import loss_function, predictions
from hpsearch.training.losses import MemberLosses
from hpsearch.training.precision import Autocast
from hpsearch.training.samples.arrays import Samples
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
    answers: Answers | None = None
    """None for regression."""


@torch.no_grad()
def evaluate(network: nn.Module, samples: Samples, task: Task, autocast: Autocast = FULL) -> Score:
    """Loss and accuracy in evaluation mode, in which the network is left; there must be samples."""
    network.eval()
    loss = loss_function(task)
    size = batch_size(samples.images)
    total = 0.0
    predicted: list[Tensor] = []
    for images, targets in samples.pieces(size):
        with autocast():
            outputs = predictions(network, images, task)
        total += float(loss(outputs, targets)) * len(images)
        if task.is_classification:
            predicted.append(outputs.argmax(1))
    count = len(samples)
    if not task.is_classification:
        return Score(total / count, None)
    answers = Answers(samples.targets, torch.cat(predicted))
    return Score(total / count, int((answers.predicted == answers.targets).sum()) / count, answers)


@torch.no_grad()
def evaluate_together(network: StackedNetwork, samples: Samples, task: Task) -> list[Score]:
    """The score of each of K members; the batches are those in which a member alone is evaluated."""
    network.eval()
    members = network.members
    losses = MemberLosses(task, [0.0] * members, samples.images.device)
    size = batch_size(samples.images)
    found: list[Tensor] = []
    predicted: list[Tensor] = []
    sizes: list[int] = []
    for images, targets in samples.pieces(size):
        outputs = network(images).logits
        given = targets.expand(members, *targets.shape)
        found.append(losses(outputs, given))
        sizes.append(len(images))
        if task.is_classification:
            predicted.append(outputs.argmax(2))
    totals = [
        sum(loss * size for loss, size in zip(mine, sizes, strict=True)) for mine in torch.stack(found, 1).tolist()
    ]
    count = len(samples)
    if not task.is_classification:
        return [Score(total / count, None) for total in totals]
    answers = torch.cat(predicted, 1)  # (K, N)
    right = (answers == samples.targets).sum(1).tolist()
    return [
        Score(total / count, number / count, Answers(samples.targets, mine))
        for total, number, mine in zip(totals, right, answers, strict=True)
    ]


def batch_size(images: Tensor) -> int:
    """How many of the images (N, C, H, W) to evaluate at once; it follows from their shape and device alone."""
    pixels = MAP_PIXELS if images.device.type == "cpu" else ACCELERATOR_PIXELS
    return min(512, max(32, pixels // (images.shape[2] * images.shape[3])))
