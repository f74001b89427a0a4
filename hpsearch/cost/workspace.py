"""What libraries take beside tensors: an allowance, since no library promises it.

Measured on the CPU (``docs/memory.md``); on GPUs it is a heuristic from how cuDNN and cuBLAS work.
"""

from collections.abc import Mapping
from typing import Any, Literal

DeviceKind = Literal["cuda", "cpu"]

BLOCK_BYTES: Mapping[DeviceKind, int] = {"cuda": 512, "cpu": 1}
"""Sizes of allocations are multiples of it."""

LIBRARY_BYTES: Mapping[DeviceKind, int] = {"cuda": 32 * 2**20, "cpu": 0}
"""Taken once: cuBLAS's workspace, which PyTorch takes from its own allocator (32 MiB on the largest GPUs)."""

CONTEXT_BYTES = 512 * 2**20
"""Of a process on a GPU, outside of PyTorch's allocator: the context and the kernels. Heuristic."""


COPIED: Mapping[str, tuple[int, ...]] = {
    "convolution": (0, 1),  # input and weight
    "convolution_backward": (0, 1, 2),  # the gradient of the output, input and weight
    "max_pool2d_with_indices_backward": (0, 7),  # the gradient of the output and the places of the maxima
}
"""Which arguments an operation of ATen brings into an order of its own: copies that live as long as it runs."""


def workspace_bytes(operation: str, arguments: tuple[Any, ...]) -> int:
    """Bytes that an operation takes only while it runs, by its name in ATen; at most so many, as far as was seen."""
    copied = (arguments[place] for place in COPIED.get(operation, ()))
    return sum(one.numel() * one.element_size() for one in copied)
