"""The hyperparameters of GoogLeNet."""

from typing import Literal

from hpsearch.networks.parameters.inception import InceptionParameters, Weight
from hpsearch.networks.parameters.shared import Share


class GoogLeNetParameters(InceptionParameters):
    """GoogLeNet (Inception v1): nine modules of 1×1, 3×3 and larger convolutions side by side.

    As published by torchvision: with batch norm and 3×3 filters in the third branch. The paper's is
    ``norm: none``, ``kernel_size: 5`` and ``local_response: true``.
    """

    kernel_size: Literal[3, 5] = 3
    """Height and width of the filters of each module's third branch: 5 in the paper, 3 in torchvision's weights."""
    local_response: bool = False
    """Local response normalisation in the first layers, as in the paper."""
    dropout: Share = 0.4
    """Share of the features that is dropped before the linear layer while training."""
    auxiliary: bool = True
    """Two auxiliary classifiers in the middle, which take part in training only."""
    auxiliary_weight: Weight = 0.3
    """Their losses are added with this factor."""
    auxiliary_dropout: Share = 0.7
    """Share of their hidden units that is dropped while training."""
