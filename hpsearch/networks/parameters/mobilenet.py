"""The hyperparameters of MobileNet."""

from typing import Annotated, Literal

from pydantic import Field

from hpsearch.networks.parameters.shared import Multiplier, NetworkParameters, NormName, StemName


class MobileNetParameters(NetworkParameters):
    """MobileNet (version 1): convolutions map by map, each with one of 1×1 behind it that mixes the maps."""

    norm: NormName = "batch"
    """Batch normalisation or group normalisation behind each convolution, or neither."""
    width: Multiplier = 1.0
    """The width multiplier α: multiplies the published numbers of filters."""
    resolution: Annotated[float, Field(ge=0.1, le=1)] = 1.0
    """The resolution multiplier ρ: the network averages its images down to this share of their height and width."""
    repeats: Annotated[int, Field(ge=0, le=32)] = 5
    """Number of separable layers with 512 filters in the middle; 0 is the paper's shallow network."""
    kernel_size: Literal[3, 5, 7] = 3
    """Height and width of the filters that see one map each."""
    stem: StemName = "auto"
    """A first layer of stride 2 (``imagenet``) or 1 (``small``)."""
