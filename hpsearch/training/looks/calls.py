"""Which functions of torch a forward pass calls: with other weights it must call the same ones."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

READING = frozenset(
    {
        *("item", "tolist", "numpy", "__array__", "__bool__", "__int__", "__float__", "__complex__", "__index__"),
        *("__contains__", "allclose", "equal", "is_nonzero", "nonzero", "masked_select", "unique"),
    }
)
"""They give Python numbers of a tensor, or a tensor whose size follows from numbers: what comes then, how often and how
large, depends on the weights."""
SIZED = {"arange": 0, "linspace": 0, "repeat_interleave": 1}
"""So do these where they are given more tensors than that."""


class OtherwiseError(Exception):
    """With other weights the network may do anything: loop without an end, or ask for all the memory."""


class Calls(TorchFunctionMode):
    """Inside, functions of torch are noted by name. Raises OtherwiseError before one that is not the next of those that
    are expected, if any are; that reads numbers; or that is given a tensor that is foreign, or not on the CPU."""

    def __init__(self, foreign: Collection[int], expected: Sequence[str] | None = None) -> None:
        """``foreign``: identities of tensors that the network must not work with."""
        super().__init__()
        self.names: list[str] = []
        self._foreign = foreign
        self._expected = expected

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Calls the function, or raises."""
        named = dict(kwargs or {})
        name, tensors = getattr(func, "__name__", ""), list(_tensors((*args, *named.values())))
        if name in READING or len(tensors) > SIZED.get(name, len(tensors)):
            raise OtherwiseError(f"{name} reads numbers that follow from the weights")
        if any(id(one) in self._foreign or one.device.type != "cpu" for one in tensors):
            raise OtherwiseError(f"{name} is given a tensor that is not of the network that is tried")
        place = len(self.names)
        if self._expected is not None and self._expected[place : place + 1] != [name]:
            raise OtherwiseError(f"{name} was not called there with the weights as they are")
        self.names.append(name)
        return func(*args, **named)


def _tensors(values: Sequence[Any]) -> Iterator[Tensor]:
    for one in values:
        if isinstance(one, Tensor):
            yield one
        elif isinstance(one, list | tuple):
            yield from _tensors(one)
