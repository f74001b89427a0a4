"""The hyperparameters of the generic configurable network."""

from typing import Annotated, Literal

from pydantic import Field

from hpsearch.networks.parameters.shared import ActivationName, FanName, InitializationName, NormName, Parameters, Share


class ConvNetParameters(Parameters):
    """The generic configurable network: convolutions in a row, a pooling here and there, one linear layer."""

    depth: Annotated[int, Field(ge=1, le=64)] = 3
    """Number of convolutional layers."""
    width: Annotated[int, Field(ge=1, le=4096)] = 16
    """Number of filters of the layers before the first pooling."""
    width_growth: Annotated[float, Field(ge=0.25, le=8)] = 2.0
    """The number of filters is multiplied by this at each pooling."""
    kernel_size: Annotated[int, Field(ge=1, le=31)] = 3
    """Height and width of the filters; cut where they would reach beyond the padding on both sides of the map."""
    pooling: Literal["max", "average", "stride", "none"] = "max"
    """How maps are halved: 2×2 max or average pooling, or a stride of 2 in the convolution."""
    pool_every: Annotated[int, Field(ge=1, le=64)] = 1
    """Halve the maps after every so many layers, as long as they are larger than 1×1."""
    norm: NormName = "batch"
    """Batch normalisation or group normalisation between convolution and activation, or neither."""
    activation: ActivationName = "relu"
    """The non-linearity after each convolution."""
    init: InitializationName = "auto"
    """How the weights are drawn; ``auto`` keeps the scale of the signal through any depth."""
    fan: FanName = "fan_in"
    """What ``init: variance_scaling`` divides by: a layer's inputs, its outputs, or the mean of both."""
    dropout: Share = 0.0
    """Share of the features that is dropped before the linear layer while training."""
    head: Literal["average", "flatten"] = "flatten"
    """What the linear layer sees: the mean of each map, or every pixel of every map."""
    bias: bool = True
    """Whether layers that no normalisation follows have a bias."""
