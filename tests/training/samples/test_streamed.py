"""Samples that stay in their file or in memory beside the device give, bit for bit, what they give on it."""

import os
import pickle
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.data.array_file import UnreadableSampleError, of_memmap
from hpsearch.data.checks.check import check_data
from hpsearch.data.loading import load_dataset
from hpsearch.data.stream import StreamedDataset
from hpsearch.data.streaming import HELD_SHARE
from hpsearch.errors import DefinitionError
from hpsearch.job import Budget, DataSettings, Job, NetworkSettings, data_settings
from hpsearch.study import StudyDefinition
from hpsearch.training.cohort import train_cohort
from hpsearch.training.samples.ahead import Ahead
from hpsearch.training.samples.arrays import Arrays, Shelf
from hpsearch.trial import TrialResult
from tests.training.training_cases import classes, job, optimizer

CONVNET = NetworkSettings("convnet", None, {"depth": 1, "width": 4, "norm": "batch", "dropout": 0.3})
DRAW = np.random.default_rng(3)


def stored(
    folder: Path, dtype: str = "uint8", *, grey: bool = False, targets: Any = None, **changes: Any
) -> DataSettings:
    """Settings of a folder with 150 images, each class a pattern of its own."""
    labels = np.arange(150) % 3
    shape = (8, 8) if grey else (2, 8, 8)
    images = (DRAW.integers(0, 200, (3, *shape))[labels] + DRAW.integers(0, 50, (150, *shape))).astype(dtype)
    np.save(folder / "images.npy", images)
    np.save(folder / "targets.npy", labels if targets is None else targets)
    return replace(DataSettings("numpy", None, str(folder), {}, 0.2, 0.2, True, "auto", 5), **changes)


def trained(settings: DataSettings, jobs: list[Job], arrangement: Arrangement) -> list[TrialResult]:
    dataset = load_dataset(settings)
    assert isinstance(dataset, StreamedDataset) is (settings.held == "disk")
    return sorted(train_cohort(Cohort(tuple(jobs), arrangement), dataset), key=lambda one: one.number)


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize(
    ("dtype", "grey"), [("uint8", False), ("uint8", True), (">f4", False), ("float64", False), ("int64", True)]
)
def test_a_batch_from_the_file_is_the_batch_from_memory(
    dtype: str, tmp_path: Path, *, grey: bool, normalize: bool
) -> None:
    settings = stored(tmp_path, dtype, grey=grey, normalize=normalize)
    held, streamed = load_dataset(settings), load_dataset(replace(settings, held="disk"))
    assert (streamed.task, streamed.image_scale) == (held.task, held.image_scale)
    chosen = torch.tensor([[5, 80, 2], [7, 5, 0]])
    for last in (False, True):
        near, far = (Arrays(one, torch.device("cpu"), channels_last=last) for one in (held, streamed))
        assert (near.near, far.near) == (True, False)
        for one, other in ((near.batch(chosen[0]), far.batch(chosen[0])), (near.batches(chosen), far.batches(chosen))):
            assert one[0].stride() == other[0].stride()
            assert all(map(torch.equal, one, other))
        for name in ("train", "validation", "test"):
            pieces, others = (list(getattr(one, name).pieces(40)) for one in (near, far))
            assert len(pieces) == len(others)
            for one, other in zip(pieces, others, strict=True):
                assert one[0].stride() == other[0].stride()
                assert all(map(torch.equal, one, other))


@pytest.mark.parametrize("stacked", [False, True])
def test_training_from_the_file_is_training_from_memory(tmp_path: Path, *, stacked: bool) -> None:
    settings = stored(tmp_path)
    jobs = [
        job(CONVNET, Budget(epochs=3), number=n, order_seed=n, evaluate_test=True, optimizer=optimizer("adam", rate))
        for n, rate in enumerate((1e-2, float("inf"), float("inf"), float("inf"), 1e-3))  # three of them leave at once
    ]
    arrangement = Arrangement(5, stacked=stacked)
    held, streamed = (trained(one, jobs, arrangement) for one in (settings, replace(settings, held="disk")))
    assert repr([replace(one, duration_s=0) for one in streamed]) == repr([replace(one, duration_s=0) for one in held])
    assert held[0].test_accuracy is not None
    assert held[0].epochs
    assert held[1].failure is not None


def test_regression_with_labels_that_are_normalised_streams_too(tmp_path: Path) -> None:
    settings = stored(tmp_path, targets=DRAW.normal(3.0, 2.0, (150, 2)))
    until = job(CONVNET, Budget(steps=30, samples=20, until_learned=True), order_seed=1)
    assert trained(settings, [until], Arrangement()) == trained(replace(settings, held="disk"), [until], Arrangement())


def test_from_memory_beside_the_device_too() -> None:
    dataset = classes(shape=(1, 8, 8))
    near, far = (Arrays(dataset, torch.device("cpu"), channels_last=True, near=near) for near in (True, False))
    chosen = torch.tensor([4, 1, 1])
    assert all(map(torch.equal, near.batch(chosen), far.batch(chosen)))
    assert [len(images) for images, _ in far.validation.pieces(15)] == [15, 5]
    assert Shelf(replace(dataset, held="host"), "cpu").arrays(channels_last=True).near, (
        "beside the CPU is in its memory"
    )


def test_batches_are_read_before_they_are_asked_for_and_others_all_the_same() -> None:
    read: list[tuple[int, bool]] = []
    at_work = threading.Event()

    def reading(positions: torch.Tensor) -> torch.Tensor:
        ahead_of_time = threading.current_thread() is not threading.main_thread()
        read.append((int(positions[0]), ahead_of_time))
        if int(positions[0]) == 2:
            at_work.set()
        if int(positions[0]) == 3:
            raise UnreadableSampleError("gone")
        return positions * 10

    ahead = Ahead(reading)
    ahead.expect(torch.tensor([[number] for number in range(4)]))
    assert at_work.wait(30), "three are read although none was asked for"
    assert [int(ahead.take(torch.tensor([number]))) for number in (0, 7, 1, 2)] == [0, 70, 10, 20]
    with pytest.raises(UnreadableSampleError):
        ahead.take(torch.tensor([3]))
    assert sorted(read) == [(0, True), (1, True), (2, True), (3, True), (7, False)]
    ahead.expect([torch.tensor([5])])
    assert int(ahead.take(torch.tensor([5]))) == 50


def test_what_is_wrong_in_a_file_is_told_as_in_memory(tmp_path: Path) -> None:
    settings = stored(tmp_path, "float32", held="disk")
    with (tmp_path / "images.npy").open("r+b") as file:
        file.seek(-4 * 2 * 64, os.SEEK_END)
        file.write(np.float32("nan").tobytes())
    told = []
    for held in ("disk", "device"):
        with pytest.raises(DefinitionError, match="NaN or infinite") as error:
            load_dataset(replace(settings, held=held))
        told.append([(one.path, one.value) for one in error.value.problems])
    assert told[0] == told[1]
    assert "149" in told[0][0][1]


def test_a_file_that_shrinks_ends_the_trial_with_a_reason(tmp_path: Path) -> None:
    settings = stored(tmp_path, held="disk")
    dataset = load_dataset(settings)
    assert isinstance(dataset, StreamedDataset)
    unasked = replace(dataset.streams["train"].images, checked=None)
    os.truncate(tmp_path / "images.npy", 4000)
    (result,) = train_cohort(Cohort((job(CONVNET),)), dataset)
    assert "was changed since it was checked" in (result.reason or "")
    with pytest.raises(UnreadableSampleError, match="ends before byte"):
        unasked.read(np.array([149]))


@pytest.mark.parametrize("travels", [False, True])
def test_a_file_that_is_written_into_ends_what_is_trained_on_it(tmp_path: Path, *, travels: bool) -> None:
    """Before the training, after it was sent to another process, and while it is under way."""
    dataset = load_dataset(stored(tmp_path, held="disk"))
    if travels:
        dataset = pickle.loads(pickle.dumps(dataset))  # noqa: S301  (our own)
    assert isinstance(dataset, StreamedDataset)
    arrays = Arrays(dataset, torch.device("cpu"))
    chosen = torch.arange(8)
    arrays.expect([chosen])
    stored(tmp_path)  # as large as before
    with pytest.raises(UnreadableSampleError, match=r"images\.npy was changed .* begin a new study"):
        arrays.expect([chosen])
    with pytest.raises(UnreadableSampleError, match="was changed"):
        next(arrays.validation.pieces(8))
    with pytest.raises(UnreadableSampleError, match="was changed"):
        pickle.loads(pickle.dumps(dataset.streams["train"])).read(chosen)  # noqa: S301  (our own)
    results = train_cohort(Cohort((job(CONVNET), job(CONVNET, number=1)), Arrangement(2, stacked=not travels)), dataset)
    assert all("was changed" in (one.reason or "") for one in results)


def test_looks_are_the_same_where_images_are_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpsearch.data.streaming.SAMPLE_BYTES", 1)
    monkeypatch.setattr("hpsearch.training.samples.streamed.SAMPLE_BYTES", 1)
    settings, wanted = stored(tmp_path), job(CONVNET, Budget(epochs=12))
    held, streamed = (trained(one, [wanted], Arrangement()) for one in (settings, replace(settings, held="disk")))
    assert held[0].looks[0].influence is not None
    assert streamed[0].looks == held[0].looks


def test_where_samples_lie_is_no_part_of_a_study_and_must_be_possible(tmp_path: Path) -> None:
    document = {"data": {"dataset": "numpy", "path": str(tmp_path)}, "network": "lenet"}
    usual, disk = (StudyDefinition.model_validate({**document, "resources": {"data": one}}) for one in ("auto", "disk"))
    assert usual.identity == disk.identity
    settings = data_settings(disk)
    assert settings.held == "disk"
    assert job(data=settings).structure == job(data=data_settings(usual)).structure
    with pytest.raises(DefinitionError, match=r"resources\.data"):
        load_dataset(DataSettings("digits", None, None, {}, 0.2, 0.2, True, "auto", 1, "disk"))


def test_a_large_file_streams_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = stored(tmp_path)
    needed = 3 * 150 * 2 * 64 * 4
    for room, expected in ((needed, False), (needed - 1, True)):
        monkeypatch.setattr("hpsearch.data.streaming.machine_bytes", lambda room=room: int(room / HELD_SHARE))
        assert isinstance(load_dataset(settings), StreamedDataset) is expected
    assert isinstance(load_dataset(replace(settings, held="device")), StreamedDataset) is False


def test_a_part_of_a_memory_map_is_a_part_of_its_file(tmp_path: Path) -> None:
    stored(tmp_path, "int16")
    whole = np.load(tmp_path / "images.npy", mmap_mode="r")
    chosen = np.array([3, 0, 3])
    for part in (whole, whole[7:], whole[7:][2:20]):
        file = of_memmap(part)
        assert file is not None
        assert np.array_equal(file.read(chosen), part[chosen])
        assert [start for start, _ in file.portions()] == [0]
    changed = np.load(tmp_path / "images.npy", mmap_mode="c")
    for held in (changed, whole[::2], whole[:, :, ::2], whole.transpose(0, 2, 3, 1), np.asarray(whole), whole[:0]):
        assert of_memmap(held) is None


def test_checks_see_a_sample_and_a_data_set_travels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpsearch.data.streaming.SAMPLE_BYTES", 30 * 2 * 64 * 4)
    dataset = pickle.loads(pickle.dumps(load_dataset(stored(tmp_path, held="disk"))))  # noqa: S301  (our own)
    assert [len(one) for one in (dataset.train, dataset.validation, dataset.test)] == [30, 30, 30]
    assert dataset.task.train_samples == len(dataset.streams["train"]) == 90
    assert len(set(dataset.train.targets.tolist())) == 3
    of_labels = [check_data(one, select=["HD2"]) for one in (dataset, load_dataset(stored(tmp_path)))]
    assert of_labels[0] == of_labels[1], "all targets are looked at"
    check_data(dataset)


PROGRAM = """
import resource, sys
import torch
from hpsearch.cohort import Cohort
from hpsearch.data import streaming
from hpsearch.data.loading import load_dataset
from hpsearch.job import Budget, DataSettings
from hpsearch.training.cohort import train_cohort
from tests.training.training_cases import job, own
torch.set_num_threads(1)
streaming.SAMPLE_BYTES = 2**20
wanted = job(own("small"), Budget(epochs=1, samples=512), batch_size=64)
small, large = sys.argv[1:]
peaks = []
for folder, held in ((small, "disk"), (large, "disk"), (large, "host")):
    settings = DataSettings("numpy", None, folder, {}, 0.2, 0.2, True, "auto", 5, held)
    (result,) = train_cohort(Cohort((wanted,)), load_dataset(settings))
    assert result.epochs, result.reason
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
print(*peaks)
"""


@pytest.mark.slow
def test_the_memory_that_training_takes_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """The larger set has 221 MB as float32, 147 MB more than the smaller one, and holding it takes more than that."""
    folders = [tmp_path / str(samples) for samples in (6_000, 18_000)]
    for folder in folders:
        folder.mkdir()
        np.save(folder / "images.npy", DRAW.integers(0, 256, (int(folder.name), 3, 32, 32), dtype=np.uint8))
        np.save(folder / "targets.npy", np.arange(int(folder.name)) % 10)
    command = [sys.executable, "-c", PROGRAM, *map(str, folders)]
    made = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240)
    small, large, held = (int(one) / 1e6 for one in made.stdout.split())
    assert large - small < 30 < 300 < held - large, made.stdout
