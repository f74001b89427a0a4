"""ZFNet.

M. Zeiler, R. Fergus: Visualizing and understanding convolutional networks. ECCV 2014: AlexNet with filters of 7×7 and
stride 2 in the first layer (figure 3); 512, 1024 and 512 filters in the last three convolutions are the better model
of table 2.
"""

from typing import Any

from torch import nn

from hpsearch.networks.blocks.stem import small_kernel, stem_for
from hpsearch.networks.blocks.unit import fitting_padding
from hpsearch.networks.connected import ConnectedFeatures
from hpsearch.networks.parameters import ZFNetParameters

LAST_SIDE = 6
"""Of the maps that the linear layers see at 224×224."""


def build_zfnet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds ZFNet for images (C, H, W).

    107,627,624 parameters at 3×224×224 with 1000 outputs, 62,357,608 with ``wide`` off. Its maps are then 110×110,
    26×26 and 13×13, as the paper says; the paper's poolings for it need a padding of 1.
    """
    settings = ZFNetParameters(**parameters)
    features = ConnectedFeatures(input_shape, settings)
    kernel = settings.kernel_size
    imagenet = stem_for(settings.stem, input_shape) == "imagenet"
    if imagenet:
        # 1 for 7×7; for other filters what gives maps of the same size
        padding = fitting_padding(max(0, (kernel - 5) // 2), kernel, features.chain.made)
        features.unit("1", 96, kernel, stride=2, padding=padding)
    else:
        features.unit("1", 96, small_kernel(kernel, input_shape))
    if settings.local_response:
        features.respond("1")
    features.pool("1", 3, padding=1)
    if imagenet:
        features.unit("2", 256, 5, stride=2, padding=fitting_padding(0, 5, features.chain.made))
    else:
        features.unit("2", 256, 5)
    if settings.local_response:
        features.respond("2")
    features.pool("2", 3, padding=1)
    for number, filters in enumerate((512, 1024, 512) if settings.wide else (384, 384, 256), 3):
        features.unit(str(number), filters, 3)
    features.pool("5", 3)
    return features.network(outputs, LAST_SIDE)
