"""DenseNet.

G. Huang, Z. Liu, L. van der Maaten, K. Weinberger: Densely connected convolutional networks. CVPR 2017, table 1, and
for small images section 3 ("Implementation details") and table 2.
"""

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from hpsearch.networks.blocks.chain import Chain
from hpsearch.networks.blocks.classifier import averaging_classifier
from hpsearch.networks.blocks.map import Map, after
from hpsearch.networks.blocks.pooling import pooling
from hpsearch.networks.blocks.residual import preactivation
from hpsearch.networks.blocks.stem import stem_for
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.initialization import initialise
from hpsearch.networks.parameters import DenseNetParameters

FOUR_BLOCKS: dict[int, tuple[int, int, int, int]] = {
    121: (6, 12, 24, 16),
    161: (6, 12, 36, 24),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
    264: (6, 12, 64, 48),
}
"""Depth to the number of layers in each block."""
BOTTLENECK = 4
"""A bottleneck has so many times the filters of the convolution behind it."""


class DenseLayer(nn.Module):
    """(N, C, H, W) → (N, C + growth rate, H, W): adds maps behind those that it gets."""

    def __init__(self, channels: int, settings: DenseNetParameters) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        if settings.bottleneck:
            layers["narrow"] = _unit(channels, BOTTLENECK * settings.growth_rate, 1, settings)
            if settings.layer_dropout:
                layers["dropout1"] = nn.Dropout(settings.layer_dropout)
            channels = BOTTLENECK * settings.growth_rate
        layers["unit"] = _unit(channels, settings.growth_rate, settings.kernel_size, settings)
        if settings.layer_dropout:
            layers["dropout2"] = nn.Dropout(settings.layer_dropout)
        self.branch = nn.Sequential(layers)

    def forward(self, given: Tensor) -> Tensor:
        return torch.cat((given, self.branch(given)), 1)


def build_densenet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds DenseNet for images (C, H, W).

    At 3×224×224 with 1000 outputs 7,978,856, 14,149,480 and 20,013,928 parameters at depth 121, 169 and 201, and
    28,681,000 at depth 161 with growth rate 48. Children ``features`` (``stem``, perhaps ``pool``, ``block1``,
    ``transition1`` and so on, ``last``) and ``classifier``.
    """
    settings = DenseNetParameters(**parameters)
    features, made = _stem(settings, input_shape)
    blocks = _blocks(settings)
    for number, layers in enumerate(blocks, 1):
        features.add_module(f"block{number}", _block(made.channels, layers, settings))
        made = made._replace(channels=made.channels + layers * settings.growth_rate)
        if number < len(blocks):
            transition, made = _transition(made, settings)
            features.add_module(f"transition{number}", transition)
    features.add_module("last", preactivation(made.channels, settings.norm, settings.activation))
    classifier = averaging_classifier(made.channels, outputs, settings.dropout)
    network = nn.Sequential(OrderedDict(features=features, classifier=classifier))
    initialise(network, input_shape, settings)
    return network


def _blocks(settings: DenseNetParameters) -> tuple[int, ...]:
    """The number of layers in each block."""
    if settings.depth in FOUR_BLOCKS:
        return FOUR_BLOCKS[settings.depth]
    return ((settings.depth - 4) // (6 if settings.bottleneck else 3),) * 3


def _stem(settings: DenseNetParameters, input_shape: tuple[int, int, int]) -> tuple[nn.Sequential, Map]:
    stem = Chain(input_shape)
    doubled = settings.depth in FOUR_BLOCKS or (settings.bottleneck and settings.compression < 1)
    filters = 2 * settings.growth_rate if doubled else 16
    if stem_for(settings.stem, input_shape) == "imagenet":
        unit = Unit(input_shape[0], filters, 7, stride=2, norm=settings.norm, activation=settings.activation)
        stem.add("stem", unit)
        stem.pool("pool", "max", 3, 2, 1)
    else:
        # The first layer behind it begins with a norm and an activation.
        stem.add("stem", Unit(input_shape[0], filters, 3, activation=None, bias=settings.norm == "none"))
    return stem.sequential(), stem.made


def _block(channels: int, layers: int, settings: DenseNetParameters) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            (f"layer{number + 1}", DenseLayer(channels + number * settings.growth_rate, settings))
            for number in range(layers)
        )
    )


def _transition(given: Map, settings: DenseNetParameters) -> tuple[nn.Sequential, Map]:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    filters = max(1, int(given.channels * settings.compression))
    layers["unit"] = _unit(given.channels, filters, 1, settings)
    if settings.layer_dropout:
        layers["dropout"] = nn.Dropout(settings.layer_dropout)
    made = given._replace(channels=filters)
    pool = pooling("average", made)
    if pool is not None:
        layers["pool"] = pool
        made = after(pool, made)
    return nn.Sequential(layers), made


def _unit(channels: int, filters: int, kernel: int, settings: DenseNetParameters) -> Unit:
    norm = settings.norm
    return Unit(channels, filters, kernel, norm=norm, activation=settings.activation, bias=norm == "none", before=True)
