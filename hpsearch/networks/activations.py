"""Activation functions by name, and how much of the signal's scale passes through each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from hpsearch.networks.parameters import ActivationName

Pooling = Literal["max", "average", "stride", "none"]


@dataclass(frozen=True)
class Activation:
    """One activation function f."""

    build: Callable[[], nn.Module]
    at_zero: float = 0.0
    """f(0): what stands for "no signal" in the maps behind it, hence also what they are padded with."""

    def gain(self, pooling: Pooling = "none") -> float:
        """What weights have to make up for: variance gain² / fan-in keeps the second moment of the next input at 1.

        1 / √E[(f(z) − f(0))²] for a standard normal z (He et al., 2015, eq. 10, for any f): √2 for ReLU, 1 for
        SELU (Klambauer et al., 2017). A 2×2 pooling behind f changes that moment by nothing if the four values
        are equal and most if they are independent; the geometric mean of the two is taken (heuristic: images
        are smooth at first and less so with each halving).
        """
        with torch.no_grad(), torch.device("cpu"):
            z = torch.linspace(-10, 10, 4001, dtype=torch.float64)
            density = torch.exp(-z * z / 2)
            density = density / density.sum()
            f: torch.Tensor = self.build().double()(z) - self.at_zero
        plain = float((density * f * f).sum())
        pooled = plain
        if pooling == "max":
            highest = 4 * density * (density.cumsum(0) - density / 2) ** 3  # density of the largest of four
            pooled = float((highest * f * f).sum() / highest.sum())
        elif pooling == "average":
            mean = float((density * f).sum())
            pooled = mean**2 + (plain - mean**2) / 4
        return float(f"{(plain * pooled) ** -0.25:.6g}")  # the same number on every processor


ACTIVATIONS: dict[ActivationName, Activation] = {
    "sigmoid": Activation(nn.Sigmoid, at_zero=0.5),
    "tanh": Activation(nn.Tanh),
    "relu": Activation(nn.ReLU),
    "leaky_relu": Activation(lambda: nn.LeakyReLU(0.01)),
    "prelu": Activation(lambda: nn.PReLU(init=0.25)),
    "elu": Activation(nn.ELU),
    "selu": Activation(nn.SELU),
    "gelu": Activation(nn.GELU),
}
