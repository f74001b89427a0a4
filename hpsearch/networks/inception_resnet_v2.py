"""Inception-ResNet-v2.

C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi: Inception-v4, Inception-ResNet and the impact of residual connections on
learning. AAAI 2017, section 3.2 and figures 14 to 19; branches are scaled down before they are added (section 3.3).
Stem, numbers of filters and scales as in TensorFlow's inception_resnet_v2, whose weights timm has.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from hpsearch.networks.activations import ACTIVATIONS
from hpsearch.networks.inception import Branch, Conv, InceptionFeatures, Pool, repetitions
from hpsearch.networks.inception_network import InceptionNetwork, convolutional_auxiliary, finish
from hpsearch.networks.inception_stems import add_inception_v3_stem
from hpsearch.networks.parameters import ActivationName
from hpsearch.networks.parameters.inception_later import InceptionResNetV2Parameters

FIRST: tuple[Branch, ...] = (
    (Conv(96),),
    (Conv(48), Conv(64, 5)),
    (Conv(64), Conv(96, 3), Conv(96, 3)),
    (Pool("average"), Conv(64)),
)
MODULE_A: tuple[tuple[Conv, ...], ...] = (
    (Conv(32),),
    (Conv(32), Conv(32, 3)),
    (Conv(32), Conv(48, 3), Conv(64, 3)),
)
REDUCTION_A: tuple[Branch, ...] = (
    (Conv(384, 3, 2, valid=True),),
    (Conv(256), Conv(256, 3), Conv(384, 3, 2, valid=True)),
    (Pool("max", 2, valid=True),),
)
MODULE_B: tuple[tuple[Conv, ...], ...] = (
    (Conv(192),),
    (Conv(128), Conv(160, (1, 7)), Conv(192, (7, 1))),
)
REDUCTION_B: tuple[Branch, ...] = (
    (Conv(256), Conv(384, 3, 2, valid=True)),
    (Conv(256), Conv(288, 3, 2, valid=True)),
    (Conv(256), Conv(288, 3), Conv(320, 3, 2, valid=True)),
    (Pool("max", 2, valid=True),),
)
MODULE_C: tuple[tuple[Conv, ...], ...] = (
    (Conv(192),),
    (Conv(192), Conv(224, (1, 3)), Conv(256, (3, 1))),
)


class ScaledResidual(nn.Module):
    """(N, C, H, W) → the same: f(x + scale · branch(x)), or without f if there is no activation."""

    def __init__(self, branch: nn.Module, scale: float, activation: ActivationName | None) -> None:
        super().__init__()
        self.branch = branch
        self.scale = scale
        self.activation = ACTIVATIONS[activation].build() if activation else nn.Identity()

    def forward(self, maps: Tensor) -> Tensor:
        found: Tensor = self.activation(maps + self.scale * self.branch(maps))
        return found


def build_inception_resnet_v2(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> InceptionNetwork:
    """Builds Inception-ResNet-v2 for images (C, H, W): 55,843,464 parameters at 3×299×299 with 1000 outputs."""
    settings = InceptionResNetV2Parameters(**parameters)
    features = InceptionFeatures(input_shape, settings)
    add_inception_v3_stem(features)
    features.mixed("mixed", FIRST)
    for number in repetitions(10, settings.depth):
        add_residual(features, f"mixed_a{number}", MODULE_A, 0.17, settings.activation)
    features.mixed("reduction_a", REDUCTION_A)
    for number in repetitions(20, settings.depth):
        add_residual(features, f"mixed_b{number}", MODULE_B, 0.1, settings.activation)
    auxiliary = convolutional_auxiliary(features, outputs, settings)
    features.mixed("reduction_b", REDUCTION_B)
    *scaled_down, last = repetitions(10, settings.depth)
    for number in scaled_down:
        add_residual(features, f"mixed_c{number}", MODULE_C, 0.2, settings.activation)
    add_residual(features, f"mixed_c{last}", MODULE_C, 1.0, None)
    features.unit("conv6", 1536)
    silenced = list(residual_branches(features.chain.sequential())) if settings.zero_residual else []
    return finish(features, outputs, settings, auxiliary, settings.auxiliary_weight, silenced)


def add_residual(
    features: InceptionFeatures,
    name: str,
    branches: tuple[tuple[Conv, ...], ...],
    scale: float,
    activation: ActivationName | None,
) -> None:
    """Appends a residual module: such branches, and a 1×1 convolution to as many maps as it gets."""
    channels = sum(features.filters(convolutions[-1].filters) for convolutions in branches)
    last = nn.Conv2d(channels, features.chain.made.channels, 1)
    branch = nn.Sequential(OrderedDict(branches=features.branches(branches), conv=last))
    features.add(name, ScaledResidual(branch, scale, activation))


def residual_branches(network: nn.Module) -> Iterator[nn.Module]:
    """The branches that are added."""
    return (module.branch for module in network.modules() if isinstance(module, ScaledResidual))
