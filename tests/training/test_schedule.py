"""Learning rates over a training."""

from collections.abc import Callable

import pytest
from torch import nn, optim

from hpsearch.schedule import learning_rate_at
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


def theirs(total: int, make: Callable[[optim.Optimizer], optim.lr_scheduler.LRScheduler]) -> list[float]:
    """What a scheduler of torch gives from a rate of 2."""
    plain = optim.SGD(nn.Linear(1, 1).parameters(), lr=2.0)
    schedule = make(plain)
    found = []
    for _ in range(total):
        found.append(schedule.get_last_lr()[0])
        plain.step()
        schedule.step()
    return found


def test_exponential_equals_that_of_torch_and_ends_at_the_factor() -> None:
    found = rates(40, schedule="exponential", factor=0.05)
    expected = theirs(40, lambda plain: optim.lr_scheduler.ExponentialLR(plain, 0.05 ** (1 / 40)))
    assert found == pytest.approx(expected, rel=1e-12)
    assert found[-1] * 0.05 ** (1 / 40) == pytest.approx(0.1)


def test_cyclic_equals_the_triangle_of_torch() -> None:
    found = rates(40, schedule="cyclic", factor=0.1, every=0.25)
    cycle = {"base_lr": 0.2, "max_lr": 2.0, "step_size_up": 5, "cycle_momentum": False}
    assert found == pytest.approx(theirs(40, lambda plain: optim.lr_scheduler.CyclicLR(plain, **cycle)), rel=1e-12)
    assert (min(found), max(found)) == (pytest.approx(0.2), 2.0)


@pytest.mark.parametrize("warmup", [0.2, 0.25, 0.001])
def test_a_warm_up_rises_to_the_schedule_which_has_the_rest(warmup: float) -> None:
    length = round(warmup * 40)
    found = rates(40, schedule="cosine", warmup=warmup)

    def schedule(plain: optim.Optimizer) -> optim.lr_scheduler.LRScheduler:
        rise = optim.lr_scheduler.LinearLR(plain, 1 / (length + 1), total_iters=length)
        fall = optim.lr_scheduler.CosineAnnealingLR(plain, 40 - length)
        return optim.lr_scheduler.SequentialLR(plain, [rise, fall], [length])

    assert found == pytest.approx(theirs(40, schedule) if length else rates(40, schedule="cosine"), rel=1e-12)


def test_a_warm_up_leaves_one_iteration_at_least() -> None:
    assert rates(2, schedule="cosine", warmup=0.99) == pytest.approx([1.0, 2.0])
    assert rates(1, schedule="cyclic", warmup=0.99) == pytest.approx([0.2])
