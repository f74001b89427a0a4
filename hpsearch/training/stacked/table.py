"""Which functions of torch can be done for all members at once, and how.

Each table is by name; ``FUNCTIONS`` has what torch itself calls by these names (``torch.NAME``, ``Tensor.NAME`` and
``functional.NAME``), ``METHODS`` those of a value.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from hpsearch.training.stacked import axes, conversion, reduction, shaping
from hpsearch.training.stacked.arithmetic import binary, elementwise, where
from hpsearch.training.stacked.dropout import dropout, dropout_of_maps
from hpsearch.training.stacked.layers import convolution, linear, product
from hpsearch.training.stacked.normalization import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    local_response_norm,
)
from hpsearch.training.stacked.pooling import mapwise
from hpsearch.training.stacked.value import Handler, Stacked

ONE_VALUE: dict[str, Any] = {
    **{
        name: getattr(torch, name)
        for name in (
            *("abs", "ceil", "clamp", "cos", "erf", "exp", "expm1", "floor", "log", "log1p", "log2", "neg", "relu"),
            *("reciprocal", "round", "rsqrt", "selu", "sigmoid", "sign", "sin", "sqrt", "square", "tanh", "celu"),
            *("isfinite", "isnan", "isinf", "logical_not"),
        )
    },
    **{
        name: getattr(functional, name)
        for name in (
            *("elu", "gelu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "logsigmoid", "mish"),
            *("relu6", "silu", "softplus", "softshrink", "softsign", "tanhshrink", "threshold"),
        )
    },
}
"""Of each element by itself."""
SIGNS = ("neg", "abs")
TWO_VALUES: dict[str, Any] = {
    name: getattr(torch, name)
    for name in (
        *("add", "sub", "mul", "div", "pow", "maximum", "minimum", "fmod", "remainder", "atan2"),
        *("gt", "ge", "lt", "le", "eq", "ne", "logical_and", "logical_or"),
    )
}
"""Of two values, element by element."""
OPERATORS: dict[str, str] = {
    **{f"__{name}__": name for name in ("add", "sub", "mul", "pow", "gt", "ge", "lt", "le", "eq", "ne")},
    "__truediv__": "div",
    "__mod__": "remainder",
}
TURNED: dict[str, str] = {"__radd__": "add", "__rsub__": "sub", "__rmul__": "mul", "__rpow__": "pow"} | {
    "__rtruediv__": "div"
}
IN_PLACE: dict[str, str] = {"__iadd__": "add", "__isub__": "sub", "__imul__": "mul", "__itruediv__": "div"} | {
    f"{name}_": name for name in ("add", "sub", "mul", "div")
}
LAYERS: dict[str, Handler] = {
    **{name: convolution(getattr(functional, name)) for name in ("conv1d", "conv2d", "conv3d")},
    "linear": linear,
    "prelu": shaping.prelu,
    "local_response_norm": local_response_norm,
    "group_norm": group_norm,
    "pad": shaping.pad,
    **{
        name: mapwise(getattr(functional, name))
        for name in (
            *("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d"),
            *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d"),
            *("adaptive_max_pool2d", "adaptive_max_pool3d", "interpolate", "pixel_shuffle", "lp_pool2d"),
        )
    },
}
FUNCTIONAL_ONLY: dict[str, Handler] = {
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "layer_norm": layer_norm,
    "dropout": dropout,
    "dropout1d": dropout_of_maps,
    "dropout2d": dropout_of_maps,
    "dropout3d": dropout_of_maps,
}
"""In ``torch`` functions of these names take their arguments in another order."""
SHAPES: dict[str, Handler] = {
    "view": shaping.reshape,
    "reshape": shaping.reshape,
    "flatten": shaping.flatten,
    "cat": shaping.concatenate,
    "concat": shaping.concatenate,
    "stack": axes.stacked,
    "transpose": axes.transpose,
    "permute": axes.permute,
    "t": axes.transposed,
    "squeeze": axes.squeeze,
    "unsqueeze": axes.unsqueeze,
    "expand": axes.expand,
    "chunk": axes.chunks(torch.chunk),
    "split": axes.chunks(torch.split),
    "where": where,
    "matmul": product,
    "bmm": product,
    "__matmul__": product,
    "__getitem__": shaping.part,
    "channel_shuffle": shaping.channel_shuffle,
}
ALONG: dict[str, Handler] = {
    **{name: reduction.reduction(getattr(torch, name)) for name in ("mean", "sum", "amax", "amin", "var", "std")},
    **{name: reduction.along(getattr(torch, name)) for name in ("softmax", "log_softmax")},
    "max": reduction.extreme(torch.max, binary(torch.maximum)),
    "min": reduction.extreme(torch.min, binary(torch.minimum)),
}
OTHER: dict[str, Handler] = {
    "contiguous": conversion.same,
    "clone": conversion.copied,
    "detach": conversion.detached,
    "to": conversion.to,
    "type_as": conversion.cast_as,
    "float": conversion.cast(torch.float32),
    "double": conversion.cast(torch.float64),
    "half": conversion.cast(torch.float16),
    "bfloat16": conversion.cast(torch.bfloat16),
    "zeros_like": conversion.alike(torch.zeros_like),
    "ones_like": conversion.alike(torch.ones_like),
    "new_zeros": conversion.new(Tensor.new_zeros),
    "new_ones": conversion.new(Tensor.new_ones),
}


def _by_name() -> dict[str, Handler]:
    """Every name but those that mean different things in different places."""
    return {
        **{name: elementwise(function) for name, function in ONE_VALUE.items()},
        **{f"__{name}__": elementwise(ONE_VALUE[name]) for name in SIGNS},
        **{f"{name}_": elementwise(function, writes=True) for name, function in ONE_VALUE.items()},
        **{name: binary(function) for name, function in TWO_VALUES.items()},
        **{name: binary(TWO_VALUES[plain]) for name, plain in OPERATORS.items()},
        **{name: binary(TWO_VALUES[plain], turned=True) for name, plain in TURNED.items()},
        **{name: binary(TWO_VALUES[plain], writes=True) for name, plain in IN_PLACE.items()},
        **LAYERS,
        **SHAPES,
        **ALONG,
        **OTHER,
    }


METHODS: Mapping[str, Handler] = _by_name()


def _functions() -> dict[Any, Handler]:
    found: dict[Any, Handler] = {}
    for place in (torch, Tensor, functional):
        for name, handler in METHODS.items():
            function = getattr(place, name, None)
            if callable(function):
                found[function] = handler
    found.update({getattr(functional, name): handler for name, handler in FUNCTIONAL_ONLY.items()})
    return found


class StackedTensor(Stacked):
    """A value that knows the tables."""

    __slots__ = ()
    functions: ClassVar[Mapping[Any, Handler]] = _functions()
    methods: ClassVar[Mapping[str, Handler]] = METHODS
    __hash__ = object.__hash__


for _name, _handler in METHODS.items():
    if _name.startswith("__"):
        setattr(StackedTensor, _name, _handler)
