"""LeNet-5.

Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. Proceedings of the
IEEE 86 (1998), section II.B, figure 2. As it is used today: every map of the second convolution sees all maps of the
first, poolings have no weights, the output is linear, and with that max pooling and ReLU by default.
"""

from collections import OrderedDict
from typing import Any

from torch import nn

from hpsearch.networks.blocks.chain import Chain, scaled
from hpsearch.networks.blocks.classifier import connected_classifier
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.initialization import initialise
from hpsearch.networks.parameters import LeNetParameters

PAPER_SIDE = 32
"""Of the paper's images; smaller ones are padded by the first layer, as the paper padded digits of 28×28."""


def build_lenet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds LeNet-5 for images (C, H, W): 61,706 parameters at 1×28×28 and 1×32×32 with 10 outputs.

    Its convolutions have no padding, except where it would leave less than 2 pixels for the pooling.
    """
    settings = LeNetParameters(**parameters)
    features = Chain(input_shape)
    for number, filters in enumerate((6, 16), 1):
        kernel = settings.kernel_size
        too_small = features.made.side < (PAPER_SIDE if number == 1 else kernel + 1)
        unit = Unit(
            features.made.channels,
            scaled(filters, settings.width),
            kernel if kernel % 2 or not too_small else kernel - 1,
            padding="same" if too_small else 0,
            norm=settings.norm,
            activation=settings.activation,
        )
        features.add(f"unit{number}", unit)
        features.pool(f"pool{number}", settings.pooling)
    hidden = [scaled(units, settings.width) for units in (120, 84)]
    classifier = connected_classifier(
        features.made, hidden, outputs, activation=settings.activation, dropout=settings.dropout
    )
    network = nn.Sequential(OrderedDict(features=features.sequential(), classifier=classifier))
    initialise(network, input_shape, settings)
    return network
