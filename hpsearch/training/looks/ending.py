"""Linear layers that may end a network: what they give grows with their weights, and has no bounds to be tried."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn

from hpsearch.training.stacked.value import Stacked

LARGEST = 2**16
"""Weights of such a layer: of larger ones a copy would cost more than it spares."""
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def heads(layers: Sequence[tuple[str, nn.Module]]) -> Mapping[nn.Module, Tensor]:
    """Copies of the weights of those that are torch's own linear layers, with weights of their own and nothing hooked
    to them."""
    found: dict[nn.Module, Tensor] = {}
    for _, module in layers:
        if type(module) is nn.Linear and "forward" not in vars(module):
            weight = _inner(vars(module)["_parameters"].get("weight"))
            if weight is not None and weight.numel() <= LARGEST and not any(vars(module)[name] for name in HOOKS):
                found[module] = weight.detach().clone()
    return found


def untouched(held: Mapping[nn.Module, Tensor]) -> tuple[nn.Module, ...]:
    """Those whose weights a forward pass has left alone: some are clipped or normalised in each."""
    found = []
    for module, before in held.items():
        weight = _inner(vars(module)["_parameters"].get("weight"))
        if weight is not None and weight.shape == before.shape and torch.equal(weight, before):
            found.append(module)
    return tuple(found)


@contextmanager
def last_given(modules: Sequence[nn.Module]) -> Iterator[Callable[[Tensor], bool]]:
    """Inside, forward passes are watched; gives a question: whether these outputs are what one of the modules gave, and
    nothing was done to them. Not in half precision, in which they are copies."""
    given: dict[tuple[int, int], tuple[Tensor, int]] = {}
    """They are held, so that nothing else is given their memory."""

    def note(_module: nn.Module, _given: object, made: object) -> None:
        values = _inner(made)
        if values is not None:
            given[values.data_ptr(), values.numel()] = values, values._version  # noqa: SLF001  (is it changed in place?)

    def asked(outputs: Tensor) -> bool:
        _, version = given.get((outputs.data_ptr(), outputs.numel()), (None, None))
        return version == outputs._version  # noqa: SLF001

    with ExitStack() as hooks:
        for module in modules:
            hooks.callback(module.register_forward_hook(note).remove)
        yield asked


def _inner(value: object) -> Tensor | None:
    found = value.inner if isinstance(value, Stacked) else value
    return found if isinstance(found, Tensor) else None
