"""What a result holds."""

import math

import pytest
import torch
from torch.nn import functional

from hpsearch.data.dataset import Dataset, Split
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.stage import StageName
from hpsearch.study import Objective
from hpsearch.training.samples.order import DataOrder
from hpsearch.trial import TrialState
from tests.training.training_cases import classes, job, optimizer, own, train, values
from tests.training.training_networks import Watched, small

BATCHES = 6
"""Of a pass over the 45 training samples in batches of eight."""


def test_epochs_are_the_means_of_their_steps() -> None:
    result = train(job(), classes())
    assert result.state is TrialState.COMPLETE
    assert len(result.step_losses) == 3 * BATCHES
    assert result.step_accuracies == ()
    assert [record.epoch for record in result.epochs] == [1, 2, 3]
    for record in result.epochs:
        losses = result.step_losses[(record.epoch - 1) * BATCHES : record.epoch * BATCHES]
        sizes = [8] * 5 + [5]
        mean = sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / 45
        assert record.train_loss == pytest.approx(mean)
        assert record.train_accuracy is not None
        assert record.train_accuracy * 45 == pytest.approx(round(record.train_accuracy * 45))


def test_steps_are_recorded_with_their_accuracy_and_without_epochs() -> None:
    dataset = classes()
    wanted = job(budget=Budget(steps=20))
    result = train(wanted, dataset)
    assert (result.value, result.best_epoch, result.epochs) == (None, None, ())
    assert len(result.step_losses) == len(result.step_accuracies) == 20
    torch.manual_seed(wanted.weights_seed)
    network = small(dataset.task.input_shape, 3)
    first = DataOrder(wanted.order_seed, 45, None, 8).one_pass()[0]
    outputs, targets = network(dataset.train.images[first]).detach(), dataset.train.targets[first]
    assert result.step_losses[0] == pytest.approx(float(functional.cross_entropy(outputs, targets)), abs=1e-6)
    assert result.step_accuracies[0] == float((outputs.argmax(1) == targets).float().mean())


def test_the_first_steps_are_those_of_a_longer_training() -> None:
    long = train(job(budget=Budget(steps=50)), classes())
    short = train(job(budget=Budget(steps=5)), classes())
    assert short.step_losses == long.step_losses[:5]
    assert short.step_accuracies == long.step_accuracies[:5]


def test_zero_steps_look_at_the_network_as_it_is_initialised() -> None:
    dataset = classes()
    wanted = job(own("small", dropout=0.9), Budget(steps=0), regularised=False, stage=StageName.INITIAL_LOSS)
    result = train(wanted, dataset)
    torch.manual_seed(wanted.weights_seed)
    network = small(dataset.task.input_shape, 3).train()
    total = 0.0
    with torch.no_grad():
        for indices in DataOrder(wanted.order_seed, 45, 1024, 8).one_pass():
            outputs = network(dataset.train.images[indices])
            total += float(functional.cross_entropy(outputs, dataset.train.targets[indices], reduction="sum"))
    assert result.step_losses == (pytest.approx(total / 45, abs=1e-6),)
    assert len(result.step_accuracies) == 1
    assert result.learned is None
    assert [layer.kind for layer in result.layers] == ["Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Dropout", "Linear"]


def test_the_initial_loss_is_averaged_over_1024_samples_at_most() -> None:
    dataset = classes(sizes=(1500, 20, 15))
    wanted = job(own("Watched"), Budget(steps=0), batch_size=64)
    batches = [len(batch) for batch in _seen(wanted, dataset)]
    assert sum(size for size in batches if size == 64) == 1024
    assert sum(size for size in batches if size < 64) <= 3 * 32, "a look tries the gradient with a few"


def test_layers_have_the_scale_of_the_first_batch() -> None:
    dataset = classes()
    wanted = job(budget=Budget(steps=3), stage=StageName.OVERFIT)
    result = train(wanted, dataset)
    torch.manual_seed(wanted.weights_seed)
    network = small(dataset.task.input_shape, 3).train()
    first = DataOrder(wanted.order_seed, 45, None, 8).one_pass()[0]
    activations = network[:3](dataset.train.images[first]).detach()
    layer = result.layers[2]
    assert (layer.name, layer.kind) == ("2", "ReLU")
    assert layer.mean == pytest.approx(float(activations.mean()), abs=1e-6)
    assert layer.std == pytest.approx(float(activations.std(correction=0)), abs=1e-6)
    assert layer.zero_share == pytest.approx(float((activations == 0).double().mean()))
    assert len(result.layers) == 6, "one batch only"
    assert train(job(budget=Budget(steps=3)), dataset).layers == (), "only where a stage looks at them"


def test_the_best_epoch_is_the_first_of_the_best() -> None:
    dataset = _two_to_one()
    result = train(job(own("Rising", script="1001"), Budget(epochs=4)), dataset)
    assert [record.val_accuracy for record in result.epochs] == [0.4, 0.6, 0.6, 0.4]
    assert (result.value, result.best_epoch) == (0.6, 2)


def test_the_objective_decides_what_is_best() -> None:
    dataset = _two_to_one()
    lowest = train(job(own("Rising", script="1001"), Budget(epochs=4), objective=Objective(metric="val_loss")), dataset)
    losses = [record.val_loss for record in lowest.epochs]
    assert (lowest.value, lowest.best_epoch) == (min(losses), 1 + losses.index(min(losses)))
    default = train(job(), values())
    assert default.value == min(record.val_loss for record in default.epochs)


def test_parameters_without_a_gradient_are_named() -> None:
    assert train(job(), classes()).without_gradient == ()
    result = train(job(own("Partly"), Budget(steps=1)), classes())
    idle = ("unused", "silenced", "frozen")
    assert result.without_gradient == tuple(f"{layer}.{name}" for layer in idle for name in ("weight", "bias"))


@pytest.mark.parametrize("budget", [Budget(epochs=2), Budget(steps=3), Budget(steps=0)])
def test_a_frozen_network_runs_and_every_parameter_is_named(budget: Budget) -> None:
    dataset = classes()
    result = train(job(own("frozen"), budget, optimizer=optimizer(weight_decay=0.1)), dataset)
    assert result.state is TrialState.COMPLETE
    names = [name for name, _ in small(dataset.task.input_shape, 3).named_parameters()]
    assert result.without_gradient == tuple(names)


def test_a_network_that_ends_with_a_softmax_runs() -> None:
    result = train(job(own("softmax_ended"), Budget(epochs=5)), classes())
    assert result.state is TrialState.COMPLETE
    assert result.step_losses[0] == pytest.approx(math.log(3), rel=0.2)
    # cross-entropy over probabilities cannot go below log(e + K − 1) − 1
    assert min(result.step_losses) > math.log(math.e + 2) - 1


def test_training_stops_when_every_sample_was_right() -> None:
    wanted = job(budget=Budget(steps=600, samples=16, until_learned=True), optimizer=optimizer(learning_rate=0.1))
    result = train(wanted, classes())
    assert result.learned is True
    assert len(result.step_losses) < 600
    assert len(result.step_losses) % 2 == 0, "whole passes of two batches"
    assert result.step_accuracies[-2:] == (1.0, 1.0)
    passes = list(zip(result.step_accuracies[::2], result.step_accuracies[1::2], strict=True))
    assert (1.0, 1.0) not in passes[:-1], "the first pass in which all are right is the last"


def test_what_cannot_be_learned_is_not() -> None:
    wanted = job(own("frozen"), Budget(steps=11, samples=16, until_learned=True))
    result = train(wanted, classes())
    assert result.learned is False
    assert len(result.step_losses) == 11


def test_all_but_one_is_not_all() -> None:
    dataset = _two_to_one(train_class=0)
    dataset.train.targets[7] = 1
    result = train(job(own("Rising"), Budget(epochs=2, until_learned=True)), dataset)
    assert result.epochs[-1].train_accuracy == 44 / 45
    assert result.learned is False


def test_a_cut_pass_does_not_count_as_learned() -> None:
    # One batch of two per step: with so few steps no pass over all the samples is whole.
    wanted = job(own("Rising"), Budget(steps=5, until_learned=True), batch_size=2)
    assert train(wanted, _two_to_one(train_class=0)).learned is False


def test_epochs_stop_when_learned_too() -> None:
    wanted = job(own("Rising"), Budget(epochs=5, until_learned=True))
    result = train(wanted, _two_to_one(train_class=0))
    assert result.learned is True
    assert len(result.epochs) == 1


@pytest.mark.parametrize(("loss", "level"), [("l2", 0.01), ("l1", 0.1)])
def test_a_regression_is_learned_at_one_percent_of_the_variance(loss: str, level: float) -> None:
    dataset = values(loss)
    budget = Budget(steps=4000, samples=8, until_learned=True)
    result = train(job(own("small", norm=False), budget, optimizer=optimizer("adam", 0.01)), dataset)
    assert result.learned is True
    assert result.step_accuracies == ()
    deviation = float(dataset.train.targets.double().std(0, correction=0).square().mean()) ** 0.5
    limit = level * (deviation if loss == "l1" else deviation**2)
    assert result.step_losses[-1] <= limit
    assert min(result.step_losses[:-1]) > limit, "each step is a whole pass over eight samples"


def test_only_the_wanted_samples_are_trained_on() -> None:
    seen = torch.cat(_seen(job(own("Watched"), Budget(steps=12, samples=10)), classes()))
    assert len(seen.flatten(1).unique(dim=0)) == 10


def test_a_single_sample_can_be_learned() -> None:
    budget = Budget(steps=100, samples=1, until_learned=True)
    assert train(job(own("small", norm=False), budget), classes()).learned is True


def test_a_last_batch_of_one_joins_the_one_before() -> None:
    dataset = classes(sizes=(17, 20, 15))
    assert [len(batch) for batch in _seen(job(own("Watched"), Budget(steps=4)), dataset)] == [8, 9, 8, 9]


def test_named_networks_train() -> None:
    network = NetworkSettings("convnet", None, {"depth": 2, "width": 4})
    for shape in ((1, 5, 5), (3, 6, 4)):
        result = train(job(network, Budget(epochs=10), evaluate_test=True), classes(shape=shape))
        assert result.reason is None
        assert result.value is not None
        assert result.value > 0.9
        assert result.test_accuracy is not None


def test_a_user_may_view_maps_as_they_lie_in_memory() -> None:
    assert train(job(own("Viewing")), classes(shape=(3, 5, 5))).state is TrialState.COMPLETE


def _seen(wanted: Job, dataset: Dataset) -> list[torch.Tensor]:
    Watched.seen.clear()
    assert train(wanted, dataset).state is TrialState.COMPLETE
    seen = list(Watched.seen)
    Watched.seen.clear()
    return seen


def _two_to_one(train_class: int | None = None) -> Dataset:
    """Three of five validation samples are of class 0, the others of class 1."""
    dataset = classes(count=2)
    targets = torch.tensor([0, 0, 0, 1, 1] * 4)
    trained = dataset.train.targets if train_class is None else torch.full_like(dataset.train.targets, train_class)
    return Dataset(
        Split(dataset.train.images, trained),
        Split(dataset.validation.images, targets),
        dataset.test,
        dataset.task,
        None,
        None,
    )
