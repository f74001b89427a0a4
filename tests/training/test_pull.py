"""What a look tells of the loss: which samples it pulls, where to, and how strongly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from hpsearch.data.dataset import Dataset
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Severity
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.look import Look, look_document, look_of
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Shelf
from hpsearch.training.size import Arithmetic
from hpsearch.training.together import train_together
from hpsearch.trial import FinishedTrial, TrialResult
from tests.training.test_looks import STUDY, looked
from tests.training.training_cases import classes, job, optimizer, train, values

Loss = Callable[[Tensor, Tensor], Tensor]
SHORT = Budget(epochs=44)
"""132 iterations of 16 samples: looks at the first and at the last but one."""


def trained(loss: Loss, dataset: Dataset, **changes: Any) -> tuple[Job, TrialResult]:
    """A training that minimises that loss instead."""
    wanted = replace(looked(), budget=SHORT, batch_size=16, optimizer=optimizer(learning_rate=0.002), **changes)
    arrays = Shelf(dataset, "cpu").arrays(channels_last=False)
    curves = Curves(wanted, dataset.task)
    training = Training(wanted, arrays, curves)
    training.loss = loss
    training.open_eye()
    training.run()
    return wanted, curves.complete(1.0)


def told(wanted: Job, result: TrialResult, dataset: Dataset) -> dict[str, tuple[Severity, str]]:
    """Of the rules on the loss."""
    found = diagnose(FinishedTrial(wanted, result), STUDY, dataset.task)
    return {one.code: (one.severity, one.message) for one in found if one.code.startswith("HC35")}


def uneven() -> Dataset:
    """Of three classes the first is rare, the last is frequent."""
    dataset = classes(sizes=(90, 20, 15))
    kept = torch.cat([torch.where(dataset.train.targets == label)[0][: 6 * (label + 1)] for label in range(3)])
    train_split = replace(dataset.train, images=dataset.train.images[kept], targets=dataset.train.targets[kept])
    return replace(dataset, train=train_split, task=replace(dataset.task, train_samples=len(kept)))


def each(outputs: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(outputs, targets, reduction="none")


def mixed(outputs: Tensor, targets: Tensor) -> Tensor:
    """One image in three has its own label alone, one a half of it, and one nothing."""
    own = torch.arange(len(targets)) % 3 / 2
    return (own * each(outputs, targets) + (1 - own) * each(outputs, targets.roll(1))).mean()


def weighted(*weights: float) -> Loss:
    return lambda outputs, targets: functional.cross_entropy(outputs, targets, torch.tensor(weights))


def test_weights_of_classes_are_read_exactly_and_told_where_they_are_inverted() -> None:
    dataset = uneven()
    wanted, result = trained(weighted(1.0, 2.0, 3.0), dataset)
    first = result.looks[0].loss
    assert first is not None
    assert [one.label for one in first.classes] == [0, 1, 2]
    assert [one.highest / first.classes[0].lowest for one in first.classes] == pytest.approx([1, 2, 3], rel=1e-2)
    assert [one.share for one in first.classes] == pytest.approx([1 / 6, 1 / 3, 1 / 2], rel=1e-3)
    assert (first.left_out, first.elsewhere, first.otherwise) == (0, 0, 0)
    severity, message = told(wanted, result, dataset)["HC352"]
    assert severity is Severity.WARNING
    assert "class 2, which is more frequent, weighs 3 times" in message
    assert told(*trained(weighted(3.0, 1.5, 1.0), dataset), dataset) == {}, "rare classes weigh more"
    assert look_of(look_document(result.looks[0])) == result.looks[0]


@pytest.mark.parametrize(
    ("loss", "code", "severity", "said"),
    [
        (lambda z, y: functional.cross_entropy(z, (y + 1) % 3), "HC351", Severity.ERROR, "class 2 to class 0"),
        (lambda z, y: functional.cross_entropy(z, y.roll(1)), "HC351", Severity.ERROR, "another label"),
        (lambda z, y: -functional.cross_entropy(z, y) / 100, "", None, ""),
        (weighted(30.0, 1.0, 1.0), "HC352", Severity.WARNING, "class 0 weighs 30 times as much"),
        (weighted(5.0, 1.0, 1.0), "", None, ""),
        (weighted(0.0, 1.0, 1.0), "HC353", Severity.WARNING, "none of class 0"),
        (lambda z, y: functional.cross_entropy(z[::2], y[::2]), "HC353", Severity.WARNING, "50%"),
        (lambda z, y: functional.cross_entropy(z, y, reduction="sum"), "HC354", Severity.WARNING, "are summed"),
        (lambda z, y: functional.cross_entropy(z, y, label_smoothing=0.1), "", None, ""),
        (functional.multi_margin_loss, "", None, ""),
        (lambda z, y: -z.softmax(1)[range(len(y)), y].mean(), "HC354", Severity.WARNING, "falls below zero"),
        (
            lambda z, y: functional.l1_loss(z.softmax(1), functional.one_hot(y, 3).float()),
            "HC354",
            Severity.INFO,  # validation ends well all the same
            "asks little of samples that are far off",
        ),
        (mixed, "", None, ""),
    ],
)
def test_a_loss_that_is_another_one_is_told(loss: Loss, code: str, severity: Severity | None, said: str) -> None:
    dataset = classes()
    found = told(*trained(loss, dataset), dataset)
    assert set(found) == ({code} if code else set())
    if code:
        assert found[code][0] is severity
        assert said in found[code][1]


def test_targets_of_a_regression_that_are_exchanged() -> None:
    dataset = values()
    assert told(*trained(functional.mse_loss, dataset), dataset) == {}
    assert set(told(*trained(lambda z, y: functional.mse_loss(z, y.roll(1, 0)), dataset), dataset)) == {"HC351"}


def test_samples_that_are_cut_off_inside_the_network() -> None:
    dataset = classes()
    network = NetworkSettings(None, "tests.training.hooked_networks:build", {"base": "straight", "fault": "cutting"})
    wanted = job(network, SHORT, batch_size=16, optimizer=optimizer(learning_rate=0.002))
    result = train(wanted, dataset)
    assert [look.loss.unreached for look in result.looks if look.loss is not None] == [0.5] * len(result.looks)
    assert "reaches the first layer" in told(wanted, result, dataset)["HC353"][1]


def test_members_are_told_of_the_loss_as_they_would_be_alone() -> None:
    """Of maps, and with labels smoothed by another share for each."""
    dataset = classes()
    arrays, arithmetic = Shelf(dataset, "cpu").arrays(channels_last=False), Arithmetic()
    for base in ("straight", "residual"):
        network = NetworkSettings(None, "tests.training.hooked_networks:build", {"base": base})
        jobs = [
            job(
                network, Budget(steps=4), number=n, weights_seed=n, order_seed=n, label_smoothing=0.1 * n, batch_size=16
            )
            for n in range(3)
        ]
        alone = {one.number: train(one, dataset).looks[0] for one in jobs}
        found = {one.number: one.looks[0] for one in train_together(jobs, arrays, arrays, arithmetic)}
        assert {number: look.loss for number, look in found.items()} == {
            number: look.loss for number, look in alone.items()
        }
        assert sound(found[0])


def sound(look: Look) -> bool:
    """Whether the loss is the mean over the batch, of its labels."""
    loss = look.loss
    return loss is not None and loss.scale == 1 and not (loss.left_out or loss.elsewhere or loss.unreached)


def test_the_scale_of_half_precision_is_taken_back() -> None:
    wanted = replace(looked(), precision="bf16", budget=Budget(steps=4))
    assert sound(train(wanted, classes()).looks[0])
    assert sound(train(replace(wanted, precision="fp16"), classes()).looks[0])
