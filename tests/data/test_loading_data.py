"""From files and loaders to three normalised splits."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.loading import load_dataset
from tests.data.data_cases import DIGITS, own, settings


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset(DIGITS)


def splits(dataset: Dataset) -> tuple[Split, Split, Split]:
    return dataset.train, dataset.validation, dataset.test


def test_digits_become_a_classification_task(digits: Dataset) -> None:
    task = digits.task
    assert (task.loss, task.input_shape, task.outputs) == ("cross_entropy", (1, 8, 8), 10)
    assert (task.train_samples, task.validation_samples, task.test_samples) == (1079, 359, 359)
    assert task.validation_class_counts == tuple(torch.bincount(digits.validation.targets).tolist())
    for split in splits(digits):
        assert split.images.dtype == torch.float32
        assert split.targets.dtype == torch.int64
        assert split.images.shape == (len(split), 1, 8, 8)


def test_every_sample_is_in_exactly_one_split(digits: Dataset) -> None:
    raw = load_dataset(settings(normalize=False))
    together = torch.cat([split.images for split in splits(raw)]).flatten(1).tolist()
    assert sorted(together) == sorted(load_digits().data.tolist())


def test_the_scale_comes_from_the_training_split_alone(digits: Dataset) -> None:
    raw = load_dataset(settings(normalize=False))
    assert raw.image_scale is None
    assert digits.image_scale is not None
    assert digits.image_scale.mean == pytest.approx((raw.train.images.double().mean().item(),))
    assert digits.image_scale.std == pytest.approx((raw.train.images.double().std(correction=0).item(),))
    assert digits.image_scale.mean != pytest.approx(
        (torch.cat([s.images for s in splits(raw)]).mean().item(),), rel=1e-4
    )
    for split, before in zip(splits(digits), splits(raw), strict=True):
        expected = (before.images - digits.image_scale.mean[0]) / digits.image_scale.std[0]
        torch.testing.assert_close(split.images, expected)


def test_each_channel_is_scaled_on_its_own(tmp_path: Path) -> None:
    images = np.random.default_rng(0).normal(size=(50, 3, 4, 4)) * [[[[1.0]], [[10.0]], [[0.0]]]] + 7
    write(tmp_path / "three.npz", images, np.arange(50) % 2)
    dataset = load_dataset(settings(dataset="numpy", path=str(tmp_path / "three.npz")))
    channels = dataset.train.images.transpose(0, 1).flatten(1)
    torch.testing.assert_close(channels.mean(dim=1), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(channels.std(dim=1, correction=0), torch.tensor([1.0, 1.0, 0.0]), atol=1e-4, rtol=0)
    assert dataset.image_scale is not None
    assert dataset.image_scale.std[2] == 1.0  # a constant channel is only shifted


def test_a_channel_that_differs_by_rounding_only_is_constant(tmp_path: Path) -> None:
    images = np.where(
        np.random.default_rng(0).random((30, 1, 3, 3)) < 0.5, 1000.0, np.nextafter(np.float32(1000), 2000)
    )
    write(tmp_path / "flat.npz", images, np.arange(30) % 2)
    dataset = load_dataset(settings(dataset="numpy", path=str(tmp_path / "flat.npz")))
    assert dataset.train.images.abs().max() < 0.01


def test_splits_follow_from_the_seed(digits: Dataset) -> None:
    again, other = load_dataset(DIGITS), load_dataset(settings(split_seed=2))
    for one, same, different in zip(splits(digits), splits(again), splits(other), strict=True):
        assert torch.equal(one.images, same.images)
        assert torch.equal(one.targets, same.targets)
        assert not torch.equal(one.images, different.images)


@pytest.mark.parametrize("form", ["npz", "folder"])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64", "bool"])
def test_numpy_files_are_read(tmp_path: Path, form: str, dtype: str) -> None:
    images = np.random.default_rng(0).integers(0, 2, size=(40, 5, 6)).astype(dtype)
    targets = (np.arange(40) % 4).astype("uint8")
    path = tmp_path / "data.npz"
    if form == "npz":
        write(path, images, targets)
    else:
        path = tmp_path
        np.save(tmp_path / "images.npy", images)
        np.save(tmp_path / "targets.npy", targets)
    dataset = load_dataset(settings(dataset="numpy", path=str(path), normalize=False))
    assert dataset.task.input_shape == (1, 5, 6)
    assert dataset.task.outputs == 4
    assert set(dataset.train.images.unique().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("tensors", [False, True])
def test_a_users_loader_gives_arrays_or_tensors(tensors: bool) -> None:
    dataset = load_dataset(own("load", samples=90, tensors=tensors))
    assert dataset.task.input_shape == (2, 5, 4)
    assert dataset.task.train_samples == 54


def test_real_targets_make_a_regression_with_normalised_targets() -> None:
    dataset = load_dataset(own("quantities"))
    assert (dataset.task.loss, dataset.task.outputs) == ("l2", 2)
    assert dataset.task.validation_class_counts == ()
    assert dataset.train.targets.dtype == torch.float32
    assert dataset.target_scale is not None
    torch.testing.assert_close(dataset.train.targets.mean(0), torch.zeros(2), atol=1e-6, rtol=0)
    torch.testing.assert_close(dataset.train.targets.var(0, correction=0), torch.ones(2))
    restored = dataset.validation.targets * torch.tensor(dataset.target_scale.std) + torch.tensor(
        dataset.target_scale.mean
    )
    assert 4 < restored.mean() < 10


@pytest.mark.parametrize("loss", ["l1", "l2"])
def test_the_task_knows_what_guessing_a_constant_costs(loss: str) -> None:
    dataset = load_dataset(settings(dataset=None, factory="tests.data.own_data:quantities", loss=loss))
    train, held_out = dataset.train.targets, dataset.validation.targets
    off = held_out - (train.median(dim=0).values if loss == "l1" else train.mean(dim=0))
    expected = off.abs().mean() if loss == "l1" else off.square().mean()
    assert dataset.task.validation_guessing_loss == pytest.approx(expected.item(), rel=0.01)
    assert load_dataset(DIGITS).task.validation_guessing_loss is None


def test_a_vector_of_real_targets_is_one_column() -> None:
    assert load_dataset(own("quantities", columns=1)).train.targets.shape == (60, 1)


@pytest.mark.parametrize("loss", ["l1", "l2"])
def test_whole_targets_are_quantities_if_the_loss_says_so(loss: str) -> None:
    wanted = settings(dataset=None, factory="tests.data.own_data:quantities", options={"whole": True}, loss=loss)
    dataset = load_dataset(wanted)
    assert (dataset.task.loss, dataset.train.targets.dtype) == (loss, torch.float32)


def test_whole_numbers_stored_as_reals_are_classes_if_the_loss_says_so(tmp_path: Path) -> None:
    write(tmp_path / "a.npz", np.random.default_rng(0).normal(size=(30, 4, 4)), (np.arange(30) % 3).astype(float))
    wanted = settings(dataset="numpy", path=str(tmp_path / "a.npz"), loss="cross_entropy")
    assert load_dataset(wanted).task.outputs == 3


def test_no_test_split_is_empty_rather_than_missing() -> None:
    dataset = load_dataset(settings(test=0.0))
    assert len(dataset.test) == 0
    assert dataset.test.images.shape == (0, 1, 8, 8)
    assert len(dataset.train) + len(dataset.validation) == 1797


def write(path: Path, images: np.ndarray, targets: np.ndarray) -> None:
    np.savez(path, images=images, targets=targets)
