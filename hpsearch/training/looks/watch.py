"""Watches one forward pass: what every layer gives, with the samples reduced to a mean and a variance at once."""

import math
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from hpsearch.training.looks.modes import has_modes
from hpsearch.training.looks.sights import Sight, sight_of
from hpsearch.training.stacked.value import LEADING, MERGED, Stacked

FUNCTIONS = frozenset(
    f"{name}{end}"
    for name in (
        *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "hardswish"),
        *("sigmoid", "hardsigmoid", "tanh", "hardtanh", "softsign", "softmax", "log_softmax"),
        *("dropout", "dropout2d", "batch_norm"),
    )
    for end in ("", "_")
)
"""Layers that are called as functions. Modules of torch call them too, and are seen as modules."""
PASSED = (nn.Flatten, nn.Unflatten, nn.Identity, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
"""They show nothing that the layer before has not shown."""


class Watch(TorchFunctionMode):
    """While it is entered, the calls of the layers of ``root`` are noted in ``sights``. It changes no result."""

    def __init__(self, root: nn.Module, layers: Sequence[tuple[str, nn.Module]], members: int) -> None:
        """``layers``: those of ``layers_of``."""
        super().__init__()
        self.sights: list[Sight] = []
        self.evaluating: list[str] = []
        """Those to which the mode matters that were called in evaluation mode."""
        self.reached: Tensor | None = None
        """(K, N): whether a gradient came to the output of a layer that is the first on its way, of all that are; there
        once it was gone back."""
        self.failed = False
        """Whether something gave what cannot be looked at."""
        self._root = root
        self._layers = layers
        self._names = {id(module): name for name, module in layers}
        self._members = members
        self._handles: list[Any] = []
        self._running = False
        self._called: tuple[str, Any] | None = None
        """The last activation that was called as a function; whose it is, the next event shows."""
        self._last = ""
        self._waits = False

    def __enter__(self) -> Self:
        try:
            self._handles.append(self._root.register_forward_pre_hook(self._begin))
            for _, module in self._layers:
                self._handles.append(module.register_forward_hook(self._given))
            self._handles.append(self._root.register_forward_hook(self._end))
            super().__enter__()  # type: ignore[no-untyped-call]
        except Exception:
            self._let_go()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]
        finally:
            self._let_go()

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if self._called is not None:
            self._note_call()
        made = func(*args, **(kwargs or {}))
        if self._running and getattr(func, "__name__", "") in FUNCTIONS:
            self._called = func.__name__.removesuffix("_"), made
        return made

    def _let_go(self) -> None:
        for handle in self._handles:
            handle.remove()

    def _begin(self, *_: object) -> None:
        self._running = True

    def _end(self, *_: object) -> None:
        if self._called is not None:
            self._note_call()
        self._running = False

    def _given(self, module: nn.Module, given: tuple[object, ...], made: object) -> None:
        if not self._running:
            return
        if self._called is not None and self._called[1] is made and type(module).__module__.startswith("torch."):
            self._called = None  # it was the module's own affair
        elif self._called is not None:
            self._note_call()
        self._last = self._names[id(module)]
        if not module.training and has_modes(module):
            self.evaluating.append(self._last)
        if not isinstance(module, PASSED):
            self._note(self._last, type(module).__name__, made, given)

    def _note_call(self) -> None:
        if self._called is not None:
            (kind, made), self._called = self._called, None
            self._note(f"{kind} after {self._last}" if self._last else kind, kind, made)

    def _note(self, name: str, kind: str, made: object, given: Sequence[object] | None = None) -> None:
        """``given``: to a module. Where nothing of it can have a gradient, it is a first one."""
        try:
            found = made[0] if isinstance(made, tuple | list) and made else made
            if not isinstance(found, Tensor | Stacked):
                return
            # Else every property that is asked for would be a call of this mode, which takes as long as a reduction.
            with torch._C.DisableTorchFunction():  # noqa: SLF001
                values, order = (found, None) if isinstance(found, Tensor) else (found.inner, found.order)
                if not (values.is_floating_point() and values.numel()):
                    return
                with torch.no_grad():
                    self.sights.append(sight_of(name, kind, found, self._members))
                if not self._waits or (given is not None and not any(map(_is_graded, given))):
                    self._wait_for(values, order)
        except Exception:  # noqa: BLE001  (what is only looked at must not end a trial)
            self.failed = True

    def _wait_for(self, values: Tensor, order: int | None) -> None:
        """For the gradient of what such a layer gave: another branch may be the way of a sample. ``order``: of what is
        stacked."""
        if not values.requires_grad or (order is None and self._members > 1):
            return
        self._waits = True

        def come(gradient: Tensor) -> None:
            given = gradient.detach()
            if order == MERGED:
                given = torch.unflatten(given, 1, (self._members, -1))
            first = 1 if order is None else 2
            axes = tuple(range(first, given.ndim))
            largest = torch.linalg.vector_norm(given, math.inf, axes) if axes else given
            if order is None:
                largest = largest.unsqueeze(0)
            came = largest != 0 if order in (None, LEADING) else largest.t() != 0
            self.reached = came if self.reached is None else _either(self.reached, came)

        values.register_hook(come)  # type: ignore[no-untyped-call]


def _is_graded(value: object) -> bool:
    inner = value.inner if isinstance(value, Stacked) else value
    return isinstance(inner, Tensor) and inner.requires_grad


def _either(one: Tensor, other: Tensor) -> Tensor:
    """What goes another way by parts of the batch cannot be told by sample: of no sample then that it was left out."""
    return one | other if one.shape == other.shape else torch.ones_like(one)


def layers_of(root: nn.Module) -> list[tuple[str, nn.Module]]:
    """What is looked at, by name: modules without children, or whose children make their weights."""
    return [
        (name or type(module).__name__, module)
        for name, module in root.named_modules()
        if "parametrizations" not in name.split(".")
        and all(key == "parametrizations" for key, child in vars(module)["_modules"].items() if child is not None)
    ]
