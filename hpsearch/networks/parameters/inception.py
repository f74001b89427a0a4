"""The hyperparameters that GoogLeNet and the Inception networks share, and those of Inception v2."""

from typing import Annotated

from pydantic import Field

from hpsearch.networks.parameters.shared import Multiplier, NetworkParameters, NormName, Share, StemName

Weight = Annotated[float, Field(ge=0, le=1)]
"""Of the loss of an auxiliary classifier."""
DepthMultiplier = Annotated[float, Field(ge=0.0625, le=4)]
"""Of a number of modules."""


class InceptionParameters(NetworkParameters):
    """The hyperparameters of every network made of Inception modules."""

    norm: NormName = "batch"
    """Batch normalisation or group normalisation behind each convolution, or neither."""
    width: Multiplier = 1.0
    """Multiplies the published numbers of filters."""
    stem: StemName = "auto"
    """First layers as published (``imagenet``), or ``small``: halving as long as maps of 28×28 or more are left."""


class InceptionV2Parameters(InceptionParameters):
    """Inception v2 (BN-Inception): GoogLeNet with batch norm, and two 3×3 convolutions in the place of each 5×5."""

    dropout: Share = 0.0
    """Share of the features that is dropped before the linear layer while training."""
