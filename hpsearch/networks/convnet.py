"""The generic convolutional network whose structure is all hyperparameters."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from torch import nn

from hpsearch.networks.activations import ACTIVATIONS, Pooling
from hpsearch.networks.blocks.normalization import normalization
from hpsearch.networks.initialization import draw_head, draw_weights
from hpsearch.networks.parameters import ConvNetParameters
from hpsearch.networks.scaling import scale_to_unit_variance
from hpsearch.networks.signal import Before


def build_convnet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds the network for images of ``input_shape`` (C, H, W), with ``outputs`` outputs (N, K).

    Each layer is convolution, normalisation, activation and, after every ``pool_every``-th layer but the last one
    before an averaging head, a halving of the map. Any input size works: a side of 1 is not halved any more, and a
    filter is cut to the 2·side − 1 taps that can meet the map at all.
    """
    settings = ConvNetParameters(**parameters)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels, height, width = input_shape
    filters = float(settings.width)
    before: Before | None = None
    for number in range(1, settings.depth + 1):
        pooling = _pooling(number, settings) if max(height, width) > 1 else "none"
        rows, columns = _Axis.of(height, settings, pooling), _Axis.of(width, settings, pooling)
        layer = _Layer(number, channels, max(1, round(filters)), rows, columns, pooling, before)
        layers.update(layer.modules(settings))
        channels, height, width = layer.filters, rows.after, columns.after
        before = Before(ACTIVATIONS[settings.activation], pooling)
        if pooling != "none":
            filters *= settings.width_growth
    if settings.head == "average":
        layers["average"] = nn.AdaptiveAvgPool2d(1)
        height = width = 1
    layers["flatten"] = nn.Flatten()
    layers["dropout"] = nn.Dropout(settings.dropout)
    head = nn.Linear(channels * height * width, outputs)
    draw_head(head, before)
    layers["linear"] = head
    network = nn.Sequential(layers)
    if settings.init == "lsuv":
        scale_to_unit_variance(network, input_shape, {head})
    return network


def _pooling(number: int, settings: ConvNetParameters) -> Pooling:
    if number % settings.pool_every or (number == settings.depth and settings.head == "average"):
        return "none"
    return settings.pooling


@dataclass(frozen=True)
class _Axis:
    """One of the two directions of a layer's map."""

    side: int
    kernel: int
    stride: int
    window: int
    """Of the pooling behind; 1 for none."""

    @classmethod
    def of(cls, side: int, settings: ConvNetParameters, pooling: Pooling) -> "_Axis":
        halving = 2 if pooling != "none" and side > 1 else 1
        kernel = min(settings.kernel_size, 2 * side - 1)
        return cls(side, kernel, *((halving, 1) if pooling == "stride" else (1, halving)))

    @property
    def padding(self) -> tuple[int, int]:
        """Before and after: the map keeps its size at stride 1; an even filter leans to the end."""
        return ((self.kernel - 1) // 2, self.kernel // 2)

    @property
    def after(self) -> int:
        """The side of the map that the next layer sees."""
        return ((self.side - 1) // self.stride + 1) // self.window

    @property
    def taps(self) -> float:
        """Mean number of taps of the filter that meet the map rather than its padding."""
        starts = range(-self.padding[0], self.side - self.padding[0], self.stride)
        return sum(min(self.side, start + self.kernel) - max(0, start) for start in starts) / len(starts)


@dataclass(frozen=True)
class _Layer:
    """One convolution with all that belongs to it."""

    number: int
    channels: int
    filters: int
    rows: _Axis
    columns: _Axis
    pooling: Pooling
    before: Before | None

    def modules(self, settings: ConvNetParameters) -> OrderedDict[str, nn.Module]:
        modules = self._padded_convolution(settings)
        norm = normalization(settings.norm, self.filters)
        if norm is not None:
            modules[f"norm{self.number}"] = norm
        modules[f"{settings.activation}{self.number}"] = ACTIVATIONS[settings.activation].build()
        window = (self.rows.window, self.columns.window)
        if self.pooling == "max":
            modules[f"pool{self.number}"] = nn.MaxPool2d(window)
        elif self.pooling == "average":
            modules[f"pool{self.number}"] = nn.AvgPool2d(window)
        return modules

    def _padded_convolution(self, settings: ConvNetParameters) -> OrderedDict[str, nn.Module]:
        """Pads with what stands for "no signal": 0, or f(0) behind an activation where that is something else."""
        rows, columns = self.rows.padding, self.columns.padding
        filling = self.before.activation.at_zero if self.before else 0.0
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        padding = (rows[0], columns[0])
        if any(rows + columns) and (filling != 0 or padding != (rows[1], columns[1])):
            modules[f"pad{self.number}"] = nn.ConstantPad2d(columns + rows, filling)
            padding = (0, 0)
        convolution = nn.Conv2d(
            self.channels,
            self.filters,
            (self.rows.kernel, self.columns.kernel),
            stride=(self.rows.stride, self.columns.stride),
            padding=padding,
            bias=settings.bias and settings.norm == "none",
        )
        fan_in = self.channels * self.rows.taps * self.columns.taps
        draw_weights(convolution, settings.init, self.before, fan_in, settings.fan)
        modules[f"conv{self.number}"] = convolution
        return modules
