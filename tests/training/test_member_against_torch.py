"""A whole member against a loop written with torch.optim and its schedulers, in double precision."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from hpsearch.data.dataset import Dataset
from hpsearch.job import Budget, Job
from hpsearch.training.samples.order import DataOrder
from tests.training.training_cases import classes, job, optimizer, own, train, values
from tests.training.training_networks import Double

STEPS = 42
RATE = 0.01
OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=RATE, momentum=0.9, weight_decay=0.01),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=RATE, betas=(0.9, 0.999), weight_decay=0.01),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.999), weight_decay=0.01),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, lr=RATE, momentum=0.9, weight_decay=0.01),
    "adagrad": lambda parameters: torch.optim.Adagrad(parameters, lr=RATE, weight_decay=0.01),
}
SCHEDULES = {
    "constant": lambda plain: torch.optim.lr_scheduler.ConstantLR(plain, factor=1.0),
    "cosine": lambda plain: torch.optim.lr_scheduler.CosineAnnealingLR(plain, T_max=STEPS),
    "step": lambda plain: torch.optim.lr_scheduler.StepLR(plain, step_size=STEPS // 3, gamma=0.2),
    "exponential": lambda plain: torch.optim.lr_scheduler.ExponentialLR(plain, 0.2 ** (1 / STEPS)),
}


def plainly(wanted: Job, dataset: Dataset) -> tuple[list[float], nn.Module]:
    """Losses of every step and the trained network, by torch's own means."""
    torch.manual_seed(wanted.weights_seed)
    network = Double(dataset.task.input_shape, dataset.task.outputs, **wanted.network.parameters).train()
    plain = OPTIMIZERS[wanted.optimizer.name](network.parameters())
    schedule = SCHEDULES[wanted.optimizer.schedule](plain)
    order = DataOrder(wanted.order_seed, len(dataset.train), None, wanted.batch_size)
    losses = []
    while len(losses) < STEPS:
        for indices in order.one_pass():
            outputs, targets = network(dataset.train.images[indices]), dataset.train.targets[indices]
            if dataset.task.is_classification:
                loss = functional.cross_entropy(outputs, targets, label_smoothing=wanted.label_smoothing)
            else:
                loss = functional.mse_loss(outputs, targets.double())
            plain.zero_grad()
            loss.backward()
            plain.step()
            schedule.step()
            losses.append(loss.item())
    return losses, network


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_member_equals_a_plain_loop(name: str, schedule: str) -> None:
    dataset = classes()
    settings = optimizer(name, RATE, weight_decay=0.01, schedule=schedule, factor=0.2)
    # 45 samples in batches of 8: six batches a pass, the last one with five samples, seven passes
    wanted = job(own("Double"), Budget(epochs=7), optimizer=settings, label_smoothing=0.1)
    result = train(wanted, dataset)
    losses, network = plainly(wanted, dataset)
    assert result.step_losses == pytest.approx(losses, rel=0, abs=1e-12)
    with torch.no_grad():
        outputs = network.eval()(dataset.validation.images)
    last = result.epochs[-1]
    assert last.val_loss == pytest.approx(
        float(functional.cross_entropy(outputs, dataset.validation.targets)), abs=1e-12
    )
    assert last.val_accuracy == float((outputs.argmax(1) == dataset.validation.targets).double().mean())


def test_regression_equals_a_plain_loop() -> None:
    dataset = values()
    wanted = job(own("Double"), Budget(epochs=7), optimizer=optimizer("adam", RATE, weight_decay=0.01))
    result = train(wanted, dataset)
    losses, network = plainly(wanted, dataset)
    assert result.step_losses == pytest.approx(losses, rel=0, abs=1e-12)
    with torch.no_grad():
        expected = functional.mse_loss(network.eval()(dataset.validation.images), dataset.validation.targets.double())
    assert result.epochs[-1].val_loss == pytest.approx(expected.item(), abs=1e-12)
    assert result.epochs[-1].val_accuracy is None


def test_l1_is_the_mean_absolute_error() -> None:
    dataset = values("l1")
    wanted = job(own("Double", norm=False), Budget(steps=0))
    torch.manual_seed(wanted.weights_seed)
    outputs = Double(dataset.task.input_shape, dataset.task.outputs, norm=False)(dataset.train.images)
    expected = (outputs - dataset.train.targets).abs().mean()
    assert train(wanted, dataset).step_losses == (pytest.approx(expected.item(), abs=1e-12),)
