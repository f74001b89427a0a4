"""What pytest loads: one fixture for each assertion, under its name."""

from collections.abc import Callable
from typing import Any

import pytest

Assertion = Callable[..., Any]


@pytest.fixture(scope="session")
def assert_initial_loss() -> Assertion:
    """``assert_initial_loss(model, data)``: an untrained network's loss is that of guessing."""
    from hpsearch.plugin import assertions  # noqa: PLC0415  (PyTorch)

    return assertions.assert_initial_loss


@pytest.fixture(scope="session")
def assert_overfits() -> Assertion:
    """``assert_overfits(model, data)``: the network can learn a small sample by heart."""
    from hpsearch.plugin import assertions  # noqa: PLC0415  (PyTorch)

    return assertions.assert_overfits


@pytest.fixture(scope="session")
def assert_gradients_reach() -> Assertion:
    """``assert_gradients_reach(model, data)``: every trained parameter gets a gradient."""
    from hpsearch.plugin import assertions  # noqa: PLC0415  (PyTorch)

    return assertions.assert_gradients_reach


@pytest.fixture(scope="session")
def assert_samples_independent() -> Assertion:
    """``assert_samples_independent(model, data)``: in eval mode outputs depend on the sample alone."""
    from hpsearch.plugin import assertions  # noqa: PLC0415  (PyTorch)

    return assertions.assert_samples_independent
