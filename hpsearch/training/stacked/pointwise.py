"""Convolutions with filters of 1×1: a product of matrices for each member, where that is faster than groups."""

from typing import Any

import torch
from torch import Tensor

FEW_PIXELS = 48
"""Channels last, maps of at most so many pixels are faster as one product for each member (1.2 to 2.3 times on an
AVX-512 CPU with one thread; from 8×8 on groups are, up to 1.5 times)."""


def as_product(
    maps: Tensor, weights: Tensor, stride: Any, padding: Any, groups: int, memory_format: torch.memory_format
) -> bool:
    """Whether maps (N, K·C, H, W) and filters (K, O, C, 1, 1) are multiplied; by their shapes and device alone.

    In contiguous order the filters are copied for each sample; that is worth it (up to 2.4 times on the CPU) where
    they have at most half as many numbers as one sample's maps before and behind them, taken as ones of each other.
    Elsewhere than on the CPU the library's grouped convolution is taken (not measured).
    """
    if weights.shape[3:] != (1, 1) or groups != 1 or maps.device.type != "cpu":
        return False
    if stride not in (1, (1, 1)) or padding not in (0, (0, 0), "same", "valid"):
        return False
    pixels = maps.shape[2] * maps.shape[3]
    if memory_format == torch.channels_last:
        return pixels <= FEW_PIXELS
    outputs, inputs = weights.shape[1:3]
    return 2 * outputs * inputs <= pixels * (outputs + inputs)


def multiplied(maps: Tensor, weights: Tensor, biases: Tensor | None, memory_format: torch.memory_format) -> Tensor:
    """(N, K·C, H, W) to (N, K·O, H, W), for biases (K, O)."""
    count, outputs, inputs = weights.shape[:3]
    samples, _, height, width = maps.shape
    if memory_format == torch.channels_last:
        rows = maps.permute(0, 2, 3, 1).reshape(samples * height * width, count, inputs).transpose(0, 1)
        filters = weights.reshape(count, outputs, inputs).transpose(1, 2)
        made = torch.bmm(rows, filters) if biases is None else torch.baddbmm(biases.unsqueeze(1), rows, filters)
        return made.transpose(0, 1).reshape(samples, height, width, count * outputs).permute(0, 3, 1, 2)
    filters = weights.reshape(count, outputs, inputs)
    found = torch.matmul(filters, maps.reshape(samples, count, inputs, height * width))
    if biases is not None:
        found = found + biases.unsqueeze(2)
    return found.reshape(samples, count * outputs, height, width)
