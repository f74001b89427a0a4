"""A linear layer that ends a network: what it gives grows with its weights, and has no bounds to be tried."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hpsearch.training.stacked.value import Stacked

LARGEST = 2**14
"""Weights of such a layer: of larger ones a copy would cost more than it spares."""
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def head_of(layers: Sequence[tuple[str, nn.Module]]) -> tuple[nn.Module, Tensor] | None:
    """The last of them with a copy of its weights, if it is torch's own linear layer, with weights of its own and
    nothing hooked to it."""
    module = next((one for _, one in reversed(layers) if one._parameters), None)  # noqa: SLF001  (no walk through it)
    if type(module) is not nn.Linear or "forward" in vars(module) or any(vars(module)[name] for name in HOOKS):
        return None
    weight = _inner(vars(module)["_parameters"].get("weight"))
    return None if weight is None or weight.numel() > LARGEST else (module, weight.detach().clone())


def is_untouched(module: nn.Module, before: Tensor) -> bool:
    """Whether a forward pass has left its weights alone: some are clipped or normalised in each."""
    weight = _inner(vars(module)["_parameters"].get("weight"))
    return weight is not None and weight.shape == before.shape and torch.equal(weight, before)


@contextmanager
def last_given(module: nn.Module | None) -> Iterator[Callable[[Tensor], bool]]:
    """Inside, forward passes are watched; gives a question: whether these outputs are what the module gave, and nothing
    was done to them. Not in half precision, in which they are copies."""
    given: dict[tuple[int, int], tuple[Tensor, int]] = {}
    """They are held, so that nothing else is given their memory."""

    def note(_module: nn.Module, _given: object, made: object) -> None:
        values = _inner(made)
        if values is not None:
            given[values.data_ptr(), values.numel()] = values, values._version  # noqa: SLF001  (is it changed in place?)

    def asked(outputs: Tensor) -> bool:
        _, version = given.get((outputs.data_ptr(), outputs.numel()), (None, None))
        return version == outputs._version  # noqa: SLF001

    handle = None if module is None else module.register_forward_hook(note)
    try:
        yield asked
    finally:
        if handle is not None:
            handle.remove()


def _inner(value: object) -> Tensor | None:
    found = value.inner if isinstance(value, Stacked) else value
    return found if isinstance(found, Tensor) else None
