"""What the hyperparameters of most networks share: the names of choices, and the fields that every family has."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

ActivationName = Literal["sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu"]
InitializationName = Literal["auto", "xavier", "kaiming", "variance_scaling", "lsuv"]
FanName = Literal["fan_in", "fan_out", "fan_avg"]
NormName = Literal["none", "batch", "group"]
StemName = Literal["auto", "imagenet", "small"]
ACTIVATION_NAMES: tuple[ActivationName, ...] = get_args(ActivationName)
INITIALIZATION_NAMES: tuple[InitializationName, ...] = get_args(InitializationName)

Share = Annotated[float, Field(ge=0, lt=1)]
"""A share of the features that is dropped while training."""
Multiplier = Annotated[float, Field(ge=0.0625, le=8)]
"""Of a number of filters."""


class Parameters(BaseModel):
    """Hyperparameters are fixed once made, of exactly the written type, and no others are taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NetworkParameters(Parameters):
    """The hyperparameters that every family of networks has."""

    activation: ActivationName = "relu"
    """The non-linearity after each convolution."""
    norm: NormName = "none"
    """Batch normalisation or group normalisation beside each convolution, or neither."""
    init: InitializationName = "auto"
    """How the weights are drawn; ``auto`` keeps the scale of the signal through any depth."""
    fan: FanName = "fan_in"
    """What ``init: variance_scaling`` divides by: a layer's inputs, its outputs, or the mean of both."""
    dropout: Share = 0.0
    """Share of the features that is dropped before the last layers while training."""


class ResidualParameters(NetworkParameters):
    """The hyperparameters of networks with residual branches."""

    norm: NormName = "batch"
    zero_residual: bool = True
    """Start with every residual branch giving zero, so that the network begins as if it were shallow."""
