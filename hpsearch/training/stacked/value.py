"""What stands in the place of a tensor while the networks of several members run as one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, NoReturn, Self

import torch
from torch import Tensor

from hpsearch.training.stacked.refusal import CannotStackError, refuse

LEADING: Final = 0
"""(K, *shape): parameters, buffers, what linear layers make."""
SECOND: Final = 1
"""(N, K, *shape[1:])."""
MERGED: Final = 2
"""(N, K·C, …): maps, the channels of each member side by side, as grouped convolutions and pooling want them."""
SHARED: Final = 3
"""(*shape): the same for all members, which is what images are until the first layer."""

Handler = Callable[..., Any]


class Members:
    """Who runs together: what all values of one stacked network have in common."""

    def __init__(self, generators: Sequence[torch.Generator], memory_format: torch.memory_format) -> None:
        self.generators = list(generators)
        self.memory_format = memory_format
        self.last_of_several = False
        """One is left. Its convolutions run twice on the CPU, since oneDNN computes a single group in another way than
        several and would round other bits than before."""

    @property
    def count(self) -> int:
        """K."""
        return len(self.generators)

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these alone."""
        on_cpu = all(one.device.type == "cpu" for one in self.generators)
        self.last_of_several = on_cpu and len(members) == 1 and (self.last_of_several or self.count > 1)
        self.generators = [self.generators[member] for member in members]


class Stacked:
    """K tensors of one shape, which a network's code takes for one tensor of that shape.

    ``inner`` holds them in one of the four orders. Not a Tensor: functions of torch hand their call over through
    ``__torch_function__`` to the one in ``functions`` (by function) or ``methods`` (by a method's name). What is in
    neither, and whatever would read a number out of it, raises CannotStackError.
    """

    __slots__ = ("inner", "members", "order")
    functions: ClassVar[Mapping[Any, Handler]] = {}
    methods: ClassVar[Mapping[str, Handler]] = {}

    def __init__(self, inner: Tensor, order: int, members: Members) -> None:
        self.inner = inner
        self.order = order
        self.members = members

    @classmethod
    def __torch_function__(
        cls, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        handler = cls.functions.get(func)
        if handler is None:
            refuse(f"the function {_name(func)}")
        return handler(*args, **kwargs) if kwargs else handler(*args)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        method = type(self).methods.get(name)
        if method is None:
            refuse(f"Tensor.{name}")
        return partial(method, self)

    def like(self, inner: Tensor, order: int | None = None) -> Self:
        """Another value of the same members, in the same order unless one is given."""
        return type(self)(inner, self.order if order is None else order, self.members)

    # The four orders

    def leading(self) -> Tensor:
        """(K, *shape), as a view where that is possible."""
        if self.order == LEADING:
            return self.inner
        if self.order == SHARED:
            return self.inner.expand(self.members.count, *self.inner.shape)
        return self.second().transpose(0, 1)

    def second(self) -> Tensor:
        """(N, K, *shape[1:]), as a view."""
        data = self.inner
        if self.order == SECOND:
            return data
        if self.order == MERGED:
            return torch.unflatten(data, 1, (self.members.count, -1))
        if data.ndim == 0 or (self.order == LEADING and data.ndim == 1):
            refuse("treating a single number as samples")
        if self.order == LEADING:
            return data.transpose(0, 1)
        return data.unsqueeze(1).expand(data.shape[0], self.members.count, *data.shape[1:])

    def merged(self) -> Tensor:
        """(N, K·C, …), copied where it must be."""
        if self.order == MERGED:
            return self.inner
        second = self.second()
        if second.ndim < 3:
            refuse("treating one number for each sample as maps")
        return second.flatten(1, 2)

    # What a network may ask of a tensor

    @property
    def shape(self) -> torch.Size:
        shape = self.inner.shape
        if self.order == MERGED:
            return torch.Size((shape[0], shape[1] // self.members.count, *shape[2:]))
        if self.order == LEADING:
            return shape[1:]
        if self.order == SECOND:
            return torch.Size((shape[0], *shape[2:]))
        return shape

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        return self.inner.ndim - (self.order < MERGED)

    @property
    def ndim(self) -> int:
        return self.dim()

    @property
    def data(self) -> Self:
        return self.like(self.inner.detach())

    def numel(self) -> int:
        return self.shape.numel()

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def dtype(self) -> torch.dtype:
        return self.inner.dtype

    @property
    def device(self) -> torch.device:
        return self.inner.device

    @property
    def is_cuda(self) -> bool:
        return self.inner.is_cuda

    @property
    def requires_grad(self) -> bool:
        return self.inner.requires_grad

    def is_floating_point(self) -> bool:
        return self.inner.is_floating_point()

    # What would read numbers

    def __bool__(self) -> bool:
        raise CannotStackError("what the network does depends on the values in a tensor (a condition on one)")

    def _read(self, *_: object) -> NoReturn:
        raise CannotStackError("the network reads a number out of a tensor")

    __float__ = __int__ = __index__ = __complex__ = __array__ = __contains__ = _read

    def __iter__(self) -> Iterator[Any]:
        refuse("a loop over a tensor")

    def __repr__(self) -> str:
        return f"<{self.members.count} × {tuple(self.shape)}>"

    def __setitem__(self, *_: object) -> None:
        refuse("writing into a part of a tensor")

    __hash__ = object.__hash__


def _name(function: Any) -> str:
    module = getattr(function, "__module__", None) or "torch"
    owner = getattr(function, "__objclass__", None)
    name = getattr(function, "__name__", repr(function))
    if owner is not None:
        return f"Tensor.{name}"
    return f"{module.removesuffix('._C._nn').replace('torch._C', 'torch')}.{name}"
