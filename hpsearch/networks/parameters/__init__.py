"""The hyperparameters of the named networks: types, bounds and defaults. Needs no torch."""

from pydantic import BaseModel

from hpsearch.networks.parameters.alexnet import AlexNetParameters
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
from hpsearch.networks.parameters.vgg import (
    Vgg11Parameters,
    Vgg13Parameters,
    Vgg16Parameters,
    Vgg19Parameters,
    VggParameters,
)
from hpsearch.networks.parameters.zfnet import ZFNetParameters

__all__ = [
    "ACTIVATION_NAMES",
    "INITIALIZATION_NAMES",
    "PARAMETERS",
    "ActivationName",
    "AlexNetParameters",
    "ConvNetParameters",
    "FanName",
    "InitializationName",
    "LeNetParameters",
    "NetworkParameters",
    "NormName",
    "Parameters",
    "ResidualParameters",
    "StemName",
    "VggParameters",
    "ZFNetParameters",
]

PARAMETERS: dict[str, type[BaseModel]] = {
    "alexnet": AlexNetParameters,
    "convnet": ConvNetParameters,
    "lenet": LeNetParameters,
    "vgg": VggParameters,
    "vgg11": Vgg11Parameters,
    "vgg13": Vgg13Parameters,
    "vgg16": Vgg16Parameters,
    "vgg19": Vgg19Parameters,
    "zfnet": ZFNetParameters,
}
"""The named networks; the builders stand beside it in ``hpsearch.networks.table`` under the same names."""
