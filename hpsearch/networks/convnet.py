"""The generic convolutional network whose structure is all hyperparameters."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from torch import nn

from hpsearch.networks.activations import ACTIVATIONS, Activation
from hpsearch.networks.initialization import draw_head, draw_weights
from hpsearch.networks.parameters import ConvNetParameters

CHANNELS_PER_GROUP = 16
"""Of group normalisation, at least (Wu and He, 2018, table 3); one group if there are fewer."""


def build_convnet(input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> nn.Sequential:
    """Builds the network for images of ``input_shape`` (C, H, W), with ``outputs`` outputs (N, K).

    Each layer is convolution, normalisation, activation and, after every ``pool_every``-th layer but the last one
    before an averaging head, a halving of the map. Any input size works: a side of 1 is not halved any more, and a
    filter is cut to the 2·side − 1 taps that can meet the map at all.
    """
    settings = ConvNetParameters(**parameters)
    activation = ACTIVATIONS[settings.activation]
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels, *sides = input_shape
    size = (sides[0], sides[1])
    width = float(settings.width)
    for number in range(1, settings.depth + 1):
        is_last = number == settings.depth
        halves = number % settings.pool_every == 0 and not (is_last and settings.head == "average")
        pool = settings.pooling if halves and max(size) > 1 else "none"
        axes = (_Axis.of(size[0], settings, pool), _Axis.of(size[1], settings, pool))
        filters = max(1, round(width))
        _add_convolution(layers, number, channels, filters, axes, settings, activation)
        _add_rest(layers, number, filters, axes, pool, settings, activation)
        channels, size = filters, (axes[0].after_pool, axes[1].after_pool)
        if pool != "none":
            width *= settings.width_growth
    if settings.head == "average":
        layers["average"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["dropout"] = nn.Dropout(settings.dropout)
    features = channels if settings.head == "average" else channels * size[0] * size[1]
    head = nn.Linear(features, outputs)
    draw_head(head, activation)
    layers["linear"] = head
    return nn.Sequential(layers)


@dataclass(frozen=True)
class _Axis:
    """One of the two directions of a layer's map."""

    side: int
    kernel: int
    stride: int
    window: int
    """Of the pooling; 1 for none."""

    @classmethod
    def of(cls, side: int, settings: ConvNetParameters, pool: str) -> "_Axis":
        halved = 2 if pool != "none" and side > 1 else 1
        kernel = min(settings.kernel_size, 2 * side - 1)
        return cls(side, kernel, halved if pool == "stride" else 1, 1 if pool == "stride" else halved)

    @property
    def padding(self) -> tuple[int, int]:
        """Before and after: the map keeps its size at stride 1; an even filter leans to the end."""
        return ((self.kernel - 1) // 2, self.kernel // 2)

    @property
    def convolved(self) -> int:
        return (self.side - 1) // self.stride + 1

    @property
    def after_pool(self) -> int:
        return self.convolved // self.window

    @property
    def taps(self) -> float:
        """Mean number of taps of the filter that meet the map rather than its padding."""
        before = self.padding[0]
        starts = range(-before, self.side - before, self.stride)
        met = [min(self.side, start + self.kernel) - max(0, start) for start in starts]
        return sum(met) / len(met)


def _add_convolution(
    layers: OrderedDict[str, nn.Module],
    number: int,
    channels: int,
    filters: int,
    axes: tuple[_Axis, _Axis],
    settings: ConvNetParameters,
    activation: Activation,
) -> None:
    rows, columns = axes
    before = activation if number > 1 else None
    filling = before.at_zero if before else 0.0
    padding = (rows.padding[0], columns.padding[0])
    if filling or rows.padding[0] != rows.padding[1] or columns.padding[0] != columns.padding[1]:
        if any(rows.padding + columns.padding):
            layers[f"pad{number}"] = nn.ConstantPad2d(columns.padding + rows.padding, filling)
        padding = (0, 0)
    convolution = nn.Conv2d(
        channels,
        filters,
        (rows.kernel, columns.kernel),
        stride=(rows.stride, columns.stride),
        padding=padding,
        bias=settings.bias and settings.norm == "none",
    )
    draw_weights(convolution, settings.init, before, fan_in=channels * rows.taps * columns.taps)
    layers[f"conv{number}"] = convolution


def _add_rest(
    layers: OrderedDict[str, nn.Module],
    number: int,
    filters: int,
    axes: tuple[_Axis, _Axis],
    pool: str,
    settings: ConvNetParameters,
    activation: Activation,
) -> None:
    if settings.norm == "batch":
        layers[f"norm{number}"] = nn.BatchNorm2d(filters)
    elif settings.norm == "group":
        layers[f"norm{number}"] = nn.GroupNorm(_groups(filters), filters)
    layers[f"{settings.activation}{number}"] = activation.build()
    window = (axes[0].window, axes[1].window)
    if pool == "max":
        layers[f"pool{number}"] = nn.MaxPool2d(window)
    elif pool == "average":
        layers[f"pool{number}"] = nn.AvgPool2d(window)


def _groups(filters: int) -> int:
    """The most groups that divide the filters into at least ``CHANNELS_PER_GROUP`` each."""
    most = max(1, filters // CHANNELS_PER_GROUP)
    return next(groups for groups in range(most, 0, -1) if filters % groups == 0)
