"""Watches one pass of a network, operation by operation, and writes a row for each layer."""

import contextlib
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from hpsearch.cost.arithmetic import multiply_adds
from hpsearch.cost.field import Axis, Field
from hpsearch.cost.field_rules import Call, field_of
from hpsearch.cost.row import BYTES_PER_NUMBER, LayerCost, Part, ReceptiveField
from hpsearch.cost.shapes import run

PLAIN_NAMES = {
    "convolution": "conv2d",
    "max_pool2d_with_indices": "max_pool2d",
    "addmm": "linear",
    "mm": "matmul",
    "bmm": "matmul",
}
"""What users call some of ATen's operations."""


@dataclass
class _Visit:
    """What was seen inside of one call of a layer."""

    multiply_adds: int = 0
    kinds: set[str] = field(default_factory=set)


class Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Collects ``rows`` while images go through a network.

    A module without modules in it is one row; an operation outside of these is a row of its own, unless its result
    is only another view of numbers that are there already.
    """

    def __init__(self, network: nn.Module, images: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.rows: list[LayerCost] = []
        self._image = (int(images.shape[-2]), int(images.shape[-1]))
        self._fields: MutableMapping[Tensor, Field | None] = WeakTensorKeyDictionary()
        # Of each tensor that depends on the images; None where it is not known.
        self._fields[images] = Field(Axis.of_image(self._image[0]), Axis.of_image(self._image[1]))
        self._weights: MutableMapping[Tensor, Mapping[int, int]] = WeakTensorKeyDictionary()
        # Of each tensor made of weights alone: the identities of these and their sizes.
        for parameter in network.parameters():
            self._weights[parameter] = {id(parameter): parameter.numel()}
        self._counted: set[int] = set()
        self._stored = {_storage(images)}
        self._kept: list[Tensor] = [images]  # keeps storages alive, so that no later one takes their identity
        self._path: list[str] = [""]
        self._visits: list[_Visit] = []

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the mode works without torch's compiler, whose import would take seconds

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        made = run(func, args, kwargs or {})
        given = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        results = [one for one in tree_leaves(made) if isinstance(one, Tensor)]
        if results:
            self._follow(func.name().split("::")[-1].split(".")[0], args, given, results)
        return made

    def _follow(self, operation: str, arguments: tuple[Any, ...], given: list[Tensor], results: list[Tensor]) -> None:
        weights = {name: size for one in given for name, size in self._weights.get(one, {}).items()}
        seen = [one for one in given if one in self._fields]
        if not seen:
            for one in results:
                self._weights[one] = weights
            return
        known = [self._fields[one] for one in seen]
        call = Call(operation.rstrip("_") or operation, arguments, tuple(filter(None, known)), results[0], self._image)
        found = field_of(call) if None not in known else None
        for one in results:
            self._fields[one] = found
        count = multiply_adds(operation, arguments, results[0])
        if self._visits:
            self._visits[-1].multiply_adds += count
            self._visits[-1].kinds.add(operation)
        elif not self._is_view(operation, results[0]):
            self._write(self._operation_name(operation), results[0], weights, count, {operation})

    def _is_view(self, operation: str, made: Tensor) -> bool:
        return _storage(made) in self._stored and not operation.endswith("_")

    def _operation_name(self, operation: str) -> tuple[str, str]:
        kind = PLAIN_NAMES.get(operation, operation.strip("_").removeprefix("native_"))
        return f"{self._path[-1]}.{kind}".lstrip("."), kind

    def _write(
        self, name: tuple[str, str], made: Any, weights: Mapping[int, int], count: int, operations: set[str]
    ) -> None:
        new = {key: size for key, size in weights.items() if key not in self._counted}
        self._counted.update(new)
        tensor = made if isinstance(made, Tensor) else None
        self.rows.append(
            LayerCost(
                *name,
                output_shape=() if tensor is None else tuple(tensor.shape[1:]),
                parameters=sum(new.values()),
                multiply_adds=count,
                activation_bytes=0 if tensor is None else self._new_bytes(tensor),
                receptive_field=None if tensor is None else _told(self._fields.get(tensor)),
                part=_part(operations),
            )
        )

    def _new_bytes(self, made: Tensor) -> int:
        storage = _storage(made)
        if storage in self._stored:
            return 0
        self._stored.add(storage)
        self._kept.append(made)
        return made.numel() * BYTES_PER_NUMBER

    @contextlib.contextmanager
    def watching(self, network: nn.Module) -> Iterator[None]:
        """Rows are written while this is open."""
        with contextlib.ExitStack() as hooks:
            for name, module in network.named_modules():
                enter, leave = self._enter_layer, self._leave_layer(name)
                if not _is_layer(module, network):
                    enter, leave = self._enter_block(name), self._leave_block
                hooks.callback(module.register_forward_pre_hook(enter).remove)
                hooks.callback(module.register_forward_hook(leave).remove)
            with self:
                yield

    def _enter_block(self, name: str) -> Any:
        return lambda module, inputs: self._path.append(name)  # noqa: ARG005

    def _leave_block(self, module: nn.Module, inputs: Any, output: Any) -> None:  # noqa: ARG002
        self._path.pop()

    def _enter_layer(self, module: nn.Module, inputs: Any) -> None:  # noqa: ARG002
        self._visits.append(_Visit())

    def _leave_layer(self, name: str) -> Any:
        def leave(module: nn.Module, inputs: Any, output: Any) -> None:  # noqa: ARG001
            visit = self._visits.pop()
            weights = {id(parameter): parameter.numel() for parameter in module.parameters()}
            self._write((name, type(module).__name__), output, weights, visit.multiply_adds, visit.kinds)

        return leave


def traced(network: nn.Module, images: Tensor) -> list[LayerCost]:
    """One row for each layer, in the order in which one image (1, C, H, W) goes through in evaluation mode."""
    trace = Trace(network, images)
    with torch.no_grad(), trace.watching(network):
        network.eval()(images)
    return trace.rows


def _is_layer(module: nn.Module, network: nn.Module) -> bool:
    if next(module.children(), None) is not None:
        return False
    return module is not network or type(module).__module__.startswith("torch.nn.")


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001  (the identity of the memory, which tensors share)


def _told(found: Field | None) -> ReceptiveField | None:
    if found is None:
        return None
    rows, columns = found.rows, found.columns
    strides = None if rows.stride == 0 and columns.stride == 0 else (rows.stride, columns.stride)
    return ReceptiveField((rows.size, columns.size), strides, (rows.offset, columns.offset))


def _part(operations: set[str]) -> Part:
    if "convolution" in operations:
        return "convolution"
    return "linear" if operations & {"addmm", "mm", "bmm", "baddbmm"} else "other"
