"""Switching regularisation off inside a network."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
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


def switch_dropout_off(network: nn.Module) -> None:
    """Sets the rate of every dropout module to 0, subclasses included; and functions of torch that drop something hand
    on what they are given wherever the network's own forward pass calls them.

    What a network draws by itself, such as paths that it leaves out by ``torch.rand``, goes on: that cannot be seen
    from outside.
    """
    for module in network.modules():
        for kind, rate in DROPOUT_RATES:
            if isinstance(module, kind):
                setattr(module, rate, 0.0)
    _Passes().watch(network)


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
        if getattr(func, "__name__", "").rstrip("_") in DROPPING:
            share = named.get("p", args[1] if len(args) > 1 else 0.5)
            active = named.get("training", named.get("train", args[2] if len(args) > 2 else True))
            self.met = self.met or bool(active and share)
            return args[0] if args else named["input"]
        if named.get("dropout_p"):
            self.met, named["dropout_p"] = True, 0.0
        return func(*args, **named)


def calls_dropout(network: nn.Module, images: Tensor) -> bool:
    """Whether a pass of ``images`` (N, C, H, W) in training mode calls a function that drops something."""
    mode = WithoutDropout()
    with torch.no_grad(), mode:
        network.train()(images)
    return mode.met


class _Passes:
    """The passes of one network, each without dropout; after the first one in training mode that calls no such function
    they are left alone."""

    def __init__(self) -> None:
        self._open: list[WithoutDropout] = []
        self._needless = False

    def watch(self, network: nn.Module) -> None:
        network.register_forward_pre_hook(self._enter)
        network.register_forward_hook(self._leave, always_call=True)

    def _enter(self, *_: object) -> None:
        if not self._needless:
            self._open.append(WithoutDropout())
            self._open[-1].__enter__()  # type: ignore[no-untyped-call]

    def _leave(self, network: nn.Module, *_: object) -> None:
        if self._open:
            mode = self._open.pop()
            mode.__exit__(None, None, None)  # type: ignore[no-untyped-call]
            self._needless = network.training and not mode.met
