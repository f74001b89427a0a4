"""Normalisation layers by name."""

from torch import nn

from hpsearch.networks.parameters import NormName

CHANNELS_PER_GROUP = 16
"""Of group normalisation, at least (Wu and He, 2018, table 3); one group if there are fewer."""


def normalization(name: NormName, channels: int, epsilon: float = 1e-5) -> nn.Module | None:
    """The layer that normalises maps of so many channels; None for ``none``."""
    if name == "batch":
        return nn.BatchNorm2d(channels, eps=epsilon)
    if name == "group":
        return nn.GroupNorm(groups(channels), channels, eps=epsilon)
    return None


def groups(channels: int) -> int:
    """The most groups that divide the channels into at least ``CHANNELS_PER_GROUP`` each."""
    most = max(1, channels // CHANNELS_PER_GROUP)
    return next(count for count in range(most, 0, -1) if channels % count == 0)
