"""The hyperparameters of Inception v3, Inception v4 and Inception-ResNet-v2."""

from hpsearch.networks.parameters.inception import DepthMultiplier, InceptionParameters, Weight
from hpsearch.networks.parameters.shared import Share


class LaterInceptionParameters(InceptionParameters):
    """The hyperparameters of the Inception networks that repeat modules."""

    depth: DepthMultiplier = 1.0
    """Multiplies the published numbers of modules between two reductions; one is left at least."""
    auxiliary: bool = False
    """An auxiliary classifier before the second reduction, which takes part in training only."""
    auxiliary_weight: Weight = 0.4
    """Its loss is added with this factor."""


class InceptionV3Parameters(LaterInceptionParameters):
    """Inception v3: 3, 4 and 2 modules at three sizes of maps; n×n convolutions split into 1×n and n×1."""

    dropout: Share = 0.5
    """Share of the features that is dropped before the linear layer while training."""
    auxiliary: bool = True


class InceptionV4Parameters(LaterInceptionParameters):
    """Inception v4: 4, 7 and 3 uniform modules at three sizes of maps."""

    dropout: Share = 0.2
    """Share of the features that is dropped before the linear layer while training."""


class InceptionResNetV2Parameters(LaterInceptionParameters):
    """Inception-ResNet-v2: 10, 20 and 10 residual modules, whose branches are scaled down before they are added."""

    dropout: Share = 0.2
    """Share of the features that is dropped before the linear layer while training."""
    zero_residual: bool = True
    """Start with every residual branch giving zero, so that the network begins as if it were shallow."""
