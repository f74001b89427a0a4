"""The first layers of GoogLeNet and the Inception networks, as published or for small images."""

from torch import nn

from hpsearch.networks.blocks.stem import small_kernel
from hpsearch.networks.inception import Conv, InceptionFeatures, Pool


def add_googlenet_stem(features: InceptionFeatures, *, local_response: bool = False) -> None:
    """That of GoogLeNet and Inception v2: 224×224 to 192 maps of 28×28."""
    first, second, third = features.strides(3)
    kernel = 7 if features.published else small_kernel(7, features.input_shape)
    features.unit("conv1", 64, kernel, first)
    if second == 2:
        features.pool("pool1")
    if local_response:
        features.add("response1", _local_response())
    features.unit("conv2", 64)
    features.unit("conv3", 192, 3)
    if local_response:
        features.add("response2", _local_response())
    if third == 2:
        features.pool("pool2")


def add_inception_v3_stem(features: InceptionFeatures) -> None:
    """That of Inception v3 and Inception-ResNet-v2: 299×299 to 192 maps of 35×35."""
    first, second, third = features.strides(3)
    _add_three(features, first)
    if second == 2:
        features.halve("pool1")
    features.unit("conv4", 80)
    features.unit("conv5", 192, 3, valid=True)
    if third == 2:
        features.halve("pool2")


def add_inception_v4_stem(features: InceptionFeatures) -> None:
    """That of Inception v4: 299×299 to 384 maps of 35×35 (Szegedy et al., 2017, figure 3)."""
    first, second, third = features.strides(3)
    _add_three(features, first)
    features.mixed("mixed_3a", ((Pool("max", second, valid=True),), (Conv(96, 3, second, valid=True),)))
    features.mixed(
        "mixed_4a",
        (
            (Conv(64), Conv(96, 3, valid=True)),
            (Conv(64), Conv(64, (1, 7)), Conv(64, (7, 1)), Conv(96, 3, valid=True)),
        ),
    )
    features.mixed("mixed_5a", ((Conv(192, 3, third, valid=True),), (Pool("max", third, valid=True),)))


def _add_three(features: InceptionFeatures, stride: int) -> None:
    features.unit("conv1", 32, 3, stride, valid=True)
    features.unit("conv2", 32, 3, valid=True)
    features.unit("conv3", 64, 3)


def _local_response() -> nn.LocalResponseNorm:
    """The paper gives no numbers; these are those of Caffe's bvlc_googlenet."""
    return nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)
