"""The hyperparameters of ZFNet."""

from typing import Annotated

from pydantic import Field

from hpsearch.networks.parameters.connected import ConnectedParameters
from hpsearch.networks.parameters.shared import StemName


class ZFNetParameters(ConnectedParameters):
    """ZFNet: AlexNet with filters of 7×7 and stride 2 in the first layer, and more filters behind."""

    kernel_size: Annotated[int, Field(ge=1, le=31)] = 7
    """Height and width of the filters of the first layer; in the small stem an eighth of the image at most, or 3."""
    wide: bool = True
    """512, 1024 and 512 filters in the last three convolutions, rather than 384, 384 and 256."""
    local_response: bool = False
    """Local response normalisation behind the first two layers."""
    stem: StemName = "auto"
    """First two layers of stride 2 with poolings behind them (``imagenet``), or of stride 1 (``small``)."""
