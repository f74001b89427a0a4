"""Whether the loss falls as the gradient promises: tried with small steps of one layer, which are taken back."""

import math
from contextlib import suppress

import torch
from torch import Tensor, nn

from hpsearch.task import Task
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks.evaluated import undisturbed
from hpsearch.training.looks.told import rounded
from hpsearch.training.loss import loss_function, predictions

SAMPLES = 32
LONG = 400
"""Iterations: in a shorter training, unless it may end early, three passes for this would be above half a per cent."""
PROMISED = 1e-3
"""Of the loss: what a step is to change. Far above what float32 rounds, and a step that a curve is straight along."""
LARGEST = 0.01
"""Of the weights' norm: no step is longer."""
LEAST = 2e-5
"""Of the loss: a smaller change cannot be told from rounding."""
SEED = 0


def descent(network: nn.Module, images: Tensor, targets: Tensor, task: Task) -> tuple[float, float] | None:
    """By how much the loss falls with a small step down the gradient of the first layer that has one, and rises with
    one up, each as a share of what the gradient promises: 1 and 1.

    In the mode that the network is in, with the same random numbers in each pass. None where that cannot be told: where
    no gradient arrives, or so little that rounding hides it, or where the network wants these samples otherwise.
    """
    with suppress(Exception):
        return _descent(network, images[:SAMPLES], targets[:SAMPLES], task)
    return None


def _descent(network: nn.Module, images: Tensor, targets: Tensor, task: Task) -> tuple[float, float] | None:
    measure = loss_function(task)

    def loss(*, graph: bool) -> Tensor:
        with own_randomness(SEED, images.device), torch.set_grad_enabled(graph):
            return measure(predictions(network, images, task), targets)

    named = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    with undisturbed(network):  # until the way back is gone, which wants buffers as they are
        here = loss(graph=True)
        gradients = torch.autograd.grad(here, [one for _, one in named], allow_unused=True)
    graded = [(name, one, g) for (name, one), g in zip(named, gradients, strict=True) if g is not None]
    owner = next((name.rpartition(".")[0] for name, _, gradient in graded if gradient.any()), None)
    layer = [(one, gradient) for name, one, gradient in graded if name.rpartition(".")[0] == owner]
    if not layer:
        return None
    square = sum(float(gradient.double().square().sum()) for _, gradient in layer)
    size = math.sqrt(sum(float(one.detach().double().square().sum()) for one, _ in layer))
    before = float(here.detach())
    step = min(PROMISED * before / square, LARGEST * size / math.sqrt(square))
    if not (math.isfinite(before) and math.isfinite(step)) or step * square < LEAST * before:
        return None
    kept = [one.detach().clone() for one, _ in layer]
    found = []
    try:
        for sign in (-1.0, 1.0):
            with torch.no_grad():
                for (one, gradient), value in zip(layer, kept, strict=True):
                    one.copy_(value + sign * step * gradient)
                with undisturbed(network):
                    found.append(sign * (float(loss(graph=False)) - before) / (step * square))
    finally:
        with torch.no_grad():
            for (one, _), value in zip(layer, kept, strict=True):
                one.copy_(value)
    return (rounded(found[0]), rounded(found[1])) if all(map(math.isfinite, found)) else None
