"""The hyperparameters of ShuffleNet."""

from typing import Literal

from hpsearch.networks.parameters.shared import Multiplier, ResidualParameters, StemName


class ShuffleNetParameters(ResidualParameters):
    """ShuffleNet (version 1): residual units whose 1×1 convolutions work in groups, with the maps shuffled between."""

    groups: Literal[1, 2, 3, 4, 8] = 3
    """Number of groups of the 1×1 convolutions; the published numbers of filters grow with it."""
    width: Multiplier = 1.0
    """The scale factor s: multiplies the published numbers of filters."""
    kernel_size: Literal[3, 5, 7] = 3
    """Height and width of the filters that see one map each."""
    stem: StemName = "auto"
    """A first layer of stride 2 with a pooling behind it (``imagenet``), or one of stride 1 (``small``)."""
