"""ResNet.

K. He, X. Zhang, S. Ren, J. Sun: Deep residual learning for image recognition. CVPR 2016, table 1; with the stride of
bottleneck units in their 3×3 convolution (Goyal et al.: Accurate, large minibatch SGD. arXiv:1706.02677, section 5.1).
Pre-activation: K. He, X. Zhang, S. Ren, J. Sun: Identity mappings in deep residual networks. ECCV 2016.
"""

from collections import OrderedDict
from typing import Any

from torch import nn

from hpsearch.networks.blocks.chain import Chain, scaled
from hpsearch.networks.blocks.classifier import averaging_classifier
from hpsearch.networks.blocks.residual import Layer, ResidualUnit, Style, branches_of, preactivation
from hpsearch.networks.blocks.stem import stem_for
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.parameters import ResNetParameters
from hpsearch.networks.residual import initialise_residual

STAGES: dict[int, tuple[int, int, int, int]] = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
"""Depth to the number of units in each stage."""
FILTERS = (64, 128, 256, 512)
EXPANSION = 4
"""A bottleneck unit gives so many times the filters of its inner convolutions."""
SHALLOWEST_BOTTLENECK = 50


def build_resnet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds ResNet for images (C, H, W).

    At 3×224×224 with 1000 outputs 11,689,512, 21,797,672, 25,557,032, 44,549,160 and 60,192,808 parameters at depth
    18, 34, 50, 101 and 152. Children ``features`` (``stem``, perhaps ``pool``, ``stage1_1`` and so on) and
    ``classifier``.
    """
    settings = ResNetParameters(**parameters)
    style = Style(settings.norm, settings.activation, settings.preactivation)
    features = _stem(settings, input_shape)
    channels = scaled(FILTERS[0], settings.width)
    for stage, units in enumerate(STAGES[settings.depth], 1):
        for number in range(1, units + 1):
            layers = _layers(settings, FILTERS[stage - 1], 2 if stage > 1 and number == 1 else 1)
            unit = ResidualUnit(channels, layers, style, first=stage == number == 1)
            features.add_module(f"stage{stage}_{number}", unit)
            channels = layers[-1].filters
    if settings.preactivation:
        features.add_module("last", preactivation(channels, settings.norm, settings.activation))
    classifier = averaging_classifier(channels, outputs, settings.dropout)
    network = nn.Sequential(OrderedDict(features=features, classifier=classifier))
    initialise_residual(network, input_shape, settings, branches_of(network))
    return network


def _stem(settings: ResNetParameters, input_shape: tuple[int, int, int]) -> nn.Sequential:
    stem = Chain(input_shape)
    imagenet = stem_for(settings.stem, input_shape) == "imagenet"
    unit = Unit(
        input_shape[0],
        scaled(FILTERS[0], settings.width),
        7 if imagenet else 3,
        stride=2 if imagenet else 1,
        norm=settings.norm,
        activation=settings.activation,
    )
    stem.add("stem", unit)
    if imagenet:
        stem.pool("pool", "max", 3, 2, 1)
    return stem.sequential()


def _layers(settings: ResNetParameters, filters: int, stride: int) -> list[Layer]:
    filters, kernel = scaled(filters, settings.width), settings.kernel_size
    basic = settings.depth < SHALLOWEST_BOTTLENECK if settings.block == "auto" else settings.block == "basic"
    if basic:
        return [Layer(filters, kernel, stride), Layer(filters, kernel)]
    return [Layer(filters, 1), Layer(filters, kernel, stride), Layer(EXPANSION * filters, 1)]
