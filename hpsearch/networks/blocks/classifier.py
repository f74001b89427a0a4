"""The ends of networks: from maps to logits."""

from collections import OrderedDict
from collections.abc import Sequence

from torch import nn

from hpsearch.networks.activations import ACTIVATIONS
from hpsearch.networks.blocks.map import Map
from hpsearch.networks.parameters import ActivationName


def averaging_classifier(channels: int, outputs: int, dropout: float = 0.0) -> nn.Sequential:
    """(N, C, H, W) → (N, K): the mean of each map, dropout, one linear layer (Lin et al., 2014, section 3.2).

    Children ``average``, ``flatten``, ``dropout`` and ``linear``.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["average"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["dropout"] = nn.Dropout(dropout)
    layers["linear"] = nn.Linear(channels, outputs)
    return nn.Sequential(layers)


def connected_classifier(
    given: Map, hidden: Sequence[int], outputs: int, *, activation: ActivationName, dropout: float = 0.0
) -> nn.Sequential:
    """(N, C, H, W) → (N, K): every pixel of every map, hidden layers with dropout before each, one linear layer.

    Children ``flatten``, then ``dropout1``, ``linear1``, ``activation1`` and so on, and at the end ``linear``.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["flatten"] = nn.Flatten()
    features = given.channels * given.height * given.width
    for number, units in enumerate(hidden, 1):
        layers[f"dropout{number}"] = nn.Dropout(dropout)
        layers[f"linear{number}"] = nn.Linear(features, units)
        layers[f"activation{number}"] = ACTIVATIONS[activation].build()
        features = units
    layers["linear"] = nn.Linear(features, outputs)
    return nn.Sequential(layers)
