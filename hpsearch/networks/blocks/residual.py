"""Residual units: a branch that learns what to add to a shortcut.

K. He, X. Zhang, S. Ren, J. Sun: Deep residual learning for image recognition. CVPR 2016 (activation behind the sum).
Pre-activation, which is norm and activation in front of each convolution: the same authors, Identity mappings in deep
residual networks. ECCV 2016, figure 4e; in its appendix, the activation in front of the first unit and of those that
change the maps comes before the paths split.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal, NamedTuple

from torch import Tensor, nn
from torch.nn.functional import pad

from hpsearch.networks.activations import ACTIVATIONS
from hpsearch.networks.blocks.normalization import normalization
from hpsearch.networks.blocks.unit import Unit
from hpsearch.networks.parameters import ActivationName, NormName

ShortcutName = Literal["padding", "projection"]


class Layer(NamedTuple):
    """A convolution of a branch."""

    filters: int
    kernel: int
    stride: int = 1


class Style(NamedTuple):
    """What all residual units of a network have in common."""

    norm: NormName
    activation: ActivationName
    preactivation: bool
    shortcut: ShortcutName = "projection"


class PaddingShortcut(nn.Module):
    """(N, C, H, W) → (N, filters, H / stride, W / stride): leaves pixels out and adds maps of zeros (option A)."""

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.missing = filters - channels
        self.stride = stride

    def forward(self, given: Tensor) -> Tensor:
        return pad(given[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.missing))


class ResidualUnit(nn.Module):
    """Children ``branch``, and where they exist ``before`` (norm and activation), ``shortcut`` and ``activation``.

    ``before`` is what a pre-activation unit does in front of its first convolution. A shortcut that changes the maps
    takes them behind it, any other one in front of it.
    """

    def __init__(self, channels: int, layers: Sequence[Layer], style: Style, *, first: bool = False) -> None:
        """``first`` is the unit behind a stem that has already normalised and activated its maps."""
        super().__init__()
        before = style.preactivation and not first
        self.before = preactivation(channels, style.norm, style.activation) if before else None
        self.branch = _branch(channels, layers, style)
        self.shortcut = _shortcut(channels, layers, style)
        self.activation = None if style.preactivation else ACTIVATIONS[style.activation].build()

    def forward(self, given: Tensor) -> Tensor:
        ready = given if self.before is None else self.before(given)
        kept = given if self.shortcut is None else self.shortcut(ready)
        made: Tensor = kept + self.branch(ready)
        return made if self.activation is None else self.activation(made)


def preactivation(channels: int, norm: NormName, activation: ActivationName) -> nn.Sequential:
    """Children ``norm`` and ``activation``."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    normaliser = normalization(norm, channels)
    if normaliser is not None:
        layers["norm"] = normaliser
    layers["activation"] = ACTIVATIONS[activation].build()
    return nn.Sequential(layers)


def branches_of(network: nn.Module) -> list[nn.Module]:
    """The branches of the residual units, in their order."""
    return [unit.branch for unit in network.modules() if isinstance(unit, ResidualUnit)]


def _branch(channels: int, layers: Sequence[Layer], style: Style) -> nn.Sequential:
    units: OrderedDict[str, nn.Module] = OrderedDict()
    for number, layer in enumerate(layers, 1):
        # The first norm and activation of a pre-activation unit are its ``before``.
        bare = style.preactivation and number == 1
        units[f"unit{number}"] = Unit(
            channels,
            layer.filters,
            layer.kernel,
            stride=layer.stride,
            norm="none" if bare else style.norm,
            activation=None if bare or (number == len(layers) and not style.preactivation) else style.activation,
            bias=style.norm == "none",
            before=style.preactivation,
        )
        channels = layer.filters
    return nn.Sequential(units)


def _shortcut(channels: int, layers: Sequence[Layer], style: Style) -> nn.Module | None:
    filters, stride = layers[-1].filters, max(layer.stride for layer in layers)
    if filters == channels and stride == 1:
        return None
    if style.shortcut == "padding":
        return PaddingShortcut(channels, filters, stride)
    # Pre-activation: the sum is normalised by the unit behind it.
    norm = "none" if style.preactivation else style.norm
    return Unit(channels, filters, 1, stride=stride, norm=norm, activation=None, bias=style.norm == "none")
