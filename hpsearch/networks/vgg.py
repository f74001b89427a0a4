"""VGG.

K. Simonyan, A. Zisserman: Very deep convolutional networks for large-scale image recognition. ICLR 2015, table 1,
configurations A, B, D and E. The paper has no batch norm; with it the layout is that of torchvision's vgg16_bn.
"""

from typing import Any

from torch import nn

from hpsearch.networks.connected import ConnectedFeatures
from hpsearch.networks.parameters import VggParameters

GROUPS: dict[int, tuple[int, int, int, int, int]] = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""Depth to the number of convolutions in each group."""
FILTERS = (64, 128, 256, 512, 512)
LAST_SIDE = 7
"""Of the maps that the linear layers see at 224×224."""


def build_vgg(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds VGG for images (C, H, W); poolings end when the maps are of 1×1.

    At 3×224×224 with 1000 outputs 132,863,336, 133,047,848, 138,357,544 and 143,667,240 parameters at depth 11, 13, 16
    and 19.
    """
    settings = VggParameters(**parameters)
    features = ConnectedFeatures(input_shape, settings)
    for group, (convolutions, filters) in enumerate(zip(GROUPS[settings.depth], FILTERS, strict=True), 1):
        for number in range(1, convolutions + 1):
            features.unit(f"{group}_{number}", filters, 3)
        features.pool(str(group), 2)
    return features.network(outputs, LAST_SIDE)
