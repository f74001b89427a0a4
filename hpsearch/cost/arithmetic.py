"""How many multiply-adds an operation does: a multiplication and the addition behind it count 1, as in papers.

- Convolution and linear layer: one for each weight that meets an input, padding included; biases are free. The same
  for products of matrices.
- Pooling, means and sums: one comparison or addition for each number in the window.
- Normalisation: one for each output (the scale and shift that is left at test time).
- Everything else: 0. Activations, joins and products of single numbers are not multiply-adds.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

Arguments = tuple[Any, ...]
"""Of an operation of ATen, in the order of its schema; trailing ones that have their default may be left out."""


def multiply_adds(operation: str, arguments: Arguments, made: Tensor) -> int:
    """Of one call of an operation of ATen, for example ``convolution``, whose first result is ``made``."""
    rule = RULES.get(operation)
    return 0 if rule is None else rule(arguments, made)


def _convolution(arguments: Arguments, made: Tensor) -> int:
    given, weight, transposed = arguments[0], arguments[1], arguments[6]
    # A weight is (out, in / groups, …), and transposed (in, out / groups, …): either way all but the first axis
    # meets each number of the output, and of the input if transposed.
    numbers: int = given.numel() if transposed else made.numel()
    return numbers * int(math.prod(weight.shape[1:]))


def _product(place: int) -> Callable[[Arguments, Tensor], int]:
    """Of matrices (…, n, k) and (…, k, m), where the first one is the argument at ``place``."""
    return lambda arguments, made: made.numel() * int(arguments[place].shape[-1])


def _pooling(arguments: Arguments, made: Tensor) -> int:
    axes = 3 if made.ndim == 5 else 2
    window = list(arguments[1])
    return made.numel() * int(math.prod(window * axes if len(window) == 1 else window))


def _every_input(arguments: Arguments, made: Tensor) -> int:  # noqa: ARG001
    return int(arguments[0].numel())


def _every_output(arguments: Arguments, made: Tensor) -> int:  # noqa: ARG001
    return made.numel()


RULES: Mapping[str, Callable[[Arguments, Tensor], int]] = {
    "convolution": _convolution,
    **{name: _product(0) for name in ("mm", "bmm", "mv", "dot")},
    **{name: _product(1) for name in ("addmm", "baddbmm", "addmv", "addbmm")},
    **dict.fromkeys(("max_pool2d_with_indices", "max_pool3d_with_indices", "avg_pool2d", "avg_pool3d"), _pooling),
    **dict.fromkeys(("_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d"), _every_input),
    **dict.fromkeys(("adaptive_max_pool3d", "mean", "sum", "amax", "amin", "max", "min"), _every_input),
    **dict.fromkeys(("native_batch_norm", "native_group_norm", "native_layer_norm"), _every_output),
}
"""By the name that the operation has in ATen."""
