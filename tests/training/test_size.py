"""The size of a trial's network is recorded, and counting it changes nothing."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from hpsearch.cohort import Cohort
from hpsearch.cost.layers import layer_costs
from hpsearch.job import Budget, NetworkSettings
from hpsearch.networks.build import build_network
from hpsearch.training import size
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import TrialState
from tests.training.training_cases import classes, job, own, train

SMALL = 4 * 9 + 2 * 4 + 100 * 3 + 3
"""Weights of ``small`` on images of 1×5×5 with three outputs."""
ARITHMETIC = 25 * 4 * 9 + 25 * 4 + 100 * 3
"""Convolution, batch norm and linear layer."""


class Drawing(nn.Module):
    """Adds noise of its own in every pass."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(input_shape[1] * input_shape[2], outputs)

    def forward(self, images: Tensor) -> Tensor:
        return self.linear(images.flatten(1)) + torch.randn(1)


class Alone(nn.Module):
    """Refuses batches of one sample."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(input_shape[1] * input_shape[2], outputs)

    def forward(self, images: Tensor) -> Tensor:
        if len(images) == 1:
            raise SystemExit(1)
        return self.linear(images.flatten(1))


def test_parameters_and_multiply_adds_are_recorded_of_trials_that_are_compared() -> None:
    result = train(job(), classes())
    assert (result.parameter_count, result.multiply_adds) == (SMALL, ARITHMETIC)
    result = train(job(budget=Budget(steps=3)), classes())
    assert (result.parameter_count, result.multiply_adds) == (None, None)


def test_a_named_network_has_the_size_that_its_table_of_costs_says() -> None:
    settings = NetworkSettings("convnet", None, {"depth": 2, "width": 3})
    result = train(job(settings), classes())
    network = build_network(settings, (1, 5, 5), 3, 0)
    assert result.parameter_count == sum(parameter.numel() for parameter in network.parameters())
    assert result.multiply_adds == sum(layer.multiply_adds for layer in layer_costs(network, (1, 5, 5)))


def test_a_cohort_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    real = size.traced
    monkeypatch.setattr(size, "traced", lambda *given: counted.append(1) or real(*given))
    members = [replace(job(own("small", dropout=number / 4)), number=number) for number in range(3)]
    found = [result.multiply_adds for result in train_cohort(Cohort(tuple(members)), classes())]
    assert found == [ARITHMETIC] * 3
    assert len(counted) == 1


def test_counting_does_not_touch_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = NetworkSettings(None, f"{__name__}:Drawing", {})
    counted = train(job(drawing), classes())
    monkeypatch.setattr(size, "traced", lambda *_: [])
    uncounted = train(job(drawing), classes())
    assert counted.epochs == uncounted.epochs
    assert (counted.multiply_adds, uncounted.multiply_adds) == (75, 0)


def test_a_network_that_cannot_be_watched_ends_well_all_the_same() -> None:
    result = train(job(NetworkSettings(None, f"{__name__}:Alone", {})), classes())
    assert result.state is TrialState.COMPLETE
    assert (result.parameter_count, result.multiply_adds) == (78, None)
