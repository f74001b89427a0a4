"""Inception v4.

C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi: Inception-v4, Inception-ResNet and the impact of residual connections on
learning. AAAI 2017, figures 3 to 9.
"""

from typing import Any

from hpsearch.networks.inception import Branch, Conv, Fork, InceptionFeatures, Pool, repetitions
from hpsearch.networks.inception_network import InceptionNetwork, convolutional_auxiliary, finish
from hpsearch.networks.inception_stems import add_inception_v4_stem
from hpsearch.networks.parameters.inception_later import InceptionV4Parameters

AVERAGE = Pool("average")
BOTH_WAYS = Fork((Conv(256, (1, 3)), Conv(256, (3, 1))))
MODULE_A: tuple[Branch, ...] = (
    (Conv(96),),
    (Conv(64), Conv(96, 3)),
    (Conv(64), Conv(96, 3), Conv(96, 3)),
    (AVERAGE, Conv(96)),
)
REDUCTION_A: tuple[Branch, ...] = (
    (Conv(384, 3, 2, valid=True),),
    (Conv(192), Conv(224, 3), Conv(256, 3, 2, valid=True)),
    (Pool("max", 2, valid=True),),
)
MODULE_B: tuple[Branch, ...] = (
    (Conv(384),),
    (Conv(192), Conv(224, (1, 7)), Conv(256, (7, 1))),
    (Conv(192), Conv(192, (7, 1)), Conv(224, (1, 7)), Conv(224, (7, 1)), Conv(256, (1, 7))),
    (AVERAGE, Conv(128)),
)
REDUCTION_B: tuple[Branch, ...] = (
    (Conv(192), Conv(192, 3, 2, valid=True)),
    (Conv(256), Conv(256, (1, 7)), Conv(320, (7, 1)), Conv(320, 3, 2, valid=True)),
    (Pool("max", 2, valid=True),),
)
MODULE_C: tuple[Branch, ...] = (
    (Conv(256),),
    (Conv(384), BOTH_WAYS),
    (Conv(384), Conv(448, (3, 1)), Conv(512, (1, 3)), BOTH_WAYS),
    (AVERAGE, Conv(256)),
)


def build_inception_v4(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> InceptionNetwork:
    """Builds Inception v4 for images (C, H, W): 42,679,816 parameters at 3×299×299 with 1000 outputs."""
    settings = InceptionV4Parameters(**parameters)
    features = InceptionFeatures(input_shape, settings)
    add_inception_v4_stem(features)
    for number in repetitions(4, settings.depth):
        features.mixed(f"mixed_a{number}", MODULE_A)
    features.mixed("reduction_a", REDUCTION_A)
    for number in repetitions(7, settings.depth):
        features.mixed(f"mixed_b{number}", MODULE_B)
    auxiliary = convolutional_auxiliary(features, outputs, settings)
    features.mixed("reduction_b", REDUCTION_B)
    for number in repetitions(3, settings.depth):
        features.mixed(f"mixed_c{number}", MODULE_C)
    return finish(features, outputs, settings, auxiliary, settings.auxiliary_weight)
