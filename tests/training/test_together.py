"""A member of a stacked cohort is what it would have been alone."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.stage import StageName
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import TrialResult
from tests.training.training_cases import classes, job, optimizer, own, train, values

STEPS = 42
"""45 samples in batches of 8 are six batches a pass, the last one with five samples; seven passes."""


def varied(count: int, budget: Budget | None = None, network: NetworkSettings | None = None, **same: Any) -> list[Job]:
    """Jobs with numbers and seeds of their own."""
    made = []
    for number in range(count):
        wanted = job(network or own("Double", dropout=0.3), budget or Budget(epochs=7), **same)
        made.append(replace(wanted, number=number, weights_seed=100 + number, order_seed=200 + number))
    return made


def together(jobs: list[Job], dataset: Dataset, memory_format: Any = "auto") -> dict[int, TrialResult]:
    """Results of one stacked cohort, every member of which was stacked indeed."""
    arrangement = Arrangement(len(jobs), stacked=True, memory_format=memory_format)
    results = {result.number: result for result in train_cohort(Cohort(tuple(jobs), arrangement), dataset)}
    assert {result.alone_because for result in results.values()} == {None}
    assert sorted(results) == sorted(wanted.number for wanted in jobs)
    return results


def assert_alike(found: TrialResult, expected: TrialResult, tolerance: float = 1e-12) -> None:
    """Equal but for rounding in losses; the curves of both are told to be finite by the approximation."""
    assert found.step_losses == pytest.approx(expected.step_losses, rel=0, abs=tolerance)
    for one, other in zip(found.epochs, expected.epochs, strict=True):
        assert one.val_loss == pytest.approx(other.val_loss, rel=0, abs=tolerance)
        assert one.train_loss == pytest.approx(other.train_loss, rel=0, abs=tolerance)
        assert (one.train_accuracy, one.val_accuracy) == (other.train_accuracy, other.val_accuracy)
    assert found.test_loss == (None if expected.test_loss is None else pytest.approx(expected.test_loss, abs=tolerance))
    assert found.value == (None if expected.value is None else pytest.approx(expected.value, rel=0, abs=tolerance))
    same = ("state", "best_epoch", "reason", "learned", "without_gradient", "parameter_count", "multiply_adds")
    for name in (*same, "layers", "class_counts", "step_accuracies", "test_accuracy"):
        assert getattr(found, name) == getattr(expected, name), name


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "rmsprop", "adagrad"])
def test_every_optimiser_with_numbers_of_each_members_own(name: str) -> None:
    dataset = classes()
    jobs = [
        replace(
            wanted,
            label_smoothing=(0.0, 0.1, 0.3, 0.0)[wanted.number],
            optimizer=optimizer(
                name,
                0.003 * (wanted.number + 1),
                weight_decay=0.01 * wanted.number,
                momentum=(0.0, 0.5, 0.9, 0.95)[wanted.number],
                schedule="cosine",
                warmup=0.1 * wanted.number,
                clip_norm=(None, 0.5, 1.0, 2.0)[wanted.number],
                l1=0.001 * wanted.number,
                max_norm=(None, 1.0, 2.0, None)[wanted.number],
            ),
        )
        for wanted in varied(4, evaluate_test=True)
    ]
    found = together(jobs, dataset)
    for wanted in jobs:
        assert len(found[wanted.number].step_losses) == STEPS
        assert_alike(found[wanted.number], train(wanted, dataset))


@pytest.mark.parametrize("schedule", ["constant", "step", "cyclic", "exponential"])
def test_every_schedule(schedule: str) -> None:
    dataset = classes()
    jobs = [
        replace(wanted, optimizer=optimizer("sgd", 0.01, schedule=schedule, factor=0.1 * (1 + wanted.number)))
        for wanted in varied(3)
    ]
    found = together(jobs, dataset)
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset))


def test_nesterov_without_regularisation_and_with_part_of_the_samples() -> None:
    dataset = classes()
    settings = optimizer("sgd", 0.01, nesterov=True, weight_decay=0.1, l1=0.1, max_norm=0.1)
    budget = Budget(epochs=10, samples=21)
    jobs = varied(3, budget, optimizer=settings, regularised=False, label_smoothing=0.2)
    found = together(jobs, dataset)
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset))


@pytest.mark.parametrize("loss", ["l1", "l2"])
def test_regression(loss: str) -> None:
    dataset = values(loss)
    jobs = varied(3, optimizer=optimizer("adam", 0.01))
    found = together(jobs, dataset)
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset))


def test_auxiliary_classifiers() -> None:
    dataset = classes()
    network = NetworkSettings(None, "tests.training.auxiliary_networks:Helped", {})
    jobs = varied(3, network=network, optimizer=optimizer("sgd", 0.01), label_smoothing=0.1)
    found = together(jobs, dataset)
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset))


@pytest.mark.parametrize("memory_format", ["contiguous", "channels_last"])
def test_rates_of_dropout_of_each_members_own(memory_format: str) -> None:
    dataset = classes(shape=(3, 5, 5))
    jobs = [replace(wanted, network=own("Double", dropout=(0.0, 0.2, 0.6)[wanted.number])) for wanted in varied(3)]
    found = together(jobs, dataset, memory_format)
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset))


@pytest.mark.parametrize("memory_format", ["auto", "contiguous"])
def test_single_precision_begins_the_same_and_ends_about_as_well(memory_format: str) -> None:
    dataset = classes()
    network = NetworkSettings("convnet", None, {"depth": 2, "width": 4, "dropout": 0.3})
    jobs = varied(4, Budget(epochs=20), network=network, optimizer=optimizer("sgd", 0.02))
    found = together(jobs, dataset, memory_format)
    alone = {wanted.number: train(wanted, dataset) for wanted in jobs}
    for number, result in found.items():
        assert result.step_losses[:6] == pytest.approx(alone[number].step_losses[:6], abs=1e-5)
    means = [sum(result.value or 0.0 for result in each.values()) / 4 for each in (found, alone)]
    assert means[0] == pytest.approx(means[1], abs=0.1)
    assert means[0] > 0.8


def test_the_stages_that_look_at_layers_see_what_they_would_see_alone() -> None:
    dataset = classes()
    network = NetworkSettings("convnet", None, {"depth": 2, "width": 4, "dropout": 0.3})
    jobs = varied(2, Budget(steps=7), network=network, stage=StageName.OVERFIT)
    for memory_format in ("auto", "contiguous"):
        found = together(jobs, dataset, memory_format)
        for wanted in jobs:
            alone = train(wanted, dataset)
            assert alone.layers
            assert found[wanted.number].layers == alone.layers
            assert found[wanted.number].step_accuracies == alone.step_accuracies
    frozen = together(varied(2, Budget(steps=7), network=own("Partly"), stage=StageName.OVERFIT), dataset)
    unused = ("unused.weight", "unused.bias", "silenced.weight", "silenced.bias", "frozen.weight", "frozen.bias")
    assert [result.without_gradient for result in frozen.values()] == [unused, unused]


def test_a_network_in_which_nothing_can_learn() -> None:
    dataset = classes()
    jobs = varied(2, Budget(epochs=2), network=own("frozen"))
    for number, result in together(jobs, dataset).items():
        assert_alike(result, train(jobs[number], dataset), 1e-5)


def test_the_same_bits_when_run_again_and_after_an_interruption() -> None:
    dataset = classes(shape=(3, 6, 6))
    network = NetworkSettings("convnet", None, {"depth": 2, "width": 4, "dropout": 0.3})
    jobs = varied(6, Budget(epochs=3), network=network, evaluate_test=True)
    whole = together(jobs, dataset)
    assert together(jobs, dataset) == whole
    running = train_cohort(Cohort(tuple(jobs), Arrangement(6, stacked=True)), dataset)
    next(running)
    running.close()
    torch.manual_seed(5)
    assert together(jobs, dataset) == whole


@pytest.mark.parametrize("chosen", [(0, 1, 2), (2, 3), (4,), (1, 2, 3, 4, 5)])
def test_the_number_of_members_changes_no_bit_of_a_simple_network(chosen: tuple[int, ...]) -> None:
    """Contiguous maps, rectifiers, one thread: elsewhere the ends of vectors are rounded otherwise."""
    dataset = classes(shape=(3, 6, 6))
    network = NetworkSettings("convnet", None, {"depth": 2, "width": 4, "dropout": 0.3})
    jobs = varied(6, Budget(epochs=3), network=network)
    whole = together(jobs, dataset, "contiguous")
    assert together(jobs[::-1], dataset, "contiguous") == whole
    assert together([jobs[number] for number in chosen], dataset, "contiguous") == {n: whole[n] for n in chosen}


def test_members_with_one_order_train_on_the_same_batches() -> None:
    """As those of the learning-rate sweep do, which differ in their rates alone."""
    dataset = classes()
    jobs = [
        replace(wanted, order_seed=7, weights_seed=8, optimizer=optimizer("sgd", 0.003 * (1 + wanted.number)))
        for wanted in varied(3, Budget(steps=40))
    ]
    found = together(jobs, dataset)
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset))


@pytest.mark.parametrize("memory_format", ["contiguous", "channels_last"])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_a_trial_that_is_trained_once_more_by_itself_comes_out_the_same(memory_format: str, activation: str) -> None:
    """In the arrangement of its cohort, with layers of the usual widths."""
    dataset = classes(shape=(1, 8, 8), sizes=(48, 16, 16))
    parameters = {"depth": 2, "width": 8, "norm": "batch", "dropout": 0.2, "activation": activation}
    jobs = varied(4, Budget(epochs=3), network=NetworkSettings("convnet", None, parameters))
    whole = together(jobs, dataset, memory_format)
    for wanted in jobs[1:3]:
        assert together([wanted], dataset, memory_format) == {wanted.number: whole[wanted.number]}
