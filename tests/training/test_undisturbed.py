"""Looks leave what modules keep beside their parameters and buffers as it was."""

from typing import Any

import pytest

from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.training.member import train_member
from hpsearch.training.samples.arrays import Shelf
from hpsearch.training.size import Arithmetic
from hpsearch.trial import TrialResult
from tests.training.training_cases import classes, job, optimizer

KEPT = ["drawing", "queueing", "averaging", "spectral"]


def wanted(kind: str) -> Job:
    network = NetworkSettings(None, "tests.training.keeping_networks:build", {"kind": kind})
    return job(network, Budget(epochs=22), optimizer=optimizer(learning_rate=0.02))


def trained(one: Job, **settings: Any) -> TrialResult:
    arrays = Shelf(classes(), "cpu").arrays(channels_last=False)
    return train_member(one, arrays, Arithmetic(), **settings)


@pytest.mark.parametrize("kind", [*KEPT, "locked"])
def test_losses_are_the_same_whether_anything_is_looked_at(kind: str) -> None:
    """Bit for bit, those of training and of validation."""
    seen, unseen = trained(wanted(kind)), trained(wanted(kind), looks=False)
    assert seen.looks
    assert not unseen.looks
    assert seen.step_losses == unseen.step_losses
    assert [one.val_loss for one in seen.epochs] == [one.val_loss for one in unseen.epochs]


@pytest.mark.parametrize("kind", KEPT)
def test_what_can_be_copied_is_tried(kind: str) -> None:
    looks = trained(wanted(kind)).looks
    assert looks[0].influence is not None
    assert looks[-1].trained_loss is not None


def test_a_network_that_holds_what_cannot_be_copied_is_not_tried() -> None:
    looks = trained(wanted("locked")).looks
    assert looks[0].influence is None
    assert looks[-1].trained_loss is None
