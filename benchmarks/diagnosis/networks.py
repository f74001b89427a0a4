"""The networks of the catalogue: an architecture, whole or broken on purpose."""

from collections.abc import Callable
from functools import partial

from torch import nn

from benchmarks.diagnosis.architectures import ARCHITECTURES, Plan
from benchmarks.diagnosis.faults import FAULTS
from benchmarks.diagnosis.fifth_faults import FIFTH_FAULTS
from benchmarks.diagnosis.fifth_networks import FIFTH_ARCHITECTURES
from benchmarks.diagnosis.fourth_faults import FOURTH_FAULTS
from benchmarks.diagnosis.fourth_networks import FOURTH_ARCHITECTURES
from benchmarks.diagnosis.second_architectures import SECOND_ARCHITECTURES
from benchmarks.diagnosis.second_faults import SECOND_FAULTS
from benchmarks.diagnosis.sixth_faults import SIXTH_FAULTS
from benchmarks.diagnosis.sixth_networks import SIXTH_ARCHITECTURES
from benchmarks.diagnosis.third_networks import THIRD_ARCHITECTURES, THIRD_FAULTS

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": partial(nn.LeakyReLU, 0.1),
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "group": lambda maps: nn.GroupNorm(1, maps),
    "none": lambda _: nn.Identity(),
}


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    architecture: str = "plain",
    width: int = 16,
    dropout: float = 0.0,
    activation: str = "relu",
    norm: str = "batch",
    fault: str = "",
) -> nn.Module:
    """One of ``ARCHITECTURES`` or the later ones; ``fault`` is one of ``FAULTS`` or the later ones, or nothing."""
    channels, side, _ = input_shape
    plan = Plan(channels, side, outputs, width, dropout, ACTIVATIONS[activation], NORMS[norm])
    families = {**ARCHITECTURES, **SECOND_ARCHITECTURES, **THIRD_ARCHITECTURES, **FOURTH_ARCHITECTURES}
    network: nn.Module = (families | FIFTH_ARCHITECTURES | SIXTH_ARCHITECTURES)[architecture](plan)
    faults = {**FAULTS, **SECOND_FAULTS, **THIRD_FAULTS, **FOURTH_FAULTS, **FIFTH_FAULTS, **SIXTH_FAULTS}
    return faults[fault](network) if fault else network
