"""Inception v3.

C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna: Rethinking the Inception architecture for computer vision. CVPR
2016: n×n convolutions as 1×n and n×1 (section 3.2), strides in parallel branches (section 5), one auxiliary classifier
with batch norm (section 4). Numbers of filters as in TensorFlow's and torchvision's inception_v3.
"""

from typing import Any

from hpsearch.networks.inception import Branch, Conv, Fork, InceptionFeatures, Pool, repetitions, stretched
from hpsearch.networks.inception_network import InceptionNetwork, convolutional_auxiliary, finish
from hpsearch.networks.inception_stems import add_inception_v3_stem
from hpsearch.networks.parameters.inception_later import InceptionV3Parameters

PROJECTIONS = (32, 64, 64)
"""Filters behind the pooling, in each of the first modules."""
NARROWS = (128, 160, 160, 192)
"""Filters inside of the branches, in each of the second modules."""
AVERAGE = Pool("average", count_padding=True)
REDUCTION_A: tuple[Branch, ...] = (
    (Conv(384, 3, 2, valid=True),),
    (Conv(64), Conv(96, 3), Conv(96, 3, 2, valid=True)),
    (Pool("max", 2, valid=True),),
)
REDUCTION_B: tuple[Branch, ...] = (
    (Conv(192), Conv(320, 3, 2, valid=True)),
    (Conv(192), Conv(192, (1, 7)), Conv(192, (7, 1)), Conv(192, 3, 2, valid=True)),
    (Pool("max", 2, valid=True),),
)
BOTH_WAYS = Fork((Conv(384, (1, 3)), Conv(384, (3, 1))))
MODULE_C: tuple[Branch, ...] = (
    (Conv(320),),
    (Conv(384), BOTH_WAYS),
    (Conv(448), Conv(384, 3), BOTH_WAYS),
    (AVERAGE, Conv(192)),
)
"""Figure 7, of which there are two."""


def build_inception_v3(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> InceptionNetwork:
    """Builds Inception v3 for images (C, H, W).

    At 3×299×299 with 1000 outputs 27,161,264 parameters, 23,834,568 of them without the auxiliary classifier.
    """
    settings = InceptionV3Parameters(**parameters)
    features = InceptionFeatures(input_shape, settings)
    add_inception_v3_stem(features)
    for number, filters in enumerate(stretched(PROJECTIONS, settings.depth), 1):
        features.mixed(f"mixed_a{number}", module_a(filters))
    features.mixed("reduction_a", REDUCTION_A)
    for number, filters in enumerate(stretched(NARROWS, settings.depth), 1):
        features.mixed(f"mixed_b{number}", module_b(filters))
    auxiliary = convolutional_auxiliary(features, outputs, settings)
    features.mixed("reduction_b", REDUCTION_B)
    for number in repetitions(2, settings.depth):
        features.mixed(f"mixed_c{number}", MODULE_C)
    return finish(features, outputs, settings, auxiliary, settings.auxiliary_weight)


def module_a(projection: int) -> tuple[Branch, ...]:
    """Figure 5."""
    return (
        (Conv(64),),
        (Conv(48), Conv(64, 5)),
        (Conv(64), Conv(96, 3), Conv(96, 3)),
        (AVERAGE, Conv(projection)),
    )


def module_b(narrow: int) -> tuple[Branch, ...]:
    """Figure 6, with n = 7."""
    return (
        (Conv(192),),
        (Conv(narrow), Conv(narrow, (1, 7)), Conv(192, (7, 1))),
        (Conv(narrow), Conv(narrow, (7, 1)), Conv(narrow, (1, 7)), Conv(narrow, (7, 1)), Conv(192, (1, 7))),
        (AVERAGE, Conv(192)),
    )
