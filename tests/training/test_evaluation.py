"""Evaluation in several batches."""

import pytest
import torch
from torch.nn import functional

from hpsearch.training.evaluation import batch_size, evaluate
from tests.training.training_cases import classes, values
from tests.training.training_networks import small


def test_batches_of_different_sizes_count_by_their_samples() -> None:
    dataset = classes(sizes=(8, 700, 0))
    network = small(dataset.task.input_shape, 3)
    assert batch_size(dataset.validation.images) == 512, "else the test could not fail"
    score = evaluate(network, dataset.validation, dataset.task)
    with torch.no_grad():
        outputs = network.eval()(dataset.validation.images)
    assert score.loss == pytest.approx(float(functional.cross_entropy(outputs, dataset.validation.targets)), abs=1e-6)
    right = outputs.argmax(1) == dataset.validation.targets
    assert score.accuracy == int(right.sum()) / 700
    assert score.answers is not None
    counts = score.answers.counts(1)
    assert counts.accuracy == score.accuracy
    assert [one.right for one in counts.listed] == [int(right[dataset.validation.targets == c].sum()) for c in range(3)]


def test_evaluation_leaves_the_network_in_evaluation_mode_and_unchanged() -> None:
    dataset = values()
    network = small(dataset.task.input_shape, 2, dropout=0.5).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    score = evaluate(network, dataset.validation, dataset.task)
    assert not network.training
    assert score.accuracy is None
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_larger_images_are_evaluated_in_smaller_batches() -> None:
    sizes = [batch_size(torch.empty(1, 3, side, side)) for side in (4, 8, 16, 32, 224)]
    assert sizes == [512, 256, 64, 32, 32]
