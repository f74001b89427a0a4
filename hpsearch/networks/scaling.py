"""The second step of layer-sequential unit-variance initialisation."""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

PROBE_IMAGES = 16
"""Of standard normal noise, as normalised images have its mean and variance (the paper takes a batch of data)."""
PROBE_SEED = 0


def scale_to_unit_variance(
    network: nn.Module, input_shape: tuple[int, int, int], heads: Collection[nn.Module] = ()
) -> None:
    """Scales each convolution and linear layer, the first to run first, so that its outputs have variance 1.

    Mishkin and Matas (2016), algorithm 1. One division is exact, since the biases must be 0. The pass is made in
    evaluation mode, where a fresh batch norm is the identity and keeps its statistics; layers that do not run there
    and ``heads`` stay as they are. Does nothing on the meta device, and draws from no global generator.
    """
    first = next(network.parameters())
    if first.is_meta:
        return
    scaled: set[nn.Module] = set(heads)
    training = network.training
    generator = torch.Generator().manual_seed(PROBE_SEED)
    images = torch.randn(PROBE_IMAGES, *input_shape, generator=generator, device="cpu").to(first)
    with ExitStack() as hooks, torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                hooks.callback(module.register_forward_hook(_scaler(scaled)).remove)
        network.eval()(images)
    network.train(training)


def _scaler(scaled: set[nn.Module]) -> Callable[[nn.Conv2d | nn.Linear, Any, Tensor], Tensor | None]:
    def scale(module: nn.Conv2d | nn.Linear, _: Any, output: Tensor) -> Tensor | None:
        if module in scaled:
            return None
        scaled.add(module)
        std = float(output.std())
        if not std > 0:
            return None
        module.weight.div_(std)
        return output / std

    return scale
