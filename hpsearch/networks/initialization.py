"""How the weights of convolutions and linear layers are drawn at the start."""

import math
from dataclasses import dataclass

import torch
from torch import nn

from hpsearch.networks.activations import Activation, Pooling
from hpsearch.networks.parameters import InitializationName

Weighted = nn.Conv2d | nn.Linear

HEAD_LOGIT_STD = 0.1
"""Standard deviation of the outputs at initialisation. Logits of standard deviation s raise the cross-entropy above
ln K by about s² / 2, so that the initial loss is right to 0.005 (heuristic: small enough to show any mistake)."""


@dataclass(frozen=True)
class Before:
    """What stands between the layer before and the one whose weights are drawn."""

    activation: Activation
    pooling: Pooling

    @property
    def gain(self) -> float:
        return self.activation.gain(self.pooling)


def draw_weights(layer: Weighted, scheme: InitializationName, before: Before | None, fan_in: float) -> None:
    """Draws the weights of a layer in place; biases become 0.

    ``before`` is None for a layer that sees the normalised images; ``fan_in`` is the mean number of inputs that one
    output really sees, where padding does not count.

    - ``auto``: normal, variance gain² / ``fan_in`` with the gain of ``before``. Behind an activation with f(0) ≠ 0
      (sigmoid) the weights of each filter are shifted to sum 0, so that the constant part of its input, which
      would otherwise grow into saturation with depth, cancels.
    - ``xavier``: uniform, variance 2 / (fan-in + fan-out) (Glorot and Bengio, 2010, eq. 16).
    - ``kaiming``: normal, variance 2 / fan-in (He et al., 2015, eq. 10), whatever the activation.
    """
    with torch.no_grad():
        if scheme == "xavier":
            nn.init.xavier_uniform_(layer.weight)
        elif scheme == "kaiming":
            nn.init.kaiming_normal_(layer.weight)
        else:
            _draw_normal(layer.weight, (before.gain if before else 1.0) / math.sqrt(fan_in), before)
        if layer.bias is not None:
            layer.bias.zero_()


def draw_head(layer: nn.Linear, before: Before | None) -> None:
    """Draws the last layer, in every scheme: so small that the network starts undecided, with biases 0."""
    with torch.no_grad():
        _draw_normal(
            layer.weight, HEAD_LOGIT_STD * (before.gain if before else 1.0) / math.sqrt(layer.in_features), before
        )
        if layer.bias is not None:
            layer.bias.zero_()


def _draw_normal(weight: torch.Tensor, std: float, before: Before | None) -> None:
    weight.normal_(0.0, std)
    if before is not None and before.activation.at_zero != 0 and weight[0].numel() > 1:
        weight.sub_(weight.mean(dim=tuple(range(1, weight.ndim)), keepdim=True))
