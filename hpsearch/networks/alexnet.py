"""AlexNet.

A. Krizhevsky, I. Sutskever, G. Hinton: ImageNet classification with deep convolutional neural networks. NIPS 2012. The
layout is that of one tower without groups, with 64, 192, 384, 256 and 256 filters, which torchvision has as well:
A. Krizhevsky: One weird trick for parallelizing convolutional neural networks. arXiv:1404.5997 (2014).
"""

from typing import Any

from torch import nn

from hpsearch.networks.blocks.stem import small_kernel, stem_for
from hpsearch.networks.blocks.unit import fitting_padding
from hpsearch.networks.connected import ConnectedFeatures
from hpsearch.networks.parameters import AlexNetParameters

LAST_SIDE = 6
"""Of the maps that the linear layers see at 224×224 and 227×227."""


def build_alexnet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds AlexNet for images (C, H, W): 61,100,840 parameters at 3×224×224 with 1000 outputs."""
    settings = AlexNetParameters(**parameters)
    features = ConnectedFeatures(input_shape, settings)
    kernel = settings.kernel_size
    if stem_for(settings.stem, input_shape) == "imagenet":
        # 2 for 11×11; for other filters what gives maps of the same size
        padding = fitting_padding(max(0, (kernel - 7) // 2), kernel, features.chain.made)
        features.unit("1", 64, kernel, stride=4, padding=padding)
    else:
        features.unit("1", 64, small_kernel(kernel, input_shape))
    if settings.local_response:
        features.respond("1")
    features.pool("1", 3)
    features.unit("2", 192, 5)
    if settings.local_response:
        features.respond("2")
    features.pool("2", 3)
    features.unit("3", 384, 3)
    features.unit("4", 256, 3)
    features.unit("5", 256, 3)
    features.pool("5", 3)
    return features.network(outputs, LAST_SIDE)
