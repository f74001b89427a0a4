"""How GoogLeNet and the Inception networks are put together: modules of branches side by side.

C. Szegedy et al.: Going deeper with convolutions. CVPR 2015, figure 2. Modules are written as tables: a branch is a row
of steps, and the module concatenates the maps of its branches.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hpsearch.networks.blocks.chain import Chain, scaled
from hpsearch.networks.blocks.map import Map
from hpsearch.networks.blocks.pooling import PoolingName, pooling
from hpsearch.networks.blocks.stem import stem_for
from hpsearch.networks.blocks.unit import Padding, Size, Unit
from hpsearch.networks.parameters.inception import InceptionParameters

SMALLEST_MAPS = 28
"""Rows and columns that a small stem leaves at least: the first modules of the papers see maps of 28×28 or 35×35."""


@dataclass(frozen=True)
class Conv:
    """A convolution with norm and activation; ``valid`` is without padding, as far as the map bears it."""

    filters: int
    kernel: Size = 1
    stride: int = 1
    valid: bool = False


@dataclass(frozen=True)
class Pool:
    """A pooling with a window of 3×3; ``valid`` is without padding, as far as the map bears it."""

    kind: PoolingName
    stride: int = 1
    valid: bool = False
    count_padding: bool = False
    """Whether an average counts the zeros around the map."""


@dataclass(frozen=True)
class Fork:
    """Convolutions that see the same maps and whose maps are concatenated."""

    ways: tuple[Conv, ...]


Step = Conv | Pool | Fork
Branch = tuple[Step, ...]


class Branches(nn.ModuleDict):
    """(N, C, H, W) → (N, ΣC', H', W'): children that see the same maps, and whose maps are concatenated."""

    def forward(self, maps: Tensor) -> Tensor:
        return torch.cat([branch(maps) for branch in self.values()], dim=1)


class InceptionFeatures:
    """The convolutional part under construction, a chain of units, poolings and modules."""

    def __init__(
        self,
        input_shape: tuple[int, int, int],
        settings: InceptionParameters,
        *,
        epsilon: float = 1e-3,
        bias: bool | None = None,
    ) -> None:
        self.input_shape = input_shape
        self.chain = Chain(input_shape)
        self.last = ""
        """The name of the layer that was appended last."""
        self.published = stem_for(settings.stem, input_shape) == "imagenet"
        self._settings = settings
        self._epsilon = epsilon
        self._bias = bias

    def strides(self, published: int) -> list[int]:
        """The strides of so many layers of a stem that halve the maps; a small stem leaves out the first of them."""
        if self.published:
            return [2] * published
        halvings, side = 0, min(self.input_shape[1:]) // 2
        while side >= SMALLEST_MAPS and halvings < published:
            halvings, side = halvings + 1, side // 2
        return [1] * (published - halvings) + [2] * halvings

    def unit(self, name: str, filters: int, kernel: Size = 1, stride: int = 1, *, valid: bool = False) -> None:
        """Appends a convolution with norm and activation."""
        self.add(name, self.made_unit(Conv(filters, kernel, stride, valid), self.chain.made))

    def mixed(self, name: str, branches: Sequence[Branch]) -> None:
        """Appends a module of such branches."""
        self.add(name, self.branches(branches))

    def pool(self, name: str, window: int = 3) -> None:
        """Appends a max pooling of stride 2 as far as the maps bear one, with a last window that reaches beyond."""
        self.chain.pool(name, "max", window, 2, ceil=True)

    def halve(self, name: str) -> None:
        """Appends a max pooling of stride 2 as far as the maps bear one, without padding as published."""
        layer = self._pooling(Pool("max", 2, valid=True), self.chain.made)
        if layer is not None:
            self.add(name, layer)

    def add(self, name: str, layer: nn.Module) -> None:
        """Appends any layer from maps to maps."""
        self.chain.add(name, layer)
        self.last = name

    def branches(self, branches: Sequence[Branch]) -> Branches:
        """The module of such branches for the maps made so far: children ``branch1`` and so on."""
        return Branches({f"branch{number}": self._row(steps) for number, steps in enumerate(branches, 1)})

    def _row(self, steps: Branch) -> nn.Sequential:
        """Children ``unit1`` or ``fork1`` and so on by their place, or ``pool``."""
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        given = self.chain.made  # no step of a branch but its last one changes the size of the maps
        for place, step in enumerate(steps, 1):
            if isinstance(step, Conv):
                layers[f"unit{place}"] = self.made_unit(step, given)
                given = given._replace(channels=self.filters(step.filters))
            elif isinstance(step, Fork):
                ways = {f"way{number}": self.made_unit(way, given) for number, way in enumerate(step.ways, 1)}
                layers[f"fork{place}"] = Branches(ways)
                given = given._replace(channels=sum(self.filters(way.filters) for way in step.ways))
            elif (layer := self._pooling(step, given)) is not None:
                layers["pool"] = layer
        return nn.Sequential(layers)

    def made_unit(self, step: Conv, given: Map, padding: Padding | None = None) -> Unit:
        """A convolution with norm and activation for such maps; with a padding of its own if one is given."""
        if padding is None:
            padding = 0 if step.valid and self._bears(given) else "same"
        settings = self._settings
        return Unit(
            given.channels,
            self.filters(step.filters),
            step.kernel,
            stride=step.stride,
            padding=padding,
            norm=settings.norm,
            activation=settings.activation,
            bias=self._bias,
            epsilon=self._epsilon,
        )

    def _pooling(self, step: Pool, given: Map) -> nn.Module | None:
        if (given.height, given.width) == (1, 1):
            return None
        if step.kind == "average":
            return nn.AvgPool2d(3, step.stride, 1, count_include_pad=step.count_padding)
        if step.valid and self._bears(given):
            return pooling("max", given, 3, step.stride)
        if step.stride == 1:
            return nn.MaxPool2d(3, 1, 1)
        # As many rows and columns as a padded convolution of stride 2 makes.
        return nn.MaxPool2d(3, step.stride, (given.height % 2, given.width % 2), ceil_mode=True)

    def filters(self, published: int) -> int:
        """A number of filters, multiplied by the width that is asked for."""
        return scaled(published, self._settings.width)

    def _bears(self, given: Map) -> bool:
        """Whether maps can lose their border: not small ones, and not those of a small stem."""
        return self.published and given.side >= 3


def repetitions(published: int, depth: float) -> range:
    """The numbers from 1 of the modules between two reductions: the published ones times the depth, 1 at least."""
    return range(1, max(1, round(published * depth)) + 1)


def stretched(published: Sequence[int], depth: float) -> list[int]:
    """The filters of as many modules as ``repetitions`` says, spread evenly over the published ones."""
    count = len(repetitions(len(published), depth))
    return [published[place * len(published) // count] for place in range(count)]
