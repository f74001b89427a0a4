"""The hyperparameters of the ResNets for photographs and of those for small images."""

from typing import Literal

from hpsearch.networks.parameters.shared import Multiplier, ResidualParameters, StemName

Depth = Literal[18, 34, 50, 101, 152]
SmallDepth = Literal[8, 14, 20, 26, 32, 38, 44, 50, 56, 62, 68, 74, 80, 86, 92, 98, 104, 110, 1202]
KernelSize = Literal[3, 5, 7]


class ResNetParameters(ResidualParameters):
    """ResNet: residual units in four stages with 64, 128, 256 and 512 filters, halving the maps between stages."""

    depth: Depth = 50
    """Number of layers with weights, with the published units; sets the numbers of units of the four stages."""
    block: Literal["auto", "basic", "bottleneck"] = "auto"
    """Units of two convolutions, or of three with a narrow one in the middle; ``auto``: as published for the depth."""
    preactivation: bool = False
    """Norm and activation in front of each convolution rather than behind it, and nothing behind the sums."""
    width: Multiplier = 1.0
    """Multiplies the published numbers of filters."""
    kernel_size: KernelSize = 3
    """Height and width of the filters that are 3×3 as published; those of 1×1 and the first layer stay."""
    stem: StemName = "auto"
    """A first layer of 7×7 and stride 2 with a pooling (``imagenet``), or one of 3×3 and stride 1 (``small``)."""


class ResNet18Parameters(ResNetParameters):
    """ResNet with 18 layers with weights: two basic units in each stage."""

    depth: Depth = 18


class ResNet34Parameters(ResNetParameters):
    """ResNet with 34 layers with weights: 3, 4, 6 and 3 basic units."""

    depth: Depth = 34


class ResNet50Parameters(ResNetParameters):
    """ResNet with 50 layers with weights: 3, 4, 6 and 3 bottleneck units."""

    depth: Depth = 50


class ResNet101Parameters(ResNetParameters):
    """ResNet with 101 layers with weights: 3, 4, 23 and 3 bottleneck units."""

    depth: Depth = 101


class ResNet152Parameters(ResNetParameters):
    """ResNet with 152 layers with weights: 3, 8, 36 and 3 bottleneck units."""

    depth: Depth = 152


class SmallResNetParameters(ResidualParameters):
    """ResNet for small images: basic units in three stages with 16, 32 and 64 filters, after a layer of 3×3."""

    depth: SmallDepth = 20
    """Number of layers with weights, 6n + 2 for n units in each stage."""
    shortcut: Literal["padding", "projection"] = "padding"
    """Where the maps change: leave pixels out and add maps of zeros (option A), or convolve with 1×1 (option B)."""
    preactivation: bool = False
    """Norm and activation in front of each convolution rather than behind it, and nothing behind the sums."""
    width: Multiplier = 1.0
    """Multiplies the published numbers of filters."""
    kernel_size: KernelSize = 3
    """Height and width of the filters."""


class ResNet20Parameters(SmallResNetParameters):
    """ResNet for small images with 20 layers with weights."""

    depth: SmallDepth = 20


class ResNet32Parameters(SmallResNetParameters):
    """ResNet for small images with 32 layers with weights."""

    depth: SmallDepth = 32


class ResNet44Parameters(SmallResNetParameters):
    """ResNet for small images with 44 layers with weights."""

    depth: SmallDepth = 44


class ResNet56Parameters(SmallResNetParameters):
    """ResNet for small images with 56 layers with weights."""

    depth: SmallDepth = 56


class ResNet110Parameters(SmallResNetParameters):
    """ResNet for small images with 110 layers with weights."""

    depth: SmallDepth = 110
