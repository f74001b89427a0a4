"""Activation functions by name, with what initialisation has to know of each."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from hpsearch.networks.parameters import ActivationName


@dataclass(frozen=True)
class Activation:
    """One activation function f."""

    build: Callable[[], nn.Module]
    gain: float
    """1 / √E[(f(z) − f(0))²] for a standard normal z: weights of variance gain² / fan-in keep the second moment of
    what goes into the next activation at 1 (He et al., 2015, eq. 10, for any f; Klambauer et al., 2017, for SELU)."""
    at_zero: float = 0.0
    """f(0): what stands for "no signal" in the maps behind it, hence also what they are padded with."""


ACTIVATIONS: dict[ActivationName, Activation] = {
    "sigmoid": Activation(nn.Sigmoid, 4.8013, at_zero=0.5),
    "tanh": Activation(nn.Tanh, 1.5925),
    "relu": Activation(nn.ReLU, 1.4142),
    "leaky_relu": Activation(lambda: nn.LeakyReLU(0.01), 1.4142),
    "prelu": Activation(nn.PReLU, 1.3720),
    "elu": Activation(nn.ELU, 1.2452),
    "selu": Activation(nn.SELU, 1.0),
    "gelu": Activation(nn.GELU, 1.5335),
}
