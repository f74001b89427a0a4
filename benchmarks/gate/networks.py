"""The networks of the projects: those of the catalogue, of the zoo, and of strangers, whole or broken on purpose."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.diagnosis.faults import FAULTS
from benchmarks.diagnosis.networks import build as catalogue_network
from benchmarks.gate.own import OWN
from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network


class Listed(nn.Module):
    """A network that keeps its body in a list of Python's own, so that nobody knows the parameters."""

    def __init__(self, network: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.parts = [network]
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        for part in self.parts:
            images = part(images)
        found: Tensor = self.head(images)
        return found


class Ungraded(nn.Module):
    """A network whose body runs under ``no_grad``."""

    def __init__(self, network: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.body, self.head = network, head

    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            features = self.body(images)
        found: Tensor = self.head(features)
        return found


class Averaged(nn.Module):
    """A network that only sees the mean of each image."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.network(images.mean(dim=(2, 3), keepdim=True).expand_as(images))
        return found


def listed(network: nn.Module, outputs: int) -> nn.Module:
    """All but a last layer in a list."""
    return Listed(network, nn.Linear(outputs, outputs))


def ungraded(network: nn.Module, outputs: int) -> nn.Module:
    """All but a last layer without gradient."""
    return Ungraded(network, nn.Linear(outputs, outputs))


def averaged(network: nn.Module, _: int) -> nn.Module:
    """Blind to everything but brightness."""
    return Averaged(network)


def normed_samples(network: nn.Module, _: int) -> nn.Module:
    """Batch norm over the outputs, without statistics of its own: every sample counts for the others."""
    return nn.Sequential(network, nn.BatchNorm1d(_, affine=False, track_running_stats=False))


MORE_FAULTS: dict[str, Callable[[nn.Module, int], nn.Module]] = {
    "listed": listed,
    "ungraded": ungraded,
    "averaged": averaged,
    "normed-samples": normed_samples,
}
"""Faults that are put around a network."""


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    architecture: str = "",
    zoo: str = "",
    own: str = "",
    fault: str = "",
    **parameters: Any,
) -> nn.Module:
    """An architecture of the catalogue, a network of the zoo or one of ``OWN``, with a fault or none."""
    network: nn.Module
    if architecture:
        inner = "" if fault in MORE_FAULTS else fault
        network = catalogue_network(input_shape, outputs, architecture, fault=inner, **parameters)
    elif zoo:
        settings = NetworkSettings(zoo, None, parameters)
        network = nn.Sequential(build_network(settings, input_shape, outputs, seed=torch.initial_seed() % 2**31))
    else:
        network = OWN[own](input_shape, outputs, **parameters)
    if fault in MORE_FAULTS:
        return MORE_FAULTS[fault](network, outputs)
    return network if architecture or not fault else FAULTS[fault](network)
