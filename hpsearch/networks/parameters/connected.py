"""The hyperparameters that AlexNet, ZFNet and VGG share."""

from typing import Annotated, Literal

from pydantic import Field

from hpsearch.networks.parameters.shared import Multiplier, NetworkParameters, Share


class ConnectedParameters(NetworkParameters):
    """The hyperparameters of networks that end with two hidden linear layers."""

    dropout: Share = 0.5
    """Share of the features that is dropped before each hidden linear layer while training."""
    map_dropout: Share = 0.0
    """Share of the maps that is dropped, each as a whole, behind each pooling while training."""
    width: Multiplier = 1.0
    """Multiplies the published numbers of filters."""
    hidden: Annotated[int, Field(ge=1, le=65536)] = 4096
    """Number of units of each of the two hidden linear layers."""
    pooling: Literal["max", "average"] = "max"
    """How maps are pooled."""
