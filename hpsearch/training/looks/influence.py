"""Whether the samples of a batch influence each other in evaluation mode."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hpsearch.networks.outputs import Outputs
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks.told import rounded
from hpsearch.training.stacked import StackedNetwork

SAMPLES = 48
"""A third of them takes the place of another third, while the last one stays."""
SEED = 0


@torch.no_grad()
def influence(network: nn.Module, images: Tensor) -> float | None:
    """How far samples' outputs change when others of the batch are exchanged, in their standard deviations.

    ``images`` (N, C, H, W) are some that the network was made for; it must be in evaluation mode. None where there are
    too few. Whatever the network draws or keeps while it runs, it is afterwards what it was before.
    """

    def run(some: Tensor) -> Tensor:
        made = network(some)
        logits = made.logits if isinstance(made, Outputs) else made
        return logits.unsqueeze(0)

    with _undisturbed(network):
        found = _influences(run, images)
    return found[0] if found else None


@torch.no_grad()
def influence_of_members(network: StackedNetwork, images: Tensor) -> list[float]:
    """The same of K members; empty where there are too few images."""

    def run(some: Tensor) -> Tensor:
        with network.undisturbed():  # each time, so that members draw the same again
            return network(some).logits

    return _influences(run, images)


def _influences(run: Callable[[Tensor], Tensor], images: Tensor) -> list[float]:
    third = min(SAMPLES, len(images)) // 3
    if not third:
        return []
    batch, other = images[: 2 * third], images[: 2 * third].clone()
    other[1::2] = images[2 * third : 3 * third]
    outputs = []
    try:
        for some in (batch, other):
            with own_randomness(SEED, images.device), torch.no_grad():
                outputs.append(run(some).double())
    except Exception:  # noqa: BLE001  (a network that insists on another batch has been evaluated all the same)
        return []
    own, changed = outputs[0][:, ::2], outputs[1][:, ::2]
    furthest = (own - changed).abs().amax((1, 2))
    spread = outputs[0].std((1, 2), correction=0)
    return [
        0.0 if far == 0 else rounded(far / max(size, 1e-12))
        for far, size in zip(furthest.tolist(), spread.tolist(), strict=True)
    ]


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
        for one, value in values:
            one.copy_(value)
