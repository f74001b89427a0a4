"""The hyperparameters of the named networks: types, bounds and defaults. Needs no torch."""

from pydantic import BaseModel

from hpsearch.networks.parameters.alexnet import AlexNetParameters
from hpsearch.networks.parameters.convnet import ConvNetParameters
from hpsearch.networks.parameters.lenet import LeNetParameters
from hpsearch.networks.parameters.resnet import (
    ResNet18Parameters,
    ResNet20Parameters,
    ResNet32Parameters,
    ResNet34Parameters,
    ResNet44Parameters,
    ResNet50Parameters,
    ResNet56Parameters,
    ResNet101Parameters,
    ResNet110Parameters,
    ResNet152Parameters,
    ResNetParameters,
    SmallResNetParameters,
)
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
    "ResNetParameters",
    "ResidualParameters",
    "SmallResNetParameters",
    "StemName",
    "VggParameters",
    "ZFNetParameters",
]

PARAMETERS: dict[str, type[BaseModel]] = {
    "alexnet": AlexNetParameters,
    "convnet": ConvNetParameters,
    "lenet": LeNetParameters,
    "resnet": ResNetParameters,
    "resnet18": ResNet18Parameters,
    "resnet20": ResNet20Parameters,
    "resnet32": ResNet32Parameters,
    "resnet34": ResNet34Parameters,
    "resnet44": ResNet44Parameters,
    "resnet50": ResNet50Parameters,
    "resnet56": ResNet56Parameters,
    "resnet101": ResNet101Parameters,
    "resnet110": ResNet110Parameters,
    "resnet152": ResNet152Parameters,
    "resnet_cifar": SmallResNetParameters,
    "vgg": VggParameters,
    "vgg11": Vgg11Parameters,
    "vgg13": Vgg13Parameters,
    "vgg16": Vgg16Parameters,
    "vgg19": Vgg19Parameters,
    "zfnet": ZFNetParameters,
}
"""The named networks; the builders stand beside it in ``hpsearch.networks.table`` under the same names."""
