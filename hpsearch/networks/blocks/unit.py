"""A convolution with the normalisation and the activation that belong to it, as one module."""

from collections import OrderedDict
from typing import Literal

from torch import nn

from hpsearch.networks.activations import ACTIVATIONS
from hpsearch.networks.blocks.map import Map
from hpsearch.networks.blocks.normalization import normalization
from hpsearch.networks.parameters import ActivationName, NormName

Size = int | tuple[int, int]
Padding = Size | Literal["same"]


class Unit(nn.Sequential):
    """(N, C, H, W) → (N, filters, H', W'): children ``conv``, ``norm`` and ``activation``, those that are asked for.

    ``padding`` ``same`` is (kernel − 1) // 2 on each side, with which an odd kernel of stride 1 keeps the map's size.
    The bias is there only without a norm, unless ``bias`` says otherwise. With ``before`` the order is norm,
    activation, convolution, and the norm sees ``channels`` (pre-activation: He et al., 2016, figure 4e).
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel: Size,
        *,
        stride: Size = 1,
        padding: Padding = "same",
        groups: int = 1,
        norm: NormName = "none",
        activation: ActivationName | None = "relu",
        bias: bool | None = None,
        before: bool = False,
        epsilon: float = 1e-5,
    ) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["conv"] = nn.Conv2d(
            channels,
            filters,
            kernel,
            stride,
            same_padding(kernel) if padding == "same" else padding,
            groups=groups,
            bias=(norm == "none" or before) if bias is None else bias,
        )
        normaliser = normalization(norm, channels if before else filters, epsilon)
        if normaliser is not None:
            layers["norm"] = normaliser
        if activation is not None:
            layers["activation"] = ACTIVATIONS[activation].build()
        if before:
            layers.move_to_end("conv")
        super().__init__(layers)


def same_padding(kernel: Size) -> Size:
    """The padding with which an odd kernel of stride 1 keeps the size of the map."""
    return (kernel - 1) // 2 if isinstance(kernel, int) else ((kernel[0] - 1) // 2, (kernel[1] - 1) // 2)


def fitting_padding(padding: int, kernel: int, given: Map) -> Padding:
    """The published padding; ``same`` where the filter would not fit into maps of that size with it."""
    return padding if given.side + 2 * padding >= kernel else "same"
