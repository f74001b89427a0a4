"""Switching regularisation off inside a network."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

DROPOUT_RATES: tuple[tuple[type[nn.Module], str], ...] = (
    (nn.Dropout, "p"),
    (nn.Dropout1d, "p"),
    (nn.Dropout2d, "p"),
    (nn.Dropout3d, "p"),
    (nn.AlphaDropout, "p"),
    (nn.FeatureAlphaDropout, "p"),
    (nn.MultiheadAttention, "dropout"),
    (nn.RNNBase, "dropout"),
)
"""Modules of torch that drop something while they train, and the attribute that holds the rate."""


def drops_out(network: nn.Module) -> bool:
    """Whether there is dropout that ``switch_dropout_off`` would switch off."""
    return any(
        isinstance(module, kind) and getattr(module, rate) > 0
        for module in network.modules()
        for kind, rate in DROPOUT_RATES
    )


DROPPING = frozenset(
    {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"}
)
"""Functions of torch that drop something of their first argument; a trailing underscore means the same in place."""
RATE_OF_ATTENTION = 4
"""The place of ``dropout_p`` among the arguments of ``scaled_dot_product_attention``."""


def switch_dropout_off(network: nn.Module) -> None:
    """Sets the rate of every dropout module to 0, subclasses included."""
    for module in network.modules():
        for kind, rate in DROPOUT_RATES:
            if isinstance(module, kind):
                setattr(module, rate, 0.0)


class WithoutDropout(TorchFunctionMode):
    """Inside, functions that would drop something hand on what they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.met = False
        """Whether one would have dropped something."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Calls the function, or does not."""
        named = dict(kwargs or {})
        if func is torch.autograd.backward and not any(named.values()):
            return self._go_back(*args[0])
        if getattr(func, "__name__", "").rstrip("_") in DROPPING:
            share = named.get("p", args[1] if len(args) > 1 else 0.5)
            active = named.get("training", named.get("train", args[2] if len(args) > 2 else True))
            self.met = self.met or bool(active and share)
            return args[0] if args else named["input"]
        if named.get("dropout_p"):
            self.met, named["dropout_p"] = True, 0.0
        elif func is functional.scaled_dot_product_attention and len(args) > RATE_OF_ATTENTION:
            self.met = self.met or bool(args[RATE_OF_ATTENTION])
            args = (*args[:RATE_OF_ATTENTION], 0.0, *args[RATE_OF_ATTENTION + 1 :])
        return func(*args, **named)

    def _go_back(self, loss: Tensor) -> None:
        """``torch.autograd.backward`` of a scalar. Torch leaves this mode for a call that it asks about; the engine is
        started inside it, since it hands the modes that it was started in to what is repeated on the way back."""
        one = torch.ones_like(loss)
        with self:
            engine = torch.autograd.Variable._execution_engine  # noqa: SLF001  (torch has no public way in)
            engine.run_backward((loss,), (one,), False, False, (), allow_unreachable=True, accumulate_grad=True)


def calls_dropout(network: nn.Module, images: Tensor) -> bool:
    """Whether a pass of ``images`` (N, C, H, W) in training mode calls a function that drops something."""
    mode = WithoutDropout()
    with torch.no_grad(), mode:
        network.train()(images)
    return mode.met


class DropoutByFunctions:
    """A training of which functions drop something, or with ``off`` nothing: neither in its passes nor where one is
    repeated on the way back (activation checkpoints), nor in its evaluations.

    What a network draws by itself, such as paths that it leaves out by ``torch.rand``, goes on: that cannot be seen
    from outside. So does dropout that begins after the first iteration.
    """

    def __init__(self, *, off: bool) -> None:
        self._off = off
        self._mode = WithoutDropout()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._off:
            self._open.enter_context(self._mode)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def settle(self) -> None:
        """After a whole iteration: where nothing would have been dropped, nothing is watched any more."""
        if not self._mode.met:
            self._open.close()
