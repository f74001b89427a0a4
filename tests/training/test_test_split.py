"""The test split is read once, at the end, and only when the job says so."""

from dataclasses import replace

import pytest
import torch

from hpsearch.data.dataset import Dataset, Split
from hpsearch.job import Budget
from hpsearch.trial import TrialState
from tests.training.test_together import assert_alike, together, varied
from tests.training.training_cases import classes, job, optimizer, own, train, values


def without_test(dataset: Dataset, images: torch.Tensor, targets: torch.Tensor) -> Dataset:
    return Dataset(dataset.train, dataset.validation, Split(images, targets), dataset.task, None, None)


@pytest.mark.parametrize("budget", [Budget(epochs=2), Budget(steps=5), Budget(steps=0)])
def test_the_test_split_does_not_matter(budget: Budget) -> None:
    dataset = classes()
    # Not even a tensor: whatever reads it raises.
    unreadable = without_test(dataset, None, None)  # type: ignore[arg-type]
    result = train(job(budget=budget), unreadable)
    assert result == train(job(budget=budget), dataset)
    assert (result.state, result.test_loss, result.test_accuracy) == (TrialState.COMPLETE, None, None)


def test_reading_it_changes_nothing_else_and_uses_the_best_epoch() -> None:
    dataset = classes()
    targets = torch.tensor([0] * 9 + [1] * 6)
    validation = Split(dataset.validation.images, torch.tensor([0, 0, 0, 1, 2] * 4))
    dataset = Dataset(dataset.train, validation, Split(dataset.test.images, targets), dataset.task, None, None)
    network = own("Rising", script="1001")
    result = train(job(network, Budget(epochs=4), evaluate_test=True), dataset)
    assert (result.value, result.best_epoch) == (0.6, 2)
    assert result.test_accuracy == 9 / 15, "as in epoch 2 it says class 0; after epoch 4 it would say class 1"
    plain = train(job(network, Budget(epochs=4)), dataset)
    assert plain.epochs == result.epochs
    assert plain.step_losses == result.step_losses


def test_the_weights_of_the_best_epoch_are_put_back() -> None:
    """The best epoch's scores on the validation split come back if that split stands for the test split."""
    for dataset in (classes(), values()):
        # Targets that have nothing to do with the images: what is learned in training makes it worse here.
        chance = Split(dataset.validation.images, dataset.validation.targets.flip(0))
        same = Dataset(dataset.train, chance, chance, dataset.task, None, None)
        result = train(job(budget=Budget(epochs=8), evaluate_test=True), same)
        assert result.best_epoch is not None
        assert result.best_epoch < 8, "else the test could not fail"
        best = result.epochs[result.best_epoch - 1]
        assert (result.test_loss, result.test_accuracy) == (best.val_loss, best.val_accuracy)


def test_test_loss_is_without_smoothing() -> None:
    dataset = classes()
    same = without_test(dataset, dataset.validation.images, dataset.validation.targets)
    result = train(job(budget=Budget(epochs=1), label_smoothing=0.5, evaluate_test=True), same)
    assert result.test_loss == result.epochs[0].val_loss
    assert result.test_loss != pytest.approx(result.epochs[0].train_loss, rel=0.01)


def test_an_empty_test_split_gives_no_score() -> None:
    dataset = classes(sizes=(45, 20, 0))
    result = train(job(evaluate_test=True), dataset)
    assert (result.state, result.test_loss, result.test_accuracy) == (TrialState.COMPLETE, None, None)


def test_smoothing_counts_in_training_alone() -> None:
    dataset = classes()
    plain, smoothed = (train(job(budget=Budget(steps=1), label_smoothing=rate), dataset) for rate in (0.0, 0.3))
    assert plain.step_losses != smoothed.step_losses


@pytest.mark.parametrize("name", ["Centred", "Counting"])
def test_what_a_network_keeps_beside_its_state_is_read_with(name: str) -> None:
    """The score of a member is that of the job alone, and members that end later do not notice that it was read."""
    dataset = classes()
    chance = Split(dataset.validation.images, dataset.validation.targets.flip(0))
    dataset = Dataset(dataset.train, chance, dataset.test, dataset.task, None, None)
    jobs = varied(4, Budget(epochs=12, patience=2), own(name), evaluate_test=True)
    jobs = [replace(one, optimizer=optimizer(learning_rate=(0.001, 0.01, 0.05, 0.2)[one.number])) for one in jobs]
    found = together(jobs, dataset)
    assert len({len(one.epochs) for one in found.values()}) > 1, "else nobody ends later"
    assert any(one.best_epoch != len(one.epochs) for one in found.values())
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset), 1e-9)


def test_the_buffers_of_the_best_epoch_are_put_back_too() -> None:
    dataset = classes()
    chance = Split(dataset.validation.images, dataset.validation.targets.flip(0))
    same = Dataset(dataset.train, chance, chance, dataset.task, None, None)
    result = train(job(own("WithExtra"), Budget(epochs=8), evaluate_test=True), same)
    assert result.best_epoch is not None
    assert result.best_epoch < 8, "else the test could not fail"
    assert result.test_loss == result.epochs[result.best_epoch - 1].val_loss
