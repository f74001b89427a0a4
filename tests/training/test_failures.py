"""What ends a member, and what is said about it."""

import math
from pathlib import Path

import pytest
import torch

from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset, Split
from hpsearch.job import Budget, NetworkSettings
from hpsearch.study import Objective
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import Failure, TrialState
from tests.training import training_networks
from tests.training.training_cases import classes, job, optimizer, own, train, values

SOURCE = Path(training_networks.__file__)


def line_of(text: str) -> str:
    """``file:line`` of the one line of the networks that has the text in it."""
    (number,) = [number for number, line in enumerate(SOURCE.read_text().splitlines(), 1) if text in line]
    return f"({SOURCE}:{number})"


@pytest.mark.parametrize("how", ["nan", "inf"])
@pytest.mark.parametrize("after", [0, 1, 9])
def test_a_loss_that_is_not_finite_ends_the_member(how: str, after: int) -> None:
    wanted = job(own("Breaking", how=how, after=after), Budget(steps=100), optimizer=optimizer(learning_rate=0.02))
    result = train(wanted, classes())
    assert (result.state, result.failure) == (TrialState.FAILED, Failure.DIVERGED)
    assert len(result.step_losses) == len(result.step_accuracies) == after + 1
    assert all(math.isfinite(loss) for loss in result.step_losses[:-1])
    assert not math.isfinite(result.step_losses[-1])
    assert result.reason is not None
    assert "0.02" in result.reason
    if after:
        assert f"iteration {after + 1} of 100" in result.reason
        assert f"{result.step_losses[-2]:.4g}" in result.reason
    else:
        assert "at initialisation" in result.reason


def test_a_divergence_keeps_the_epochs_before_it() -> None:
    # An epoch has six training batches and one of validation.
    result = train(job(own("Breaking", how="nan", after=16), Budget(epochs=5)), classes())
    assert result.failure is Failure.DIVERGED
    assert [record.epoch for record in result.epochs] == [1, 2]
    assert len(result.step_losses) == 15
    assert result.value is None


def test_a_network_that_explodes_in_validation_only_ends_too() -> None:
    result = train(job(own("Breaking", how="nan", after=13), Budget(epochs=5)), classes())
    assert result.failure is Failure.DIVERGED
    assert result.reason is not None
    assert result.reason.startswith("the validation loss is nan after epoch 2")
    assert len(result.epochs) == 1
    assert len(result.step_losses) == 12


def test_a_learning_rate_far_too_high_diverges() -> None:
    settings = optimizer(learning_rate=1e25)
    result = train(job(own("small", norm=False), Budget(steps=200), optimizer=settings), classes())
    assert result.failure is Failure.DIVERGED
    assert result.reason is not None
    assert "1e+25" in result.reason


def test_an_exception_in_training_is_told_with_its_line() -> None:
    result = train(job(own("Breaking", after=2), Budget(steps=100)), classes())
    assert (result.state, result.failure) == (TrialState.FAILED, Failure.ERROR)
    assert result.reason == f"RuntimeError: the network is broken {line_of('the network' + chr(92) + 'nis')}"
    assert len(result.step_losses) == 2, "the curves up to there are kept"


def test_the_line_is_the_users_own_and_not_one_of_torch() -> None:
    result = train(job(own("Breaking", how="layer")), classes())
    assert result.failure is Failure.ERROR
    assert result.reason is not None
    assert result.reason.startswith("RuntimeError: mat1 and mat2 shapes cannot be multiplied")
    assert result.reason.endswith(line_of("BLAME" + " ME"))


def test_an_exception_in_building_is_told_with_its_line() -> None:
    result = train(job(own("unbuildable")), classes())
    assert result.failure is Failure.ERROR
    assert result.reason is not None
    assert "LookupError: no such layer" in result.reason
    assert result.reason.endswith(line_of('LookupError("no'))


def test_a_network_that_is_not_there_is_told() -> None:
    result = train(job(NetworkSettings("comvnet", None, {})), classes())
    assert result.failure is Failure.ERROR
    assert result.reason is not None
    assert "convnet" in result.reason


@pytest.mark.parametrize(("how", "found"), [("one_dimensional", "shape (8,)"), ("tuple", "a tuple")])
@pytest.mark.parametrize("dataset", [classes(), values(columns=3)], ids=["classes", "values"])
def test_outputs_of_another_shape_are_told(how: str, found: str, dataset: Dataset) -> None:
    result = train(job(own("Breaking", how=how)), dataset)
    assert result.failure is Failure.ERROR
    assert result.reason is not None
    assert "(batch, outputs) = (8, 3)" in result.reason
    assert ".py" not in result.reason, "no line of the user's raised it"
    assert found in result.reason


def test_a_nan_that_makes_the_network_raise_is_a_divergence() -> None:
    class_step = train(job(own("Breaking", how="nan_then_raise"), Budget(steps=9)), classes())
    assert class_step.failure is Failure.DIVERGED


def test_accuracy_of_a_regression_is_an_error_of_the_trial() -> None:
    result = train(job(objective=Objective(metric="val_accuracy")), values())
    assert result.failure is Failure.ERROR
    assert result.reason is not None
    assert "val_loss" in result.reason


@pytest.mark.parametrize(("how", "kind"), [("memory", MemoryError), ("interrupt", KeyboardInterrupt)])
def test_what_is_the_processs_own_is_passed_on(how: str, kind: type[BaseException]) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1).item()
    torch.manual_seed(5)
    with pytest.raises(kind):
        list(train_cohort(Cohort((job(own("Breaking", how=how)),)), classes()))
    assert torch.rand(1).item() == expected


def test_the_other_members_of_a_cohort_go_on() -> None:
    sound, wrong = job(number=0), job(number=1, optimizer=optimizer(learning_rate=1e30))
    last = job(number=2)
    results = list(train_cohort(Cohort((sound, wrong, last)), classes()))
    assert [result.state for result in results] == [TrialState.COMPLETE, TrialState.FAILED, TrialState.COMPLETE]


def test_a_label_out_of_range_is_an_error_of_the_trial() -> None:
    dataset = classes()
    wrong = Split(dataset.train.images, dataset.train.targets + 2)
    result = train(job(), Dataset(wrong, dataset.validation, dataset.test, dataset.task, None, None))
    assert result.failure is Failure.ERROR
    assert result.reason is not None
    assert result.reason.startswith("IndexError: Target")


def test_a_network_that_asks_python_to_exit_ends_its_trial_only() -> None:
    result = train(job(own("Breaking", how="exit"), Budget(steps=3)), classes())
    assert (result.state, result.failure) == (TrialState.FAILED, Failure.ERROR)
    assert "SystemExit" in (result.reason or "")
