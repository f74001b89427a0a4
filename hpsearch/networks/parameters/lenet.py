"""The hyperparameters of LeNet."""

from typing import Annotated, Literal

from pydantic import Field

from hpsearch.networks.parameters.shared import Multiplier, NetworkParameters


class LeNetParameters(NetworkParameters):
    """LeNet-5 as it is used today: two convolutions with poolings behind them, and three linear layers."""

    kernel_size: Annotated[int, Field(ge=1, le=11)] = 5
    """Height and width of the filters."""
    width: Multiplier = 1.0
    """Multiplies the 6 and 16 filters and the 120 and 84 hidden units."""
    pooling: Literal["max", "average"] = "max"
    """How maps are halved: by 2×2 max or average pooling."""
