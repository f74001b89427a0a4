"""Watches one forward pass: what every layer gives, reduced to a few numbers for each unit at once."""

import math
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from hpsearch.training.stacked.value import LEADING, MERGED, SECOND, Stacked

RANGES: dict[str, tuple[float, float]] = {
    "Sigmoid": (0.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "Hardsigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "Tanh": (-1.0, 1.0),
    "tanh": (-1.0, 1.0),
    "Hardtanh": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "Softsign": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}
"""Of bounded activations, modules and functions."""
NEAR = 0.01
"""Of the range: so near to its ends a unit is saturated."""
FUNCTIONS = frozenset(
    f"{name}{end}"
    for name in (
        *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "hardswish"),
        *("sigmoid", "hardsigmoid", "tanh", "hardtanh", "softsign", "softmax", "log_softmax"),
        *("dropout", "dropout2d", "batch_norm"),
    )
    for end in ("", "_")
)
"""Layers that are called as functions; torch's own modules call them too, and are seen as modules."""
DENSE = frozenset({"Conv1d", "Conv2d", "Conv3d", "Linear", "BatchNorm1d", "BatchNorm2d", "GroupNorm", "LayerNorm"})
"""Their outputs are zero where a whole unit is, so that zeros need not be counted."""
PASSED = (nn.Flatten, nn.Unflatten, nn.Identity, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
"""They show nothing that the layer before has not shown."""


class Sight(NamedTuple):
    """What one layer gave: tensors (K, units), each a mean over samples and places."""

    name: str
    kind: str
    mean: Tensor
    variance: Tensor
    sample_variance: Tensor
    """Over samples alone, at one place."""
    filled: Tensor | None
    """Outputs that are not zero; None where no unit but a dead one has zeros."""
    saturated: Tensor | None
    """None for an activation without bounds."""
    outputs: int
    """Of one unit: samples times places."""


class Watch(TorchFunctionMode):
    """While it is entered, the calls of the layers of ``root`` are noted in ``sights``. It changes no result."""

    def __init__(self, root: nn.Module, members: int) -> None:
        super().__init__()
        self.sights: list[Sight] = []
        self.failed = False
        """Whether something gave what cannot be looked at."""
        self._root = root
        self._members = members
        self._handles: list[Any] = []
        self._running = False
        self._inside = 0
        self._last = ""

    def __enter__(self) -> Self:
        root = self._root
        self._handles = [root.register_forward_pre_hook(self._begin)]
        for name, module in root.named_modules():
            if is_layer(name, module):
                self._handles.append(module.register_forward_pre_hook(self._go_in))
                self._handles.append(module.register_forward_hook(self._hook(name or type(module).__name__)))
        self._handles.append(root.register_forward_hook(self._end))
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]
        for handle in self._handles:
            handle.remove()

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        if self._running and not self._inside:
            name = getattr(func, "__name__", "")
            if name in FUNCTIONS:
                kind = name.removesuffix("_")
                self._note(f"{kind} after {self._last}" if self._last else kind, kind, made)
        return made

    def _begin(self, *_: object) -> None:
        self._running = True

    def _end(self, *_: object) -> None:
        self._running = False

    def _go_in(self, module: nn.Module, _: object) -> None:
        self._inside += is_torchs_own(module)

    def _hook(self, name: str) -> Callable[[nn.Module, object, object], None]:
        def noted(module: nn.Module, _: object, made: object) -> None:
            self._inside -= is_torchs_own(module)
            if self._running:
                self._last = name
                if not isinstance(module, PASSED):
                    self._note(name, type(module).__name__, made)

        return noted

    def _note(self, name: str, kind: str, made: object) -> None:
        found = made[0] if isinstance(made, tuple | list) and made else made
        if isinstance(found, Tensor | Stacked) and found.is_floating_point() and found.numel():
            inside, self._inside = self._inside, 1
            try:
                self.sights.append(_sight(name, kind, found, self._members))
            except Exception:  # noqa: BLE001  (what is only looked at must not end a trial)
                self.failed = True
            finally:
                self._inside = inside


def is_layer(name: str, module: nn.Module) -> bool:
    """Whether it is looked at: a module without children, or whose weights alone are made from others."""
    return "parametrizations" not in name.split(".") and all(
        child == "parametrizations" for child, _ in module.named_children()
    )


def is_torchs_own(module: nn.Module) -> bool:
    """Whether the functions that it calls are its own affair."""
    return type(module).__module__.startswith("torch.")


@torch.no_grad()
def _sight(name: str, kind: str, found: "Tensor | Stacked", members: int) -> Sight:
    values, units, samples = _laid(found, members)
    over = [axis for axis in range(values.ndim) if axis not in (*units, samples)]
    variance, mean = torch.var_mean(values, [samples, *over], correction=0)
    sample_variance = variance
    if over:
        sample_variance = values.var(samples, correction=0, keepdim=True).mean([samples, *over])
    filled = None if kind in DENSE else values.count_nonzero([samples, *over])
    saturated = None
    if kind in RANGES:
        low, high = RANGES[kind]
        near = NEAR * (high - low)
        saturated = ((values <= low + near) | (values >= high - near)).mean([samples, *over], dtype=mean.dtype)
    return Sight(
        name,
        kind,
        mean.reshape(members, -1),
        variance.reshape(members, -1),
        sample_variance.reshape(members, -1),
        None if filled is None else filled.reshape(members, -1),
        None if saturated is None else saturated.reshape(members, -1),
        values.shape[samples] * math.prod(values.shape[axis] for axis in over),
    )


def _laid(found: "Tensor | Stacked", members: int) -> tuple[Tensor, tuple[int, ...], int]:
    """The values, the axes of members and units in them (members first), and the axis of samples."""
    if isinstance(found, Tensor):
        values = found.detach()
        values = values.expand(members, *values.shape) if members > 1 else values.unsqueeze(0)
        order = LEADING
    else:
        values, order = found.inner.detach(), found.order
    values = values if values.dtype in (torch.float32, torch.float64) else values.float()
    if order == MERGED:
        return values, (1,), 0
    if order == SECOND:
        return values, (1, *_unit(values)), 0
    if order != LEADING:
        values = values.expand(members, *values.shape)
    return values, (0, *_unit(values)), 1


def _unit(values: Tensor) -> tuple[int, ...]:
    """The axis of units of values with members and samples before it: the last one of tokens, else the third."""
    if values.ndim < 3:
        return ()
    return (3,) if values.ndim == 4 else (2,)
