"""From one call of a torch function to what it means: its kind, its window, its weights."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from hpsearch.advice.facts import Axis, Kind, Meaning

Sizes = tuple[int, ...]

_WINDOW = ("input", "kernel_size", "stride", "padding")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("conv1d", "conv2d", "conv3d"), ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
    ),
    "linear": ("input", "weight", "bias"),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), (*_WINDOW, "dilation", "ceil_mode")),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), _WINDOW),
    **dict.fromkeys(("lp_pool1d", "lp_pool2d", "lp_pool3d"), ("input", "norm_type", "kernel_size", "stride")),
    "pad": ("input", "pad", "mode", "value"),
    **dict.fromkeys(
        ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"), ("input", "p")
    ),
    "hardtanh": ("input", "min_val", "max_val"),
    "mean": ("input", "dim"),
}
"""The names of the positional arguments of the functions whose settings matter."""

SATURATING = frozenset({"sigmoid", "hardsigmoid", "tanh", "hardtanh", "softsign"})
PROBABILITIES = frozenset({"softmax", "softmin", "sigmoid", "hardsigmoid"})
BOUNDED = SATURATING | PROBABILITIES
ACTIVATIONS = BOUNDED | {
    *("log_softmax", "logsigmoid", "relu", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "selu", "celu", "gelu"),
    *("silu", "mish", "hardswish", "softplus", "threshold"),
}
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), Kind.CONVOLUTION),
    "linear": Kind.LINEAR,
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "bilinear"), Kind.WEIGHTED),
    **dict.fromkeys(("multi_head_attention_forward", "lstm", "gru", "rnn_tanh", "rnn_relu"), Kind.WEIGHTED),
    **dict.fromkeys((name for name in ARGUMENTS if "_pool" in name), Kind.POOLING),
    **dict.fromkeys(("batch_norm", "instance_norm"), Kind.BATCH_NORM),
    **dict.fromkeys(("group_norm", "layer_norm", "rms_norm"), Kind.NORM),
    **dict.fromkeys(ACTIVATIONS, Kind.ACTIVATION),
    **dict.fromkeys((name for name in ARGUMENTS if "dropout" in name), Kind.DROPOUT),
    **dict.fromkeys(("flatten", "view", "reshape", "squeeze", "unsqueeze", "contiguous", "clone"), Kind.SHAPE),
    **dict.fromkeys(("permute", "transpose", "pad", "unflatten", "to", "float", "get", "detach"), Kind.SHAPE),
}


Padding = tuple[tuple[int, int], ...]


def arguments_of(function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by name, where the names are known."""
    return {**dict(zip(ARGUMENTS.get(function, ()), args, strict=False)), **kwargs}


def name_of(func: object, given: Mapping[str, Any]) -> str:
    """The function without underscores: those in place mean the same. ``hardtanh`` from 0 is what ReLU6 calls."""
    name = str(getattr(func, "__name__", "")).strip("_") or "function"
    return "relu6" if name == "hardtanh" and given.get("min_val", -1.0) >= 0 else name


def meaning_of(function: str, given: Mapping[str, Any], entered: Tensor, made: Tensor, in_front: Padding) -> Meaning:
    """What the function did to ``entered`` (N, C, …); ``in_front`` is padding that it has already."""
    kind = KINDS.get(function, Kind.OTHER)
    dimensions = entered.ndim - 2
    if function.startswith("adaptive_") or function in ("mean", "amax"):
        return Meaning(_of_whole_map(entered, made))
    if kind is Kind.DROPOUT:
        share = float(given.get("p", 0.5))
        off = not given.get("training", True)
        return Meaning(Kind.DROPOUT if share > 0 else Kind.SHAPE, strength=share, switched_off=off)
    if kind is Kind.POOLING and dimensions >= 1:
        axes = _axes(given, _sizes(given["kernel_size"], dimensions), entered, made, in_front)
        whole = all(axis.made == 1 and axis.reach >= axis.side for axis in axes)
        return Meaning(Kind.GLOBAL if whole else Kind.POOLING, axes)
    if kind is Kind.CONVOLUTION:
        weight: Tensor = given["weight"]
        axes = _axes(given, tuple(weight.shape[2:]), entered, made, in_front)
        groups = int(given.get("groups", 1))
        biased = given.get("bias") is not None
        return Meaning(kind, axes, int(weight.shape[1]) * groups, int(weight.shape[0]), groups, biased, weight.numel())
    if kind is Kind.LINEAR:
        weight = given["weight"]
        biased = given.get("bias") is not None
        return Meaning(kind, (), int(weight.shape[-1]), int(weight.shape[0]), 1, biased, weight.numel())
    return Meaning(kind)


def padding_of(given: Mapping[str, Any], dimensions: int) -> Padding:
    """What a call of ``pad`` adds to each direction of a map; torch lists the last direction first."""
    pads = [int(size) for size in given["pad"]][: 2 * dimensions]
    pads += [0] * (2 * dimensions - len(pads))
    return tuple((pads[2 * axis], pads[2 * axis + 1]) for axis in reversed(range(dimensions)))


def _of_whole_map(entered: Tensor, made: Tensor) -> Kind:
    before, after = math.prod(entered.shape[2:]), math.prod(made.shape[2:])
    if entered.ndim < 3 or made.ndim < 2 or made.shape[:2] != entered.shape[:2]:
        return Kind.OTHER
    if after == 1:
        return Kind.GLOBAL
    return Kind.SHAPE if after == before else Kind.OTHER


def _axes(
    given: Mapping[str, Any], kernel: Sizes, entered: Tensor, made: Tensor, in_front: Padding
) -> tuple[Axis, ...]:
    dimensions = len(kernel)
    stride = _sizes(given["stride"], dimensions) if given.get("stride") not in (None, (), []) else ()
    if not stride:  # of convolutions it is 1 by default, of poolings the window
        stride = (1,) * dimensions if "weight" in given else kernel
    dilation = _sizes(given.get("dilation", 1), dimensions)
    own = _padding(given.get("padding", 0), kernel, dilation)
    front = in_front or ((0, 0),) * dimensions
    return tuple(
        Axis(
            side=int(entered.shape[-dimensions + place]) - sum(front[place]),
            kernel=kernel[place],
            stride=stride[place],
            dilation=dilation[place],
            padding=(own[place][0] + front[place][0], own[place][1] + front[place][1]),
            made=int(made.shape[-dimensions + place]),
        )
        for place in range(dimensions)
    )


def _padding(padding: Any, kernel: Sizes, dilation: Sizes) -> Padding:
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding == "same":
        totals = [step * (size - 1) for size, step in zip(kernel, dilation, strict=True)]
        return tuple((total // 2, total - total // 2) for total in totals)
    return tuple((size, size) for size in _sizes(padding, len(kernel)))


def _sizes(value: Any, dimensions: int) -> Sizes:
    if isinstance(value, int):
        return (value,) * dimensions
    sizes = tuple(int(size) for size in value)
    return sizes * dimensions if len(sizes) == 1 else sizes
