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

    @property
    def count(self) -> int:
        """K."""
        return len(self.generators)

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these alone."""
        self.generators = [self.generators[member] for member in members]


class Stacked:
    """K tensors of one shape, which a network's code takes for one tensor of that shape.

    ``data`` holds them in one of the four layouts. Not a Tensor: functions of torch hand their call over through
    ``__torch_function__`` to the one in ``functions`` (by function) or ``methods`` (by a method's name). What is in
    neither, and whatever would read a number out of it, raises CannotStackError.
    """

    __slots__ = ("data", "layout", "members")
    functions: ClassVar[Mapping[Any, Handler]] = {}
    methods: ClassVar[Mapping[str, Handler]] = {}

    def __init__(self, data: Tensor, layout: int, members: Members) -> None:
        self.data = data
        self.layout = layout
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

    def like(self, data: Tensor, layout: int | None = None) -> Self:
        """Another value of the same members, in the same layout unless one is given."""
        return type(self)(data, self.layout if layout is None else layout, self.members)

    # The four layouts

    def leading(self) -> Tensor:
        """(K, *shape), as a view where that is possible."""
        if self.layout == LEADING:
            return self.data
        if self.layout == SHARED:
            return self.data.expand(self.members.count, *self.data.shape)
        return self.second().transpose(0, 1)

    def second(self) -> Tensor:
        """(N, K, *shape[1:]), as a view."""
        data = self.data
        if self.layout == SECOND:
            return data
        if self.layout == MERGED:
            return torch.unflatten(data, 1, (self.members.count, -1))
        if data.ndim == 0 or (self.layout == LEADING and data.ndim == 1):
            refuse("treating a single number as samples")
        if self.layout == LEADING:
            return data.transpose(0, 1)
        return data.unsqueeze(1).expand(data.shape[0], self.members.count, *data.shape[1:])

    def merged(self) -> Tensor:
        """(N, K·C, …), copied where it must be."""
        if self.layout == MERGED:
            return self.data
        second = self.second()
        if second.ndim < 3:
            refuse("treating one number for each sample as maps")
        return second.flatten(1, 2)

    # What a network may ask of a tensor

    @property
    def shape(self) -> torch.Size:
        shape = self.data.shape
        if self.layout == MERGED:
            return torch.Size((shape[0], shape[1] // self.members.count, *shape[2:]))
        if self.layout == LEADING:
            return shape[1:]
        if self.layout == SECOND:
            return torch.Size((shape[0], *shape[2:]))
        return shape

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        return self.data.ndim - (self.layout < MERGED)

    @property
    def ndim(self) -> int:
        return self.dim()

    def numel(self) -> int:
        return self.shape.numel()

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def dtype(self) -> torch.dtype:
        return self.data.dtype

    @property
    def device(self) -> torch.device:
        return self.data.device

    @property
    def is_cuda(self) -> bool:
        return self.data.is_cuda

    @property
    def requires_grad(self) -> bool:
        return self.data.requires_grad

    @property
    def layout_of_torch(self) -> torch.layout:
        return self.data.layout

    def is_floating_point(self) -> bool:
        return self.data.is_floating_point()

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
