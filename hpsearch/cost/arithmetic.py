"""How many multiply-adds a layer does: a multiplication with the addition behind it counts 1, as in papers' tables."""

import math

from torch import Tensor, nn

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
POOLINGS = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
WHOLE_POOLINGS = (
    *(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
    *(nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
)
NORMALISATIONS = (nn.modules.batchnorm._BatchNorm, nn.GroupNorm, nn.LayerNorm)  # noqa: SLF001  (all of its kinds)


def multiply_adds(layer: nn.Module, given: Tensor, made: Tensor) -> int:
    """Multiply-adds from ``given`` (N, …) to ``made`` (N, …), all samples together.

    - Convolution and linear layer: one for each weight that meets an input, padding included; biases are free.
    - Pooling: one comparison or addition for each number in the window.
    - Normalisation: one for each output (the scale and shift that is left at test time).
    - Everything else: 0. Activations are not multiply-adds, and unknown modules are not guessed.
    """
    if isinstance(layer, CONVOLUTIONS):
        return made.numel() * (layer.in_channels // layer.groups) * math.prod(layer.kernel_size)
    if isinstance(layer, TRANSPOSED):
        return given.numel() * (layer.out_channels // layer.groups) * math.prod(layer.kernel_size)
    if isinstance(layer, nn.Linear):
        return made.numel() * layer.in_features
    if isinstance(layer, POOLINGS):
        return made.numel() * _window(layer, given.ndim - 2)
    if isinstance(layer, WHOLE_POOLINGS):
        return given.numel()
    return made.numel() if isinstance(layer, NORMALISATIONS) else 0


def _window(layer: nn.Module, dimensions: int) -> int:
    size: int | tuple[int, ...] = layer.kernel_size  # type: ignore[assignment]
    return size**dimensions if isinstance(size, int) else math.prod(size)
