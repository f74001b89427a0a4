"""What a network does in either mode, tried beside its evaluation: nothing that it holds or draws is disturbed."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import BuiltinFunctionType, FunctionType
from typing import Protocol

import torch
from torch import Tensor, nn

from hpsearch.task import Task
from hpsearch.training.isolation import begin_at, own_randomness
from hpsearch.training.looks.answer import rounded
from hpsearch.training.loss import loss_function, predictions
from hpsearch.training.losses import MemberLosses
from hpsearch.training.precision import Autocast
from hpsearch.training.samples.order import batch_sizes
from hpsearch.training.stacked import StackedNetwork

TRAINED_ON = 32
"""Samples of the training split whose loss is evaluated, so many at most."""
SEED = 0
TABLES = ("_buffers", "_parameters", "_modules")
OWN = frozenset(vars(nn.Module()))
"""What every module has; the rest is what a user's own module keeps."""
SETTLED = frozenset({bool, int, float, complex, str, bytes, type(None), type, FunctionType, BuiltinFunctionType})
"""Of these no copy is made when they are copied. Nearly all that a layer keeps is of them, or a tuple of them."""


class Pass(Protocol):
    """Sends images (N, C, H, W), of members also (K, N, C, H, W), through a network as if it were for the first time:
    logits (K, N, outputs)."""

    def __call__(self, images: Tensor, /, *, training: bool = False) -> Tensor:
        """In the mode that the network was in, or in training mode."""


def trained_loss(run: Pass, images: Tensor, targets: Tensor, task: Task, batch_size: int) -> float | None:
    """The loss of these samples in training mode, in batches of that size; None where the network wants them
    otherwise."""
    with suppress(Exception):
        return rounded(float(loss_function(task)(_in_batches(run, images, batch_size)[0], targets)))
    return None


def trained_losses(run: Pass, images: Tensor, targets: Tensor, task: Task, batch_size: int) -> list[float]:
    """The same of K members, each on samples of its own: images (K, N, C, H, W), targets (K, N, …); empty instead of
    None."""
    with suppress(Exception):
        return losses_of_each(_in_batches(run, images, batch_size), targets, task)
    return []


def _in_batches(run: Pass, images: Tensor, batch_size: int) -> Tensor:
    """Logits (K, N, outputs). Norms read each batch for itself."""
    axis = images.ndim - 4  # (N, C, H, W) or (K, N, C, H, W)
    parts = torch.split(images, batch_sizes(images.shape[axis], batch_size), axis)
    return torch.cat([run(part, training=True) for part in parts], 1)


def losses_of_each(logits: Tensor, targets: Tensor, task: Task) -> list[float]:
    """Of logits (K, N, outputs) and as many targets."""
    losses = MemberLosses(task, [0.0] * len(logits), logits.device)
    return [rounded(loss) for loss in losses(logits, targets).tolist()]


@contextmanager
def passes_of(network: nn.Module, task: Task, autocast: Autocast, device: torch.device) -> Iterator[Pass]:
    """Inside, what sends images through it. Raises what ``undisturbed`` raises."""
    with undisturbed(network) as again, own_randomness(SEED, device):
        begun = False

        def run(images: Tensor, /, *, training: bool = False) -> Tensor:
            nonlocal begun
            if begun:
                again()
                begin_at(SEED, device)
            begun = True
            with torch.no_grad(), autocast():
                if training:
                    network.train()
                return predictions(network, images, task).unsqueeze(0)

        yield run


def passes_of_members(network: StackedNetwork) -> Pass:
    """The same of K members."""

    def run(images: Tensor, /, *, training: bool = False) -> Tensor:
        with network.undisturbed(), torch.no_grad():
            if training:
                network.train()
            return network(images).logits

    return run


@contextmanager
def undisturbed(network: nn.Module) -> Iterator[Callable[[], None]]:
    """Whatever is done with the network inside, its modules, parameters and buffers are afterwards what they were, bit
    for bit, also where a module's own ``train`` or forward pass works on weights; of what modules keep beside them,
    they have copies meanwhile. What it gives brings all of that back in between.

    Of generators, lists and tensors that are no buffers too. What modules do not hold themselves is not kept: a
    variable that a hook or another closure encloses, an attribute of a class, a global one. Where a forward pass
    changes such a thing, and later ones depend on it, a training goes another way for being tried. Raises what copying
    raises, before anything is tried: then it must not be tried.
    """
    held = _Held(network)
    held.lend()
    try:
        yield held.again
    finally:
        held.bring_back()


class _Held:
    """A network as it is."""

    def __init__(self, network: nn.Module) -> None:
        modules = list(network.modules())  # each walk through them takes as long as a layer
        self._kept = [
            (module, own := dict(vars(module)), [(own[name], dict(own[name])) for name in TABLES]) for module in modules
        ]
        owned = [
            (module, {name: value for name, value in own.items() if name not in OWN and not _is_settled(value)})
            for module, own, _ in self._kept
        ]
        self._owned = [(module, held) for module, held in owned if held]
        tables = [tables for _, _, tables in self._kept]
        values = {
            id(one): one
            for place in (0, 1)
            for one_of in tables
            for one in one_of[place][1].values()
            if one is not None
        }
        self._fixed = {**{id(one): one for one in modules}, **values}
        self._copies = self._copied()
        with torch.no_grad():
            self._values = [(one, one.data, one.requires_grad) for one in values.values()]
            self._memories = [memory for _, memory, _ in self._values]
            self._contents = [one.clone() for one in self._memories]

    def lend(self) -> None:
        """Gives modules copies of what they keep."""
        for module, held in self._copies:
            vars(module).update(held)

    def again(self) -> None:
        """Everything is as it was, with other copies."""
        self.bring_back()
        self._copies = self._copied()
        self.lend()

    def bring_back(self) -> None:
        """Everything is as it was."""
        for module, own, tables in self._kept:
            vars(module).clear()
            vars(module).update(own)
            for table, held in tables:
                table.clear()
                table.update(held)
        with torch.no_grad():
            for one, memory, trained in self._values:
                if not one.is_set_to(memory):
                    one.data = memory  # it was given another one
                if one.requires_grad is not trained:
                    one.requires_grad_(trained)
            if self._memories:
                torch._foreach_copy_(self._memories, self._contents)

    def _copied(self) -> list[tuple[nn.Module, dict[str, object]]]:
        """Of what each module keeps, with what two of them share shared by the copies; modules, parameters and buffers
        stay the same, and so does what was computed from parameters, which cannot be copied and is made anew in each
        pass."""
        if not self._owned:
            return []
        computed = [
            one for _, held in self._owned for one in held.values() if isinstance(one, Tensor) and not one.is_leaf
        ]
        known = {**self._fixed, **{id(one): one for one in computed}}
        return [(module, copy.deepcopy(held, known)) for module, held in self._owned]


def _is_settled(value: object) -> bool:
    """Whether nothing can change it, so that it needs no copy."""
    return type(value) in SETTLED or (type(value) is tuple and all(type(one) in SETTLED for one in value))
