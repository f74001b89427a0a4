"""Follows a forward pass, call by call. Sees layers and plain functions alike; takes no memory on the meta device."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd
from torch.overrides import TorchFunctionMode

from hpsearch.advice.facts import IMAGES, Call, Kind
from hpsearch.advice.foreign import Foreign
from hpsearch.advice.functions import Padding, arguments_of, meaning_of, name_of, padding_of

LAYERS_WITHOUT_WEIGHTS = ("Dropout", "BatchNorm", "InstanceNorm", "MaxPool", "AvgPool", "ReLU", "Sigmoid", "Tanh")
"""Parts of the class names of layers of torch that are missed when they are built and never called."""
SHIFTS = frozenset({"add", "radd", "iadd", "sub", "rsub", "isub"})
"""Functions that give an offset, if one of their operands is a parameter."""


@dataclass(frozen=True)
class Trace:
    """One forward pass."""

    calls: tuple[Call, ...]
    last: int | None
    """The call that made the output; None if it is not one tensor or no call was seen to make it."""
    shape: tuple[int, ...] | None
    """Of the output; None if it is not one tensor."""
    used: frozenset[str]
    """Parameters that some call took, and modules that were called."""
    foreign: tuple[str, ...] = ()
    """Tensors that are to be trained, were taken by a call, and are no parameters of the network: what took each, and
    its shape …"""
    weights: tuple[Tensor, ...] = field(default=(), compare=False, repr=False)
    """… and these themselves."""


def traced(network: nn.Module, images: Tensor, *, training: bool = False) -> Trace:
    """Sends ``images`` (N, C, H, W) through the network, without gradients, on the device where both are.

    Leaves torch's own generator as it was; a pass in training mode moves running statistics. Raises what the
    network's forward raises.
    """
    recorder = _Recorder(network, images)
    with torch.no_grad(), torch.random.fork_rng(devices=[]), recorder.watching(), recorder:
        found = network.train(training)(images)
    last = recorder.maker_of(found) if isinstance(found, Tensor) else None
    shape = tuple(found.shape) if isinstance(found, Tensor) else None
    foreign = recorder.foreign
    return Trace(
        tuple(recorder.calls),
        None if last == IMAGES else last,
        shape,
        frozenset(recorder.used),
        foreign.said,
        foreign.weights,
    )


def unused_layers(network: nn.Module, used: frozenset[str]) -> tuple[str, ...]:
    """Layers none of whose parameters, and none of whose calls, is among ``used``; but for a dropout of nothing."""
    names = {id(parameter): name for name, parameter in reversed(list(network.named_parameters()))}
    unused = []
    for path, module in network.named_modules():
        own = [names[id(parameter)] for parameter in module.parameters(recurse=False) if id(parameter) in names]
        kind = type(module).__name__
        missed = type(module).__module__.startswith("torch.") and any(part in kind for part in LAYERS_WITHOUT_WEIGHTS)
        idle = isinstance(module, _DropoutNd) and module.p == 0
        if path not in used and (own or missed) and not idle and used.isdisjoint(own):
            unused.append(path or kind)
    return tuple(unused)


class _Recorder(TorchFunctionMode):
    """Notes every function that is called with the tensors of the pass."""

    def __init__(self, network: nn.Module, images: Tensor) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.used: set[str] = set()
        self._network = network
        self._names = {id(parameter): name for name, parameter in reversed(list(network.named_parameters()))}
        self._makers: dict[int, int] = {id(images): IMAGES}
        self._padding: dict[int, tuple[Padding, int]] = {}
        self._kept: list[Tensor] = [images]  # so that no other tensor gets the same id
        self.foreign = Foreign(network)
        self._inside: list[tuple[str, nn.Module]] = []

    def maker_of(self, tensor: Tensor) -> int | None:
        return self._makers.get(id(tensor))

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        given = [*_tensors(args), *_tensors(kwargs.values())]
        self.used.update(self._names[id(one)] for one in given if id(one) in self._names)
        before = self._before(given)
        if before:
            self.foreign.meet(name_of(func, {}), (one for one in given if id(one) not in self._makers))
        shapes = [tuple(one.shape) for one in given if id(one) in self._makers]
        result = func(*args, **kwargs)
        made = list(_tensors((result,)))
        if made and not before:
            self.foreign.pass_on(name_of(func, {}), given, made)
        if before and made:
            named = arguments_of(name_of(func, {}), args, kwargs)
            entered = next(one for one in given if id(one) in self._makers)
            self._note(name_of(func, named), named, before, shapes[0], entered, made, self._shifts(func, given))
        return result

    def _shifts(self, func: Callable[..., Any], given: Iterable[Tensor]) -> bool:
        """Whether a parameter, or a view of one, is added to what came of the images."""
        if name_of(func, {}) not in SHIFTS:
            return False
        others = (one for one in given if id(one) not in self._makers)
        return any(id(base) in self._names for one in others for base in (one, one._base))  # noqa: SLF001

    def _note(
        self,
        function: str,
        given: Mapping[str, Any],
        before: tuple[int, ...],
        shape: tuple[int, ...],
        entered: Tensor,
        made: list[Tensor],
        shifts: bool,
    ) -> None:
        front, origin = self._padding.get(before[0], ((), before[0])) if len(before) == 1 else ((), before[0])
        meaning = meaning_of(function, given, entered, made[0], front)
        meaning = replace(meaning, biased=True) if shifts else meaning
        if function == "pad" and entered.ndim > 2 and not front:
            self._padding[len(self.calls)] = (padding_of(given, entered.ndim - 2), origin)
        self._append(
            Call(
                **vars(meaning),
                index=len(self.calls),
                name=self._name(function, given),
                function=function,
                before=before,
                inputs=shape[1:],
                outputs=tuple(made[0].shape[1:]),
            ),
            made,
        )

    def _append(self, call: Call, made: Iterable[Tensor]) -> None:
        self.calls.append(call)
        for tensor in made:
            self._makers[id(tensor)] = call.index
            self._kept.append(tensor)

    def _before(self, given: Iterable[Tensor]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self._makers[id(one)] for one in given if id(one) in self._makers))

    def _name(self, function: str, given: Mapping[str, Any]) -> str:
        path, module = self._inside[-1] if self._inside else ("", self._network)
        weight = self._names.get(id(given.get("weight")))
        if next(module.children(), None) is None and path:
            return path
        if weight is not None:
            return weight.removesuffix(".weight")
        return f"{function} in {path}" if path else function

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Keeps track of the module that the pass is in; joins what no function was seen to make to its module."""
        with contextlib.ExitStack() as hooks:
            for path, module in self._network.named_modules():
                if isinstance(module, torch.jit.ScriptModule):  # cannot be looked into, so that all of it counts
                    self.used.update((path, *(self._names[id(one)] for one in module.parameters())))
                    continue
                hooks.callback(module.register_forward_pre_hook(self._entering(path), with_kwargs=True).remove)
                hooks.callback(module.register_forward_hook(self._leaving, with_kwargs=True).remove)
            yield

    def _entering(self, path: str) -> Callable[..., None]:
        def enter(module: nn.Module, _args: Any, _kwargs: Any) -> None:
            self._inside.append((path, module))
            self.used.add(path)

        return enter

    def _leaving(self, _module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        path, module = self._inside.pop()
        made = [one for one in _tensors((output,)) if id(one) not in self._makers]
        given = [*_tensors(args), *_tensors(kwargs.values())]
        before = self._before(given)
        if made and before:
            kind = type(module).__name__
            call = Call(
                kind=Kind.OTHER,
                index=len(self.calls),
                name=path or kind,
                function=kind,
                before=before,
                inputs=tuple(given[0].shape[1:]),
                outputs=tuple(made[0].shape[1:]),
            )
            self._append(call, made)


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """The tensors among values, also inside lists, tuples and mappings."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
        elif isinstance(value, Mapping):
            yield from _tensors(value.values())
