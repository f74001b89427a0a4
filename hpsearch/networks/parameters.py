"""The hyperparameters of the named networks: types, bounds and defaults. Needs no torch."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

ActivationName = Literal["sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu"]
InitializationName = Literal["auto", "xavier", "kaiming"]
ACTIVATION_NAMES: tuple[ActivationName, ...] = get_args(ActivationName)
INITIALIZATION_NAMES: tuple[InitializationName, ...] = get_args(InitializationName)


class ConvNetParameters(BaseModel):
    """The generic configurable network: convolutions in a row, a pooling here and there, one linear layer."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

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
    norm: Literal["none", "batch", "group"] = "batch"
    """Batch normalisation or group normalisation between convolution and activation, or neither."""
    activation: ActivationName = "relu"
    """The non-linearity after each convolution."""
    init: InitializationName = "auto"
    """How the weights are drawn; ``auto`` keeps the scale of the signal through any depth."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the features that is dropped before the linear layer while training."""
    head: Literal["average", "flatten"] = "flatten"
    """What the linear layer sees: the mean of each map, or every pixel of every map."""
    bias: bool = True
    """Whether layers that no normalisation follows have a bias."""


PARAMETERS: dict[str, type[BaseModel]] = {"convnet": ConvNetParameters}
"""The named networks; the builders stand beside it in ``hpsearch.networks.table`` under the same names."""
