"""Features as a chain of layers that knows the size of its maps while it grows."""

from collections import OrderedDict

from torch import nn

from hpsearch.networks.blocks.map import Map, after
from hpsearch.networks.blocks.pooling import PoolingName, pooling


class Chain:
    """Layers that follow each other, from images (C, H, W) on."""

    def __init__(self, input_shape: tuple[int, int, int]) -> None:
        self._layers: OrderedDict[str, nn.Module] = OrderedDict()
        self.made = Map(*input_shape)
        """What the last layer makes."""

    def add(self, name: str, layer: nn.Module) -> None:
        """Appends any layer from maps to maps."""
        self._layers[name] = layer
        self.made = after(layer, self.made)

    def pool(
        self, name: str, kind: PoolingName, window: int = 2, stride: int = 2, padding: int = 0, *, ceil: bool = False
    ) -> bool:
        """Appends a pooling as far as the maps bear one; whether it did."""
        layer = pooling(kind, self.made, window, stride, padding, ceil=ceil)
        if layer is not None:
            self.add(name, layer)
        return layer is not None

    def limit(self, name: str, side: int) -> None:
        """Averages maps that are larger than that down to ``side`` rows and columns."""
        if max(self.made.height, self.made.width) > side:
            size = (min(side, self.made.height), min(side, self.made.width))
            self.add(name, nn.AdaptiveAvgPool2d(size))

    def sequential(self) -> nn.Sequential:
        """The layers as one module."""
        return nn.Sequential(self._layers)


def scaled(filters: int, width: float) -> int:
    """A number of filters or units multiplied by a width, and 1 at least."""
    return max(1, round(filters * width))
