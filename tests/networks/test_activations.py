"""What initialisation knows of each activation, against numerical integration."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from hpsearch.networks.activations import ACTIVATIONS
from hpsearch.networks.parameters import ACTIVATION_NAMES, ActivationName

PUBLISHED = {
    "relu": math.sqrt(2),
    "selu": 1.0,
    "prelu": math.sqrt(2 / (1 + 0.25**2)),
    "leaky_relu": math.sqrt(2 / 1.0001),
}
"""He et al. (2015), eq. 10 and 15; Klambauer et al. (2017)."""


def values(name: ActivationName, z: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return ACTIVATIONS[name].build().double()(torch.from_numpy(z)).numpy()


def test_the_table_has_every_name_that_a_definition_may_use() -> None:
    assert tuple(ACTIVATIONS) == ACTIVATION_NAMES


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_the_gain_makes_up_for_what_the_activation_takes(name: ActivationName) -> None:
    def integrand(z: float) -> float:
        f = float(values(name, np.array([z]))[0]) - ACTIVATIONS[name].at_zero
        return f * f * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    moment = quad(integrand, -9, 0)[0] + quad(integrand, 0, 9)[0]
    assert ACTIVATIONS[name].gain() == pytest.approx(moment**-0.5, rel=1e-4)
    if name in PUBLISHED:
        assert ACTIVATIONS[name].gain() == pytest.approx(PUBLISHED[name], rel=1e-4)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_at_zero_is_what_the_activation_gives_there(name: ActivationName) -> None:
    assert ACTIVATIONS[name].at_zero == values(name, np.zeros(1))[0]


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_behind_a_pooling_the_gain_lies_half_way_to_that_of_independent_values(name: ActivationName) -> None:
    z = np.random.default_rng(0).normal(size=(400_000, 4))
    f = values(name, z) - ACTIVATIONS[name].at_zero
    for pooling, pooled in (("max", f.max(axis=1)), ("average", f.mean(axis=1))):
        expected = ((f**2).mean() * (pooled**2).mean()) ** -0.25
        assert ACTIVATIONS[name].gain(pooling) == pytest.approx(expected, rel=0.01)  # type: ignore[arg-type]
    assert ACTIVATIONS[name].gain("stride") == ACTIVATIONS[name].gain("none")


def test_the_gain_can_be_computed_while_networks_are_built_without_memory() -> None:
    with torch.device("meta"):
        assert ACTIVATIONS["prelu"].gain("max") == ACTIVATIONS["prelu"].gain("max")
