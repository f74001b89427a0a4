"""Learning rates over a training."""

import pytest

from hpsearch.training.schedule import learning_rate_at
from tests.training.training_cases import optimizer


def rates(total: int, **settings: object) -> list[float]:
    made = optimizer(learning_rate=2.0, **settings)
    return [learning_rate_at(made, step, total) for step in range(total)]


def test_constant() -> None:
    assert rates(5, schedule="constant") == [2.0] * 5


def test_cosine_falls_from_the_full_rate_towards_zero() -> None:
    found = rates(100, schedule="cosine")
    assert found[0] == 2.0
    assert found[50] == pytest.approx(1.0)
    assert found == sorted(found, reverse=True)
    assert 0 < found[-1] < 0.001


def test_step_multiplies_after_each_share() -> None:
    assert rates(9, schedule="step", factor=0.5, every=1 / 3) == [2.0] * 3 + [1.0] * 3 + [0.5] * 3
    assert rates(10, schedule="step", factor=0.1, every=0.4) == pytest.approx([2.0] * 4 + [0.2] * 4 + [0.02] * 2)
    assert rates(2, schedule="step", factor=0.5, every=0.1) == [2.0, 1.0], "a share below one step is one step"
