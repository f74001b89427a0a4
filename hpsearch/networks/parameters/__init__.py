"""The hyperparameters of the named networks: types, bounds and defaults. Needs no torch."""

from pydantic import BaseModel

from hpsearch.networks.parameters.convnet import ConvNetParameters
from hpsearch.networks.parameters.lenet import LeNetParameters
from hpsearch.networks.parameters.shared import (
    ACTIVATION_NAMES,
    INITIALIZATION_NAMES,
    ActivationName,
    FanName,
    InitializationName,
    NetworkParameters,
    NormName,
    Parameters,
    ResidualParameters,
    StemName,
)

__all__ = [
    "ACTIVATION_NAMES",
    "INITIALIZATION_NAMES",
    "PARAMETERS",
    "ActivationName",
    "ConvNetParameters",
    "FanName",
    "InitializationName",
    "LeNetParameters",
    "NetworkParameters",
    "NormName",
    "Parameters",
    "ResidualParameters",
    "StemName",
]

PARAMETERS: dict[str, type[BaseModel]] = {
    "convnet": ConvNetParameters,
    "lenet": LeNetParameters,
}
"""The named networks; the builders stand beside it in ``hpsearch.networks.table`` under the same names."""
