"""Whether a stacked network does what its members do alone, tried with a few images before anything is trained.

Whatever a network's code does that cannot be seen from outside shows here: the stacked network must give the logits
that the members give, in evaluation mode all of them in their own precision, in training mode the first and the last
one in double precision with the gradients of all parameters and the statistics that are kept.
"""

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from hpsearch.networks.outputs import Outputs
from hpsearch.training.isolation import own_randomness
from hpsearch.training.stacked.refusal import CannotStackError

IMAGES = 3
"""Of a batch that is tried: batch norm over maps of 1×1 needs two, and two would give it ±1 only."""
SEED = 20
TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-3}
"""Of the largest number; for narrower types ``ROUGH``."""
ROUGH = 5e-2


class Runs(Protocol):
    """A stacked network, as far as it is looked at here."""

    @property
    def parameters(self) -> dict[str, Tensor]:
        """(K, *shape) each."""

    @property
    def buffers(self) -> dict[str, Tensor]:
        """(K, *shape) each."""

    def train(self, mode: bool = True) -> None:
        """Training mode."""

    def run(self, images: Tensor) -> tuple[Tensor, ...]:
        """Logits, then those of auxiliary classifiers, (K, N, outputs) each."""


Build = Callable[..., Runs]
"""Stacks (networks, generators), in another order in memory if ``memory_format`` is given."""


def check(networks: Sequence[nn.Module], build: Build, images: Tensor) -> None:
    """Raises CannotStackError where the stacked network and the members differ. Changes none of them."""
    few = images.detach()[:IMAGES]
    with own_randomness(SEED, few.device):
        _check_evaluation(networks, build, few)
        ends = networks if len(networks) < 3 else (networks[0], networks[-1])
        try:
            exact = [_exact(network) for network in ends]
            with torch.no_grad():
                copy.deepcopy(exact[0]).eval()(_exact(few))
        except Exception:  # noqa: BLE001  (a network that insists on its own precision)
            _check_training([copy.deepcopy(network) for network in ends], build, few)
        else:
            _check_training(exact, partial(build, memory_format=torch.contiguous_format), _exact(few))


def _exact(given: Any) -> Any:
    """A network or images in double precision, contiguous and on the CPU, where the masks of dropouts compare."""
    return copy.deepcopy(given).to("cpu", torch.float64).to(memory_format=torch.contiguous_format)


def _check_evaluation(networks: Sequence[nn.Module], build: Build, images: Tensor) -> None:
    stacked = build(networks, _generators(len(networks), images.device))
    stacked.train(mode=False)
    with torch.no_grad():
        with _same_draws(images.device):
            found = _guarded(stacked, images)
        for member, network in enumerate(networks):
            with _own_failure():
                own = _logits(copy.deepcopy(network).eval()(images))
            _compare("the logits in evaluation mode", own, [one[member] for one in found])


def _check_training(networks: Sequence[nn.Module], build: Build, images: Tensor) -> None:
    stacked = build(networks, _generators(len(networks), images.device))
    stacked.train()
    with _same_draws(images.device):
        found = _guarded(stacked, images)
    weights = [_weights(one[0]) for one in found]
    names = [name for name, value in stacked.parameters.items() if value.requires_grad]
    slopes = _gradients(found, weights, [stacked.parameters[name] for name in names])
    for member, network in enumerate(networks):
        network.train()
        _set_generators(member, images.device)
        parameters = dict(network.named_parameters())
        with _own_failure():
            own = _logits(network(images))
            grads = _gradients(own, weights, [parameters[name] for name in names])
        _compare("the logits in training mode", own, [one[member] for one in found])
        largest = max((float(one.abs().max()) for one in grads if one is not None), default=0.0)
        for name, one, other in zip(names, grads, slopes, strict=True):
            ours = torch.zeros_like(one) if other is None and one is not None else other
            if ours is not None:
                theirs = torch.zeros_like(ours[member]) if one is None else one
                _compare(f"the gradient of {name}", [theirs], [ours[member] if other is not None else ours], largest)
        for name, value in network.named_buffers():
            _compare(f"{name} after a step", [value], [stacked.buffers[name][member]], 1.0)


def _logits(made: Any) -> tuple[Tensor, ...]:
    return (made.logits, *made.auxiliary) if isinstance(made, Outputs) else (made,)


def _weights(like: Tensor) -> Tensor:
    """(N, K): what the logits are multiplied with for one number to differentiate, drawn from no generator."""
    return torch.arange(1, like.numel() + 1, dtype=like.dtype, device=like.device).sin().view(like.shape)


def _gradients(
    outputs: Sequence[Tensor], weights: Sequence[Tensor], parameters: Sequence[Tensor]
) -> Sequence[Tensor | None]:
    total = sum(((one * weight).sum() for one, weight in zip(outputs, weights, strict=True)), torch.zeros(()))
    if not parameters or not total.requires_grad:
        return [None] * len(parameters)
    return torch.autograd.grad(total, list(parameters), allow_unused=True)


def _compare(what: str, own: Sequence[Tensor], found: Sequence[Tensor], scale: float = 0.0) -> None:
    for one, other in zip(own, found, strict=True):
        if one.shape != other.shape:
            raise CannotStackError(f"{what} have another shape than those of the network alone")
        tolerance = TOLERANCE.get(one.dtype, ROUGH if one.is_floating_point() else 0.0)
        first, second = one.detach().double(), other.detach().double()
        finite = first.isfinite()
        if not torch.equal(finite, second.isfinite()):
            raise CannotStackError(f"{what} are finite in other places than those of the network alone")
        size = max(float(first[finite].abs().max()) if finite.any() else 0.0, 1e-3 * scale)
        far = float((first - second)[finite].abs().max()) if finite.any() else 0.0
        if far > tolerance * size + 1e-300:
            raise CannotStackError(
                f"{what} differ from those of the network alone by {far:.2g}, its size is {size:.2g}"
            )


def _generators(count: int, device: torch.device) -> list[torch.Generator]:
    return [torch.Generator(device).manual_seed(SEED + member) for member in range(count)]


def _set_generators(member: int, device: torch.device) -> None:
    torch.default_generator.manual_seed(SEED + member)
    if device.type == "cuda":
        torch.cuda.manual_seed(SEED + member)


def _guarded(stacked: Runs, images: Tensor) -> tuple[Tensor, ...]:
    try:
        return stacked.run(images)
    except CannotStackError:
        raise
    except Exception as error:  # (the network's own code, given something that is no tensor)
        raise CannotStackError(f"its code fails for all members at once: {type(error).__name__}: {error}") from error


@contextmanager
def _own_failure() -> Iterator[None]:
    """What a network raises alone it shall raise there, in a trial of its own."""
    try:
        yield
    except Exception as error:
        raise CannotStackError(f"the network fails by itself: {type(error).__name__}: {error}") from error


@contextmanager
def _same_draws(device: torch.device) -> Iterator[None]:
    """Raises CannotStackError if what runs inside draws from a generator that all members share."""

    def states() -> tuple[object, ...]:
        given = torch.cuda.get_rng_state(device).numpy().tobytes() if device.type == "cuda" else None
        kind, keys, *places = np.random.get_state(legacy=True)
        numbers = (kind, np.asarray(keys).tobytes(), *places)
        return torch.get_rng_state().numpy().tobytes(), given, random.getstate(), numbers

    before = states()
    yield
    if states() != before:
        raise CannotStackError("the network draws random numbers other than those of a dropout layer")
