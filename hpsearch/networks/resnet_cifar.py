"""ResNet for small images.

K. He, X. Zhang, S. Ren, J. Sun: Deep residual learning for image recognition. CVPR 2016, section 4.2 and table 6.
Pre-activation: K. He, X. Zhang, S. Ren, J. Sun: Identity mappings in deep residual networks. ECCV 2016, appendix.
"""

from collections import OrderedDict
from typing import Any

from torch import nn

from hpsearch.networks.blocks.chain import Chain, scaled
from hpsearch.networks.blocks.classifier import averaging_classifier
from hpsearch.networks.blocks.residual import Layer, ResidualUnit, Style, branches, calm, preactivation
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.initialization import initialise
from hpsearch.networks.parameters import SmallResNetParameters

FILTERS = (16, 32, 64)


def build_resnet_cifar(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds ResNet for small images (C, H, W), of 6n + 2 layers with weights.

    At 3×32×32 with 10 outputs 269,722, 464,154, 658,586, 853,018 and 1,727,962 parameters at depth 20, 32, 44, 56 and
    110. Children ``features`` (``stem``, ``stage1_1`` and so on) and ``classifier``.
    """
    settings = SmallResNetParameters(**parameters)
    style = Style(settings.norm, settings.activation, settings.preactivation, settings.shortcut)
    features = Chain(input_shape)
    kernel = settings.kernel_size
    stem = Unit(
        input_shape[0], scaled(FILTERS[0], settings.width), kernel, norm=settings.norm, activation=settings.activation
    )
    features.add("stem", stem)
    for stage, published in enumerate(FILTERS, 1):
        filters = scaled(published, settings.width)
        for number in range(1, (settings.depth - 2) // 6 + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            layers = [Layer(filters, kernel, stride), Layer(filters, kernel)]
            first = stage == number == 1
            features.add(f"stage{stage}_{number}", ResidualUnit(features.made.channels, layers, style, first=first))
    if settings.preactivation:
        features.add("last", preactivation(features.made.channels, settings.norm, settings.activation))
    classifier = averaging_classifier(features.made.channels, outputs, settings.dropout)
    network = nn.Sequential(OrderedDict(features=features.sequential(), classifier=classifier))
    initialise(network, input_shape, settings, branches=branches(network, settings))
    calm(network, settings.norm, settings.init)
    return network
