"""MobileNet, version 1.

A. Howard, M. Zhu, B. Chen, D. Kalenichenko, W. Wang, T. Weyand, M. Andreetto, H. Adam: MobileNets: efficient
convolutional neural networks for mobile vision applications. arXiv:1704.04861 (2017), table 1. The last layer that it
prints with stride 2 has stride 1 here, as the maps of 7×7 beside it say.
"""

from collections import OrderedDict
from typing import Any

from torch import nn

from hpsearch.networks.blocks.chain import scaled
from hpsearch.networks.blocks.classifier import averaging_classifier
from hpsearch.networks.blocks.stem import stem_for
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.initialization import initialise
from hpsearch.networks.parameters import MobileNetParameters

FIRST = 32
EARLY = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2))
MIDDLE = (512, 1)
LATE = ((1024, 2), (1024, 1))
"""Filters and strides of the separable layers."""


def build_mobilenet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds MobileNet for images (C, H, W): 4,231,976 parameters at 3×224×224 with 1000 outputs.

    Children ``features`` (perhaps ``resize``, ``stem``, ``layer1`` and so on) and ``classifier``.
    """
    settings = MobileNetParameters(**parameters)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    sides = input_shape[1:]
    seen = max(1, round(settings.resolution * sides[0])), max(1, round(settings.resolution * sides[1]))
    if seen != sides:
        layers["resize"] = nn.AdaptiveAvgPool2d(seen)
    stride = 2 if stem_for(settings.stem, (input_shape[0], *seen)) == "imagenet" else 1
    channels = scaled(FIRST, settings.width)
    layers["stem"] = Unit(
        input_shape[0], channels, 3, stride=stride, norm=settings.norm, activation=settings.activation
    )
    for number, (published, stride) in enumerate((*EARLY, *[MIDDLE] * settings.repeats, *LATE), 1):
        filters = scaled(published, settings.width)
        layers[f"layer{number}"] = _separable(channels, filters, stride, settings)
        channels = filters
    classifier = averaging_classifier(channels, outputs, settings.dropout)
    network = nn.Sequential(OrderedDict(features=nn.Sequential(layers), classifier=classifier))
    initialise(network, input_shape, settings)
    return network


def _separable(channels: int, filters: int, stride: int, settings: MobileNetParameters) -> nn.Sequential:
    """A convolution in two steps: each map by itself, then all maps pixel by pixel (figure 3)."""
    norm, activation = settings.norm, settings.activation
    kernel = settings.kernel_size
    depthwise = Unit(channels, channels, kernel, stride=stride, groups=channels, norm=norm, activation=activation)
    pointwise = Unit(channels, filters, 1, norm=norm, activation=activation)
    return nn.Sequential(OrderedDict(depthwise=depthwise, pointwise=pointwise))
