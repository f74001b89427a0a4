"""How the weights of convolutions and linear layers are drawn at the start."""

import math
from collections.abc import Iterable
from typing import Protocol

import torch
from torch import nn

from hpsearch.networks.parameters import ActivationName, FanName, InitializationName
from hpsearch.networks.scaling import scale_to_unit_variance
from hpsearch.networks.signal import NORMS, Before, Weighted, arrivals

HEAD_LOGIT_STD = 0.1
"""Standard deviation of the outputs at initialisation. Logits of standard deviation s raise the cross-entropy above
ln K by about s² / 2, so that the initial loss is right to 0.005 (heuristic: small enough to show any mistake)."""
MOST_ORTHONORMAL = 1024
"""Rows or columns up to which weights are made orthonormal: the time grows with their cube, 10 s for 4096, and so many
independent draws are nearly orthogonal anyway (heuristic)."""
TRUNCATED_STD = 0.87962566103423978
"""Standard deviation of a standard normal that is cut at 2 and −2."""


class Scheme(Protocol):
    """What initialisation reads of a network's hyperparameters."""

    @property
    def activation(self) -> ActivationName: ...
    @property
    def init(self) -> InitializationName: ...
    @property
    def fan(self) -> FanName: ...


def initialise(
    network: nn.Module,
    input_shape: tuple[int, int, int],
    settings: Scheme,
    *,
    heads: Iterable[nn.Linear | nn.Conv2d] = (),
    branches: Iterable[nn.Module] = (),
) -> None:
    """Draws all weights of a finished network in place; biases become 0, norms become the identity.

    ``heads`` are the layers that give logits: they are drawn small in every scheme, so that the network starts
    undecided; by default the last layer that runs. ``branches`` are the residual branches (any module each) that are
    to give 0 at the start: the last norm of each, or its last convolution if it ends with that, gets weights 0
    (Goyal et al., 2017, section 5.1). See ``draw_weights`` for the schemes; ``lsuv`` scales the layers afterwards
    by what a batch of noise gives (Mishkin and Matas, 2016). Draws from torch's default generator alone, and nothing
    on the meta device. The network must be in training mode if it has heads that run there only.
    """
    found = arrivals(network, input_shape, settings.activation)
    last = tuple(heads) or (found[-1].layer,)
    for arrival in found:
        if arrival.layer in last:
            draw_head(arrival.layer, arrival.before)
        else:
            draw_weights(arrival.layer, settings.init, arrival.before, arrival.fan_in, settings.fan)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, NORMS) and module.affine:
                module.weight.fill_(1.0)
                module.bias.zero_()
    if settings.init == "lsuv":
        scale_to_unit_variance(network, input_shape, last)
    for branch in branches:
        _silence(branch)


def draw_weights(
    layer: Weighted,
    scheme: InitializationName,
    before: Before | None,
    fan_in: float,
    fan: FanName = "fan_in",
) -> None:
    """Draws the weights of a layer in place; biases become 0.

    ``before`` is None for a layer that sees the normalised images; ``fan_in`` is the mean number of inputs that one
    output really sees, where padding does not count.

    - ``auto``: normal, variance gain² / ``fan_in`` with the gain of ``before``. Behind an activation with f(0) ≠ 0
      (sigmoid) the weights of each filter are shifted to sum 0, so that the constant part of its input, which
      would otherwise grow into saturation with depth, cancels.
    - ``xavier``: uniform, variance 2 / (fan-in + fan-out) (Glorot and Bengio, 2010, eq. 16).
    - ``kaiming``: normal, variance 2 / fan-in (He et al., 2015, eq. 10), whatever the activation.
    - ``variance_scaling``: normal cut at two standard deviations, variance gain² / n, where n is the fan-in, the
      fan-out or their mean, as ``fan`` says, and the gain that of the activation before.
    - ``lsuv``: orthonormal (Saxe et al., 2014), of very wide layers nearly so; the second step
      of that scheme needs the whole network.
    """
    if layer.weight.is_meta:  # there is nothing to draw, and torch would import its compiler for it: two seconds
        return
    gain = before.gain if before else 1.0
    with torch.no_grad():
        if scheme == "xavier":
            nn.init.xavier_uniform_(layer.weight)
        elif scheme == "kaiming":
            nn.init.kaiming_normal_(layer.weight)
        elif scheme == "variance_scaling":
            std = gain / math.sqrt(_fan(layer, fan)) / TRUNCATED_STD
            nn.init.trunc_normal_(layer.weight, 0.0, std, -2 * std, 2 * std)
        elif scheme == "lsuv":
            _draw_orthonormal(layer.weight)
        else:
            _draw_normal(layer.weight, gain / math.sqrt(fan_in), before)
        if layer.bias is not None:
            layer.bias.zero_()


def draw_head(layer: Weighted, before: Before | None) -> None:
    """Draws a layer that gives logits, in every scheme: so small that the network starts undecided, with biases 0."""
    if layer.weight.is_meta:
        return
    with torch.no_grad():
        std = HEAD_LOGIT_STD * (before.gain if before else 1.0) / math.sqrt(layer.weight[0].numel())
        _draw_normal(layer.weight, std, before)
        if layer.bias is not None:
            layer.bias.zero_()


def _draw_normal(weight: torch.Tensor, std: float, before: Before | None) -> None:
    weight.normal_(0.0, std)
    if before is not None and before.activation.at_zero != 0 and weight[0].numel() > 1:
        weight.sub_(weight.mean(dim=tuple(range(1, weight.ndim)), keepdim=True))


def _draw_orthonormal(weight: torch.Tensor) -> None:
    if min(weight.shape[0], weight[0].numel()) > MOST_ORTHONORMAL:
        weight.normal_(0.0, 1 / math.sqrt(weight[0].numel()))
    else:
        nn.init.orthogonal_(weight)


def _fan(layer: Weighted, fan: FanName) -> float:
    """As Glorot counts: of a convolution, all taps; a group sees and feeds its own channels only."""
    inputs = float(layer.weight[0].numel())
    outputs = float(layer.weight.shape[0] * math.prod(layer.weight.shape[2:]))
    if isinstance(layer, nn.Conv2d):
        outputs /= layer.groups
    return {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[fan]


def _silence(branch: nn.Module) -> None:
    """Makes a residual branch give 0."""
    *_, last = (one for one in branch.modules() if isinstance(one, nn.Conv2d | nn.BatchNorm2d | nn.GroupNorm))
    with torch.no_grad():
        last.weight.zero_()
