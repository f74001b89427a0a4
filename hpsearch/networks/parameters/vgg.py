"""The hyperparameters of VGG."""

from typing import Literal

from hpsearch.networks.parameters.connected import ConnectedParameters

Depth = Literal[11, 13, 16, 19]


class VggParameters(ConnectedParameters):
    """VGG: convolutions of 3×3 in five groups with a pooling behind each, and three linear layers."""

    depth: Depth = 16
    """Number of layers with weights, three of them linear: configurations A, B, D and E of the paper."""


class Vgg11Parameters(VggParameters):
    """VGG with 11 layers with weights (configuration A of the paper)."""

    depth: Depth = 11


class Vgg13Parameters(VggParameters):
    """VGG with 13 layers with weights (configuration B of the paper)."""

    depth: Depth = 13


class Vgg16Parameters(VggParameters):
    """VGG with 16 layers with weights (configuration D of the paper)."""

    depth: Depth = 16


class Vgg19Parameters(VggParameters):
    """VGG with 19 layers with weights (configuration E of the paper)."""

    depth: Depth = 19
