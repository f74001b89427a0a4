"""ShuffleNet, version 1.

X. Zhang, X. Zhou, M. Lin, J. Sun: ShuffleNet: an extremely efficient convolutional neural network for mobile devices.
CVPR 2018, figure 2 and table 1.
"""

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from hpsearch.networks.activations import ACTIVATIONS
from hpsearch.networks.blocks.chain import Chain
from hpsearch.networks.blocks.classifier import averaging_classifier
from hpsearch.networks.blocks.map import Map
from hpsearch.networks.blocks.pooling import pooling
from hpsearch.networks.blocks.stem import stem_for
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.parameters import ShuffleNetParameters
from hpsearch.networks.residual import initialise_residual

FIRST = 24
FILTERS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
"""Groups to the filters of the first stage, of which each other one has twice those before it."""
UNITS = (4, 8, 4)
"""Of the three stages; the first of each has stride 2."""
NARROW = 4
"""The inner convolutions have so many times fewer filters."""


class ChannelShuffle(nn.Module):
    """Takes the maps of the groups in turn, so that each group behind it sees maps of all groups before it."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, given: Tensor) -> Tensor:
        samples, channels, height, width = given.shape
        grouped = given.reshape(samples, self.groups, channels // self.groups, height, width)
        return grouped.transpose(1, 2).reshape(samples, channels, height, width)


class ShuffleUnit(nn.Module):
    """Figure 2b; of stride 2, figure 2c: it halves the maps and adds those of the branch behind the averaged ones."""

    def __init__(self, given: Map, filters: int, stride: int, settings: ShuffleNetParameters, *, first: bool) -> None:
        """The first unit mixes all its maps, since they are few (section 3.2)."""
        super().__init__()
        norm, groups = settings.norm, settings.groups
        inner = filters // NARROW
        added = filters if stride == 1 else filters - given.channels
        squeeze = Unit(
            given.channels, inner, 1, groups=1 if first else groups, norm=norm, activation=settings.activation
        )
        depthwise = Unit(inner, inner, settings.kernel_size, stride=stride, groups=inner, norm=norm, activation=None)
        expand = Unit(inner, added, 1, groups=groups, norm=norm, activation=None)
        self.branch = nn.Sequential(
            OrderedDict(squeeze=squeeze, shuffle=ChannelShuffle(groups), depthwise=depthwise, expand=expand)
        )
        self.adds = stride == 1
        self.pool = None if self.adds else pooling("average", given, 3, 2, 1)
        self.activation = ACTIVATIONS[settings.activation].build()

    def forward(self, given: Tensor) -> Tensor:
        kept = given if self.pool is None else self.pool(given)
        made = kept + self.branch(given) if self.adds else torch.cat((kept, self.branch(given)), 1)
        activated: Tensor = self.activation(made)
        return activated


def build_shufflenet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds ShuffleNet for images (C, H, W).

    At 3×224×224 with 1000 outputs 1,531,936, 1,733,848, 1,865,728, 1,968,344 and 2,434,768 parameters with 1, 2, 3, 4
    and 8 groups. Children ``features`` (``stem``, perhaps ``pool``, ``stage2_1`` and so on) and ``classifier``.
    """
    settings = ShuffleNetParameters(**parameters)
    groups, units = settings.groups, []
    features = Chain(input_shape)
    _add_stem(features, settings, input_shape)
    for stage, repeats in enumerate(UNITS, 2):
        filters = _filters(FILTERS[groups] * 2 ** (stage - 2), settings.width, NARROW * groups)
        for number in range(1, repeats + 1):
            stride = 2 if number == 1 else 1
            units.append(ShuffleUnit(features.made, filters, stride, settings, first=stage == 2 and number == 1))
            features.add(f"stage{stage}_{number}", units[-1])
    classifier = averaging_classifier(features.made.channels, outputs, settings.dropout)
    network = nn.Sequential(OrderedDict(features=features.sequential(), classifier=classifier))
    initialise_residual(network, input_shape, settings, [unit.branch for unit in units if unit.adds])
    return network


def _add_stem(features: Chain, settings: ShuffleNetParameters, input_shape: tuple[int, int, int]) -> None:
    imagenet = stem_for(settings.stem, input_shape) == "imagenet"
    filters = _filters(FIRST, settings.width, settings.groups)
    stride = 2 if imagenet else 1
    unit = Unit(input_shape[0], filters, 3, stride=stride, norm=settings.norm, activation=settings.activation)
    features.add("stem", unit)
    if imagenet:
        features.pool("pool", "max", 3, 2, 1)


def _filters(published: int, width: float, step: int) -> int:
    """A number of filters multiplied by a width, as a multiple of ``step``, so that the groups are equal."""
    return step * max(1, round(published * width / step))
