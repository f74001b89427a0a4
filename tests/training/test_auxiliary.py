"""Networks with auxiliary classifiers: their losses are minimised as well, and curves hold the main loss alone."""

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from hpsearch.job import Budget, NetworkSettings
from hpsearch.networks.outputs import Outputs
from hpsearch.training.samples.order import DataOrder
from hpsearch.trial import Failure
from tests.training.auxiliary_networks import WEIGHT, Helped
from tests.training.training_cases import classes, job, optimizer, train

RATE, EPOCHS = 0.05, 3


def helped(**parameters: Any) -> NetworkSettings:
    return NetworkSettings(None, "tests.training.auxiliary_networks:Helped", parameters)


def test_training_equals_a_plain_loop() -> None:
    dataset = classes()
    wanted = job(
        helped(), Budget(epochs=EPOCHS), optimizer=optimizer(learning_rate=RATE, momentum=0.0), label_smoothing=0.1
    )
    result = train(wanted, dataset)
    torch.manual_seed(wanted.weights_seed)
    network = Helped(dataset.task.input_shape, dataset.task.outputs)
    plain = torch.optim.SGD(network.parameters(), lr=RATE)
    order = DataOrder(wanted.order_seed, len(dataset.train), None, wanted.batch_size)
    losses = []
    for _ in range(EPOCHS):
        for indices in order.one_pass():
            made, targets = network(dataset.train.images[indices]), dataset.train.targets[indices]
            assert isinstance(made, Outputs)
            main, *others = (cross_entropy(one, targets, label_smoothing=0.1) for one in (made.logits, *made.auxiliary))
            plain.zero_grad()
            torch.autograd.backward(main + WEIGHT * sum(others))
            plain.step()
            losses.append(main.item())
    assert result.step_losses == pytest.approx(losses, rel=0, abs=1e-12)
    with torch.no_grad():
        expected = cross_entropy(network.eval()(dataset.validation.images), dataset.validation.targets)
    assert result.epochs[-1].val_loss == pytest.approx(float(expected), abs=1e-12)
    assert result.without_gradient == ()


def test_auxiliary_outputs_of_another_shape_end_the_trial() -> None:
    result = train(job(helped(wrong=True)), classes())
    assert result.failure is Failure.ERROR
    assert "(batch, outputs) = (8, 3) and returned shape (8, 4)" in (result.reason or "")
