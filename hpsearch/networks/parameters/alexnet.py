"""The hyperparameters of AlexNet."""

from typing import Annotated

from pydantic import Field

from hpsearch.networks.parameters.connected import ConnectedParameters
from hpsearch.networks.parameters.shared import StemName


class AlexNetParameters(ConnectedParameters):
    """AlexNet in one tower: five convolutions with 64, 192, 384, 256 and 256 filters, and three linear layers."""

    kernel_size: Annotated[int, Field(ge=1, le=31)] = 11
    """Height and width of the filters of the first layer; in the small stem an eighth of the image at most, or 3."""
    local_response: bool = False
    """Local response normalisation behind the first two layers, as in the first paper."""
    stem: StemName = "auto"
    """A first layer of stride 4 with a pooling behind it (``imagenet``), or one of stride 1 (``small``)."""
