"""The network that an assertion is about, under an import path, as the recipe's jobs name networks."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import nn

Model = nn.Module | Callable[[], nn.Module]
"""A network, or what builds one: then every initialisation has weights of its own."""
FACTORY = f"{__name__}:build"
_HELD: ContextVar[Model] = ContextVar("held")


@contextmanager
def holding(model: Model) -> Iterator[None]:
    """Inside, ``build`` gives networks like this one."""
    token = _HELD.set(model)
    try:
        yield
    finally:
        _HELD.reset(token)


def build(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:  # noqa: ARG001  (what a factory is given)
    """A new network, or a copy with the same weights, on the CPU."""
    return network_of(_HELD.get())


def network_of(model: Model) -> nn.Module:
    """What a test hands in as a network that may be changed. Raises TypeError for anything else."""
    if isinstance(model, nn.Module):
        return copy.deepcopy(model).cpu()
    made = model() if callable(model) else None
    if not isinstance(made, nn.Module):
        raise TypeError(
            f"model must be a torch.nn.Module, or callable without arguments and give one; got {type(model).__name__}"
            + (f" that gave {type(made).__name__}" if callable(model) else "")
        )
    return made.cpu()
