"""One network of the conformance test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from hpsearch.networks.table import NETWORKS


@dataclass(frozen=True)
class Entry:
    """A named network at a published setting, and the same one at a size that trains in a second."""

    name: str
    parameters: Mapping[str, Any]
    """Hyperparameters of the published setting."""
    input_shape: tuple[int, int, int]
    outputs: int
    count: int
    """Number of weights and biases there."""
    source: str
    """Who publishes that count, or how it follows from the paper."""
    small: Mapping[str, Any] = field(default_factory=dict)
    """Hyperparameters, in addition, with which it is quick."""
    small_shape: tuple[int, int, int] = (3, 16, 16)
    """Images for the quick one."""
    sizes: tuple[tuple[int, int], ...] = ((8, 8), (28, 28), (32, 32), (33, 47))
    """Heights and widths that it must take as well."""
    trains: bool = True
    """Whether to train it: False for a further count of a network that an entry before trains already."""

    def __str__(self) -> str:
        told = "-".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"{self.name}-{told}" if told else self.name

    def build(self) -> nn.Module:
        """At the published setting."""
        return NETWORKS[self.name](self.input_shape, self.outputs, **self.parameters)

    def build_small(self, outputs: int = 4, **parameters: Any) -> nn.Module:
        """The quick one."""
        return self.build_for(self.small_shape, outputs, **parameters)

    def build_for(self, shape: tuple[int, int, int], outputs: int = 4, **parameters: Any) -> nn.Module:
        """The quick one for images of another shape."""
        return NETWORKS[self.name](shape, outputs, **{**self.parameters, **self.small, **parameters})
