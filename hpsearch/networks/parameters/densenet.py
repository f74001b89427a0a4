"""The hyperparameters of DenseNet."""

from typing import Annotated, Literal

from pydantic import Field

from hpsearch.networks.parameters.shared import NetworkParameters, NormName, Share, StemName

Depth = Literal[10, 16, 22, 28, 34, 40, 46, 52, 58, 64, 70, 76, 82, 88, 94, 100, 121, 161, 169, 190, 201, 250, 264]


class DenseNetParameters(NetworkParameters):
    """DenseNet: blocks in which every layer sees the maps of all layers before it."""

    norm: NormName = "batch"
    """Batch normalisation or group normalisation in front of each convolution, or neither."""
    depth: Depth = 121
    """Number of layers with weights: 121, 161, 169, 201 and 264 have four blocks, the others three equal ones."""
    growth_rate: Annotated[int, Field(ge=1, le=256)] = 32
    """Number of maps that each layer adds; 48 in the published network of 161 layers."""
    bottleneck: bool = True
    """A convolution of 1×1 to four times the growth rate in front of each other one; without it a block of three equal
    ones has twice the layers."""
    compression: Annotated[float, Field(ge=0.1, le=1)] = 0.5
    """Share of the maps that is left between blocks."""
    layer_dropout: Share = 0.0
    """Share of the features that is dropped behind each convolution but the first while training."""
    kernel_size: Literal[3, 5, 7] = 3
    """Height and width of the filters that are 3×3 as published."""
    stem: StemName = "auto"
    """A first layer of 7×7 and stride 2 with a pooling (``imagenet``), or one of 3×3 and stride 1 (``small``)."""


class DenseNet121Parameters(DenseNetParameters):
    """DenseNet with 121 layers with weights and growth rate 32."""

    depth: Depth = 121


class DenseNet161Parameters(DenseNetParameters):
    """DenseNet with 161 layers with weights and growth rate 48."""

    depth: Depth = 161
    growth_rate: Annotated[int, Field(ge=1, le=256)] = 48
    """Number of maps that each layer adds."""


class DenseNet169Parameters(DenseNetParameters):
    """DenseNet with 169 layers with weights and growth rate 32."""

    depth: Depth = 169


class DenseNet201Parameters(DenseNetParameters):
    """DenseNet with 201 layers with weights and growth rate 32."""

    depth: Depth = 201
