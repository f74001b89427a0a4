"""GoogLeNet (Inception v1).

C. Szegedy et al.: Going deeper with convolutions. CVPR 2015, table 1. Its variant with batch norm, no biases and 3×3
filters in the place of the 5×5 ones is torchvision's (ported from TensorFlow).
"""

from typing import Any

from torch import nn

from hpsearch.networks.inception import Branch, Conv, InceptionFeatures, Pool
from hpsearch.networks.inception_network import InceptionNetwork, connected_auxiliary, finish
from hpsearch.networks.inception_stems import add_googlenet_stem
from hpsearch.networks.parameters.googlenet import GoogLeNetParameters

MODULES: dict[str, tuple[int, int, int, int, int, int]] = {
    "mixed_3a": (64, 96, 128, 16, 32, 32),
    "mixed_3b": (128, 128, 192, 32, 96, 64),
    "mixed_4a": (192, 96, 208, 16, 48, 64),
    "mixed_4b": (160, 112, 224, 24, 64, 64),
    "mixed_4c": (128, 128, 256, 24, 64, 64),
    "mixed_4d": (112, 144, 288, 32, 64, 64),
    "mixed_4e": (256, 160, 320, 32, 128, 128),
    "mixed_5a": (256, 160, 320, 32, 128, 128),
    "mixed_5b": (384, 192, 384, 48, 128, 128),
}
"""Filters: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, behind the pooling (the columns of table 1)."""
POOLINGS = {"mixed_3b": 3, "mixed_4e": 2}
"""Behind which modules maps are halved, and by windows of which size; 3 instead of 2 in the paper."""
AUXILIARY = ("mixed_4a", "mixed_4d")
"""Behind which modules the auxiliary classifiers stand."""


def build_googlenet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> InceptionNetwork:
    """Builds GoogLeNet for images (C, H, W).

    At 3×224×224 with 1000 outputs 13,004,888 parameters, 6,624,904 of them without the auxiliary classifiers; as in
    the paper (``norm`` none, ``kernel_size`` 5) 13,378,280 and 6,998,552.
    """
    settings = GoogLeNetParameters(**parameters)
    features = InceptionFeatures(input_shape, settings)
    add_googlenet_stem(features, local_response=settings.local_response)
    auxiliary: dict[str, nn.Sequential] = {}
    for name, filters in MODULES.items():
        features.mixed(name, branches(filters, settings.kernel_size))
        if settings.auxiliary and name in AUXILIARY:
            auxiliary[name] = connected_auxiliary(features, outputs, settings)
        if name in POOLINGS:
            features.pool(f"pool{name.removeprefix('mixed_')}", POOLINGS[name])
    return finish(features, outputs, settings, auxiliary, settings.auxiliary_weight)


def branches(filters: tuple[int, int, int, int, int, int], kernel: int) -> tuple[Branch, ...]:
    """A module (paper, figure 2b)."""
    single, reduce_3, conv_3, reduce_5, conv_5, projection = filters
    return (
        (Conv(single),),
        (Conv(reduce_3), Conv(conv_3, 3)),
        (Conv(reduce_5), Conv(conv_5, kernel)),
        (Pool("max"), Conv(projection)),
    )
