"""The hyperparameters of the named networks: types, bounds and defaults. Needs no torch."""

from pydantic import BaseModel

from hpsearch.networks.parameters.alexnet import AlexNetParameters
from hpsearch.networks.parameters.convnet import ConvNetParameters
from hpsearch.networks.parameters.densenet import (
    DenseNet121Parameters,
    DenseNet161Parameters,
    DenseNet169Parameters,
    DenseNet201Parameters,
    DenseNetParameters,
)
from hpsearch.networks.parameters.googlenet import GoogLeNetParameters
from hpsearch.networks.parameters.inception import InceptionV2Parameters
from hpsearch.networks.parameters.inception_later import (
    InceptionResNetV2Parameters,
    InceptionV3Parameters,
    InceptionV4Parameters,
)
from hpsearch.networks.parameters.lenet import LeNetParameters
from hpsearch.networks.parameters.mobilenet import MobileNetParameters
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
from hpsearch.networks.parameters.shufflenet import ShuffleNetParameters
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
    "DenseNetParameters",
    "FanName",
    "GoogLeNetParameters",
    "InceptionResNetV2Parameters",
    "InceptionV2Parameters",
    "InceptionV3Parameters",
    "InceptionV4Parameters",
    "InitializationName",
    "LeNetParameters",
    "MobileNetParameters",
    "NetworkParameters",
    "NormName",
    "Parameters",
    "ResNetParameters",
    "ResidualParameters",
    "ShuffleNetParameters",
    "SmallResNetParameters",
    "StemName",
    "VggParameters",
    "ZFNetParameters",
]

PARAMETERS: dict[str, type[BaseModel]] = {
    "alexnet": AlexNetParameters,
    "convnet": ConvNetParameters,
    "densenet": DenseNetParameters,
    "densenet121": DenseNet121Parameters,
    "densenet161": DenseNet161Parameters,
    "densenet169": DenseNet169Parameters,
    "densenet201": DenseNet201Parameters,
    "googlenet": GoogLeNetParameters,
    "inception_resnet_v2": InceptionResNetV2Parameters,
    "inception_v2": InceptionV2Parameters,
    "inception_v3": InceptionV3Parameters,
    "inception_v4": InceptionV4Parameters,
    "lenet": LeNetParameters,
    "mobilenet": MobileNetParameters,
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
    "shufflenet": ShuffleNetParameters,
    "vgg": VggParameters,
    "vgg11": Vgg11Parameters,
    "vgg13": Vgg13Parameters,
    "vgg16": Vgg16Parameters,
    "vgg19": Vgg19Parameters,
    "zfnet": ZFNetParameters,
}
"""The named networks; the builders stand beside it in ``hpsearch.networks.table`` under the same names."""
