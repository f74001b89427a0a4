"""Inception v2 (BN-Inception).

S. Ioffe, C. Szegedy: Batch normalization: accelerating deep network training by reducing internal covariate shift. ICML
2015, figure 5: GoogLeNet with batch norm, 5×5 convolutions as two of 3×3, a third module at 28×28, and modules that
halve the maps. Numbers of filters, and biases in front of the norms, as in Caffe's bn_inception.
"""

from typing import Any

from hpsearch.networks.blocks.pooling import PoolingName
from hpsearch.networks.inception import Branch, Conv, InceptionFeatures, Pool
from hpsearch.networks.inception_network import InceptionNetwork, finish
from hpsearch.networks.inception_stems import add_googlenet_stem
from hpsearch.networks.parameters.inception import InceptionV2Parameters


def module(
    single: int, triple: tuple[int, int], double: tuple[int, int], projection: int, kind: PoolingName = "average"
) -> tuple[Branch, ...]:
    """1×1; 3×3 behind a 1×1; two 3×3 behind a 1×1; a 1×1 behind the pooling."""
    return (
        (Conv(single),),
        (Conv(triple[0]), Conv(triple[1], 3)),
        (Conv(double[0]), Conv(double[1], 3), Conv(double[1], 3)),
        (Pool(kind, count_padding=True), Conv(projection)),
    )


def reduction(triple: tuple[int, int], double: tuple[int, int]) -> tuple[Branch, ...]:
    """A module whose branches halve the maps: a 3×3; two 3×3; a pooling."""
    return (
        (Conv(triple[0]), Conv(triple[1], 3, 2)),
        (Conv(double[0]), Conv(double[1], 3), Conv(double[1], 3, 2)),
        (Pool("max", 2),),
    )


MODULES: dict[str, tuple[Branch, ...]] = {
    "mixed_3a": module(64, (64, 64), (64, 96), 32),
    "mixed_3b": module(64, (64, 96), (64, 96), 64),
    "mixed_3c": reduction((128, 160), (64, 96)),
    "mixed_4a": module(224, (64, 96), (96, 128), 128),
    "mixed_4b": module(192, (96, 128), (96, 128), 128),
    "mixed_4c": module(160, (128, 160), (128, 160), 128),
    "mixed_4d": module(96, (128, 192), (160, 192), 128),
    "mixed_4e": reduction((128, 192), (192, 256)),
    "mixed_5a": module(352, (192, 320), (160, 224), 128),
    "mixed_5b": module(352, (192, 320), (192, 224), 128, "max"),
}


def build_inception_v2(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> InceptionNetwork:
    """Builds Inception v2 for images (C, H, W): 11,295,240 parameters at 3×224×224 with 1000 outputs."""
    settings = InceptionV2Parameters(**parameters)
    features = InceptionFeatures(input_shape, settings, epsilon=1e-5, bias=True)
    add_googlenet_stem(features)
    for name, branches in MODULES.items():
        features.mixed(name, branches)
    return finish(features, outputs, settings)
