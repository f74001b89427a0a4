"""One row of the table of a network's costs, and their sum."""

from dataclasses import dataclass
from typing import Literal

Part = Literal["convolution", "linear", "other"]

BYTES_PER_NUMBER = 4
"""Of float32."""


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels of the image one number of a layer's output depends on; rows first, then columns.

    Normalisation over the map and attention's weights aside: only the paths of the signal count. Where paths meet,
    the field is that of the path that sees the most.
    """

    size: tuple[float, float]
    """In pixels; may be larger than the image where padding is seen too."""
    stride: tuple[float, float] | None
    """From one number's field to its neighbour's, in pixels; None if every number sees the same."""
    offset: tuple[float, float]
    """Centre of the first number's field, in pixels; the first pixel lies at 0."""


@dataclass(frozen=True)
class LayerCost:
    """One call of one layer, for one sample; or one operation that the network's own code calls outside of layers."""

    name: str
    """Dotted path of the module in the network; of an operation, that of the module around it and its own name."""
    kind: str
    """Class of the module, for example Conv2d; of an operation its name in lower case, for example add or cat."""
    output_shape: tuple[int, ...]
    """Without the sample: (C, H, W) or (K,); empty if the layer returns no tensor."""
    parameters: int
    """Numbers in weights and biases; 0 where the same weights have been counted before."""
    multiply_adds: int
    """One multiplication with one addition counts 1; see ``hpsearch.cost.arithmetic``."""
    activation_bytes: int
    """Of the output, as float32; 0 where it lies in memory that was counted before (in place, or another view)."""
    receptive_field: ReceptiveField | None = None
    """None where it is not known."""
    part: Part = "other"
    """Whether its arithmetic is a convolution or a matrix product."""


@dataclass(frozen=True)
class NetworkCost:
    """The whole network, for one sample."""

    parameters: int
    """All of the network's, those included that belong to no row of the table."""
    multiply_adds: int
    """Sum over the rows."""
    activation_bytes: int
    """Sum over the rows, as float32."""
