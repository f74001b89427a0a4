"""What a network does in either mode, tried beside its evaluation: nothing that it holds or draws is disturbed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import torch
from torch import Tensor, nn

from hpsearch.task import Task
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks.told import rounded
from hpsearch.training.loss import loss_function, predictions
from hpsearch.training.losses import MemberLosses
from hpsearch.training.order import batch_sizes
from hpsearch.training.precision import Autocast
from hpsearch.training.stacked import StackedNetwork

SAMPLES = 24
"""Of the influence: a third of them takes the place of another third, while the last one stays."""
TRAINED_ON = 32
"""Samples of the training split whose loss is evaluated, so many at most."""
SEED = 0

Run = Callable[[Tensor], Tensor]
"""Images (N, C, H, W), of members also (K, N, C, H, W), to logits (K, N, outputs)."""


def influence(network: nn.Module, images: Tensor, task: Task, autocast: Autocast) -> float | None:
    """How far samples' outputs change when others of the batch are exchanged, in their standard deviations.

    ``images`` (N, C, H, W) are some that the network was made for; it must be in evaluation mode. None where there are
    too few, or where it wants them otherwise.
    """
    found = _influences(_run_of(network, task, autocast), images)
    return found[0] if found else None


def influences(network: StackedNetwork, images: Tensor) -> list[float]:
    """The same of K members; empty instead of None."""
    return _influences(_run_of_members(network), images)


def evaluated_loss(network: nn.Module, images: Tensor, targets: Tensor, task: Task, autocast: Autocast) -> float | None:
    """The loss of these samples; None where the network wants them otherwise."""
    with suppress(Exception), torch.no_grad():
        logits = _run_of(network, task, autocast)(images)[0]
        return rounded(float(loss_function(task)(logits, targets)))
    return None


def trained_loss(
    network: nn.Module, images: Tensor, targets: Tensor, task: Task, autocast: Autocast, batch_size: int
) -> float | None:
    """The same in training mode, in batches of that size."""
    with suppress(Exception), torch.no_grad():
        logits = _in_batches(_run_of(network, task, autocast, training=True), images, batch_size)[0]
        return rounded(float(loss_function(task)(logits, targets)))
    return None


def evaluated_losses(network: StackedNetwork, images: Tensor, targets: Tensor, task: Task) -> list[float]:
    """The evaluated loss of K members, each on samples of its own: images (K, N, C, H, W), targets (K, N, …); empty
    instead of None."""
    with suppress(Exception), torch.no_grad():
        return _losses(_run_of_members(network)(images), targets, task)
    return []


def trained_losses(
    network: StackedNetwork, images: Tensor, targets: Tensor, task: Task, batch_size: int
) -> list[float]:
    """The same in training mode, in batches of that size."""
    with suppress(Exception), torch.no_grad():
        return _losses(_in_batches(_run_of_members(network, training=True), images, batch_size), targets, task)
    return []


def _in_batches(run: Run, images: Tensor, batch_size: int) -> Tensor:
    """Logits (K, N, outputs). Norms read each batch for itself."""
    axis = images.ndim - 4  # (N, C, H, W) or (K, N, C, H, W)
    return torch.cat([run(part) for part in torch.split(images, batch_sizes(images.shape[axis], batch_size), axis)], 1)


def _losses(logits: Tensor, targets: Tensor, task: Task) -> list[float]:
    losses = MemberLosses(task, [0.0] * len(logits), logits.device)
    return [rounded(loss) for loss in losses(logits, targets).tolist()]


def _run_of(network: nn.Module, task: Task, autocast: Autocast, *, training: bool = False) -> Run:
    def run(images: Tensor) -> Tensor:
        with _undisturbed(network), own_randomness(SEED, images.device), torch.no_grad(), autocast():
            if training:
                network.train()
            return predictions(network, images, task).unsqueeze(0)

    return run


def _run_of_members(network: StackedNetwork, *, training: bool = False) -> Run:
    def run(images: Tensor) -> Tensor:
        with network.undisturbed(), torch.no_grad():
            if training:
                network.train()
            return network(images).logits

    return run


def _influences(run: Run, images: Tensor) -> list[float]:
    third = min(SAMPLES, len(images)) // 3
    if not third:
        return []
    batch, other = images[: 2 * third], images[: 2 * third].clone()
    other[1::2] = images[2 * third : 3 * third]
    with suppress(Exception):  # a network that insists on another batch has been evaluated all the same
        first, second = run(batch).double(), run(other).double()
        furthest = (first - second)[:, ::2].abs().amax((1, 2))
        spread = first.std((1, 2), correction=0).clamp_min(1e-12)
        return [rounded(far / size) for far, size in zip(furthest.tolist(), spread.tolist(), strict=True)]
    return []


@contextmanager
def _undisturbed(network: nn.Module) -> Iterator[None]:
    """What modules keep beside their parameters is afterwards what it was, if it is a tensor or a plain value."""
    kept = [(module, dict(vars(module)), dict(vars(module)["_buffers"])) for module in network.modules()]
    values = [(one, one.clone()) for one in network.buffers()]
    try:
        yield
    finally:
        for module, own, buffers in kept:
            vars(module).clear()
            vars(module).update(own)
            own["_buffers"].clear()
            own["_buffers"].update(buffers)
        with torch.no_grad():
            for one, value in values:
                one.copy_(value)
