"""What libraries take beside tensors: an allowance, since no library promises it.

Measured on the CPU (``docs/memory.md``); on GPUs it is a heuristic from how cuDNN and cuBLAS work.
"""

from collections.abc import Mapping
from typing import Any, Literal

from torch import Tensor

DeviceKind = Literal["cuda", "cpu"]

BLOCK_BYTES: Mapping[DeviceKind, int] = {"cuda": 512, "cpu": 1}
"""Sizes of allocations are multiples of it."""

LIBRARY_BYTES: Mapping[DeviceKind, int] = {"cuda": 32 * 2**20, "cpu": 0}
"""Taken once: cuBLAS's workspace, which PyTorch takes from its own allocator (32 MiB on the largest GPUs)."""

CONTEXT_BYTES = 512 * 2**20
"""Of a process on a GPU, outside of PyTorch's allocator: the context and the kernels. Heuristic."""


def workspace_bytes(device: DeviceKind, operation: str, arguments: tuple[Any, ...], results: tuple[Tensor, ...]) -> int:
    """Bytes that an operation of ATen takes only while it runs."""
    if operation not in ("convolution", "convolution_backward"):
        return 0
    return 0
