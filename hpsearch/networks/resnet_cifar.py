"""ResNet for small images.

K. He, X. Zhang, S. Ren, J. Sun: Deep residual learning for image recognition. CVPR 2016, section 4.2 and table 6.
Pre-activation: K. He, X. Zhang, S. Ren, J. Sun: Identity mappings in deep residual networks. ECCV 2016, appendix.
"""

from collections import OrderedDict
from typing import Any

from torch import nn

from hpsearch.networks.blocks.chain import scaled
from hpsearch.networks.blocks.classifier import averaging_classifier
from hpsearch.networks.blocks.residual import Layer, ResidualUnit, Style, branches_of, preactivation
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.parameters import SmallResNetParameters
from hpsearch.networks.residual import initialise_residual

FILTERS = (16, 32, 64)


def build_resnet_cifar(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds ResNet for small images (C, H, W), of 6n + 2 layers with weights.

    At 3×32×32 with 10 outputs 269,722, 464,154, 658,586, 853,018 and 1,727,962 parameters at depth 20, 32, 44, 56 and
    110. Children ``features`` (``stem``, ``stage1_1`` and so on) and ``classifier``.
    """
    settings = SmallResNetParameters(**parameters)
    style = Style(settings.norm, settings.activation, settings.preactivation, settings.shortcut)
    channels, kernel = scaled(FILTERS[0], settings.width), settings.kernel_size
    stem = Unit(input_shape[0], channels, kernel, norm=settings.norm, activation=settings.activation)
    features = nn.Sequential(OrderedDict(stem=stem))
    for stage, published in enumerate(FILTERS, 1):
        filters = scaled(published, settings.width)
        for number in range(1, (settings.depth - 2) // 6 + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            layers = [Layer(filters, kernel, stride), Layer(filters, kernel)]
            unit = ResidualUnit(channels, layers, style, first=stage == number == 1)
            features.add_module(f"stage{stage}_{number}", unit)
            channels = filters
    if settings.preactivation:
        features.add_module("last", preactivation(channels, settings.norm, settings.activation))
    classifier = averaging_classifier(channels, outputs, settings.dropout)
    network = nn.Sequential(OrderedDict(features=features, classifier=classifier))
    initialise_residual(network, input_shape, settings, branches_of(network))
    return network
