"""The initial weights of networks with residual branches."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from hpsearch.networks.initialization import initialise
from hpsearch.networks.parameters import ResidualParameters


def initialise_residual(
    network: nn.Module, input_shape: tuple[int, int, int], settings: ResidualParameters, branches: Sequence[nn.Module]
) -> None:
    """As ``initialise``, with branches that give zero at the start if ``zero_residual`` says so.

    Otherwise, where no norm keeps the sums in bounds, the scheme ``auto`` divides the last convolution of each of L
    branches by √L, so that the variance grows by (1 + 1/L)^L < e rather than by 2^L (heuristic).
    """
    initialise(network, input_shape, settings, branches=branches if settings.zero_residual else ())
    if settings.norm != "none" or settings.init != "auto":
        return
    with torch.no_grad():
        for branch in branches:
            *_, last = (layer for layer in branch.modules() if isinstance(layer, nn.Conv2d))
            last.weight.div_(math.sqrt(len(branches)))
