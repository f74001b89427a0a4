"""Everything that can be wrong with data: the place, the value and the next step are named."""

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.loading import load_dataset
from hpsearch.errors import DefinitionError
from hpsearch.job import DataSettings
from tests.data.data_cases import own, problem_with, settings

OWN = "tests.data.own_data"
GOOD_IMAGES = np.random.default_rng(0).normal(size=(12, 1, 4, 4))
GOOD_LABELS = np.arange(12) % 3


def stored(folder: Path, images: Any = GOOD_IMAGES, targets: Any = GOOD_LABELS, **changes: Any) -> DataSettings:
    """Settings that read these arrays from a file."""
    path = folder / "data.npz"
    np.savez(path, images=images, targets=targets)
    return settings(dataset="numpy", path=str(path), **changes)


def altered(array: np.ndarray, index: Any, value: Any) -> np.ndarray:
    changed = array.copy()
    changed[index] = value
    return changed


def test_the_good_arrays_are_good(tmp_path: Path) -> None:
    assert load_dataset(stored(tmp_path)).task.outputs == 3


@pytest.mark.parametrize(
    ("images", "value", "rule"),
    [
        (np.zeros((12, 4)), "shape (12, 4)", "must have the shape (samples, channels, height, width)"),
        (np.zeros((12, 0, 4, 4)), "shape (12, 0, 4, 4)", "must have the shape"),
        (np.zeros((12, 1, 4, 4), complex), "dtype complex128", "must hold real numbers"),
        (np.array([["a"] * 4] * 12), "dtype <U1", "must hold real numbers"),
        (
            altered(GOOD_IMAGES, (3, 0, 1, 2), np.nan),
            "nan at index (3, 0, 1, 2)",
            "1 of 192 values are NaN or infinite",
        ),
        (altered(GOOD_IMAGES, slice(4, 6), -np.inf), "-inf at index (4, 0, 0, 0)", "32 of 192 values are NaN or inf"),
        (altered(GOOD_IMAGES, (0, 0, 0, 0), 1e300), "inf at index (0, 0, 0, 0)", "infinite as 32-bit numbers"),
    ],
)
def test_images_are_checked(tmp_path: Path, images: np.ndarray, value: str, rule: str) -> None:
    problem = problem_with(stored(tmp_path, images=images))
    assert (problem.path, problem.value) == ("data.images", value)
    assert rule in problem.message
    assert problem.next_step.endswith(".")


@pytest.mark.parametrize(
    ("targets", "value", "rule", "advice"),
    [
        (altered(GOOD_LABELS, [2, 5], -1), "label -1", "counted from 0, and 2 samples have the label -1", "0 … K − 1"),
        (GOOD_LABELS + 1, "labels [1, 2, 3]", "no sample has the label 0, and 4 have the label 1", "numpy.unique"),
        (
            altered(GOOD_LABELS, 7, 4),
            "labels [0, 1, 2, 4]",
            "no sample has the label 3, and 1 have the label 4",
            "unique",
        ),
        (altered(GOOD_LABELS, 7, 99), "label 99", "fewer samples (12) than classes (0 … 99)", "loss: l2"),
        (GOOD_LABELS * 0, "label 0 only", "at least two classes", "Give samples of each class."),
        (
            np.eye(3, dtype=int)[GOOD_LABELS],
            "shape (12, 3)",
            "classes must have the shape (samples,)",
            "argmax(axis=1)",
        ),
        (np.array(["cat", "dog"] * 6), "dtype <U3", "must hold real numbers", "Convert"),
    ],
)
def test_labels_are_checked(tmp_path: Path, targets: np.ndarray, value: str, rule: str, advice: str) -> None:
    kind = "cross_entropy" if targets.dtype.kind == "U" else "auto"
    problem = problem_with(stored(tmp_path, targets=targets, loss=kind))
    assert (problem.path, problem.value) == ("data.targets", value)
    assert rule in problem.message
    assert advice in problem.next_step


@pytest.mark.parametrize(
    ("targets", "value", "rule"),
    [
        (altered(GOOD_LABELS * 1.5, 7, np.nan), "nan at index (7, 0)", "1 of 12 values are NaN or infinite"),
        (np.ones((12, 2, 2)), "shape (12, 2, 2)", "(samples,) or (samples, columns)"),
        (np.stack([np.arange(12.0), np.full(12, 4.0)], axis=1), "column 1 is 4.0", "the same for all samples"),
    ],
)
def test_real_targets_are_checked(tmp_path: Path, targets: np.ndarray, value: str, rule: str) -> None:
    problem = problem_with(stored(tmp_path, targets=targets))
    assert (problem.path, problem.value) == ("data.targets", value)
    assert rule in problem.message


def test_cross_entropy_refuses_real_targets(tmp_path: Path) -> None:
    problem = problem_with(stored(tmp_path, targets=GOOD_LABELS + 0.5, loss="cross_entropy"))
    assert (problem.path, problem.value) == ("data.targets", "0.5 at index 0")
    assert "12 targets are not whole" in problem.message
    assert problem.next_step == "Use loss: l2 for real-valued targets."


@pytest.mark.parametrize("shape", [(8, 8, 3), (9, 8, 4), (28, 28, 1)])
def test_channels_that_come_last_are_refused(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    images = np.random.default_rng(0).normal(size=(12, *shape))
    problem = problem_with(stored(tmp_path, images=images))
    assert (problem.path, problem.value) == ("data.images", f"shape {images.shape}")
    assert f"reads as {shape[0]} channels of {shape[1]}×{shape[2]}, and looks like" in problem.message
    assert "transpose(0, 3, 1, 2)" in problem.next_step
    load_dataset(stored(tmp_path, images=images.transpose(0, 3, 1, 2)))
    load_dataset(stored(tmp_path, images=images.transpose(0, 1, 3, 2)))


@pytest.mark.parametrize("shape", [(3, 3, 3), (1, 9, 1), (4, 100, 1), (2, 5, 4), (8, 8, 2), (3, 32, 32)])
def test_other_shapes_are_taken_as_they_are(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    images = np.random.default_rng(0).normal(size=(12, *shape))
    assert load_dataset(stored(tmp_path, images=images)).task.input_shape == shape


def test_real_numbers_that_look_like_classes_need_a_loss(tmp_path: Path) -> None:
    images, targets = np.repeat(GOOD_IMAGES, 5, axis=0), np.repeat(GOOD_LABELS, 5).astype(float)
    for shaped in (targets, targets[:, np.newaxis]):
        problem = problem_with(stored(tmp_path, images=images, targets=shaped))
        assert (problem.path, problem.value) == ("data.targets", "dtype float64, values [0.0, 1.0, 2.0]")
        assert "all of them are whole and only 3 differ" in problem.message
        assert "loss: cross_entropy" in problem.next_step
    for loss in ("l2", "cross_entropy"):
        assert load_dataset(stored(tmp_path, images=images, targets=targets, loss=loss)).task.loss == loss
    for quantities in (
        targets + 0.5,
        np.arange(60.0),
        np.arange(60.0) // 3,
        np.stack([targets, targets[::-1]], axis=1),
    ):
        assert load_dataset(stored(tmp_path, images=images, targets=quantities)).task.loss == "l2"


def test_lengths_must_agree(tmp_path: Path) -> None:
    problem = problem_with(stored(tmp_path, targets=GOOD_LABELS[:9]))
    assert (problem.path, problem.value) == ("data.targets", "12 images, 9 targets")
    assert problem.next_step == "Give arrays of the same length."


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    images, targets = altered(GOOD_IMAGES, 0, np.nan), np.append(GOOD_LABELS, -5)
    with pytest.raises(DefinitionError) as caught:
        load_dataset(stored(tmp_path, images=images, targets=targets))
    assert [problem.value for problem in caught.value.problems] == [
        "nan at index (0, 0, 0, 0)",
        "12 images, 13 targets",
        "label -5",
    ]


@pytest.mark.parametrize("loss", ["cross_entropy", "l2"])
def test_an_empty_split_is_refused(tmp_path: Path, loss: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_dataset(stored(tmp_path, images=GOOD_IMAGES[:2], targets=np.array([0, 1]), loss=loss))
    assert [problem.path for problem in caught.value.problems] == ["data.validation", "data.test"]
    assert "with 2 samples the validation split would be empty" in caught.value.problems[0].message
    assert caught.value.problems[0].next_step == "Raise the share or give more samples."


def test_an_unknown_data_set_names_the_nearest_known_one() -> None:
    problem = problem_with(settings(dataset="digit"))
    assert (problem.path, problem.value) == ("data.dataset", "'digit'")
    assert problem.next_step == "Did you mean digits? Known: digits, shapes, numpy."


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({"path": "x.npz"}, "data.path", "the data set digits needs no file"),
        ({"options": {"a": 1}}, "data.options", "options are for data.factory only"),
        ({"dataset": "numpy"}, "data.path", "the data set numpy needs a path"),
        (
            {"dataset": None, "factory": f"{OWN}:load", "path": "x"},
            "data.path",
            "a loader of your own takes no path",
        ),
    ],
)
def test_what_a_source_does_not_use_is_not_silently_ignored(changes: dict[str, Any], path: str, rule: str) -> None:
    problem = problem_with(settings(**changes))
    assert problem.path == path
    assert problem.message == rule
    assert problem.next_step


def test_absent_files_are_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    problem = problem_with(settings(dataset="numpy", path="absent.npz"))
    assert (problem.path, problem.value) == ("data.path", "'absent.npz'")
    assert str(tmp_path / "absent.npz") in problem.message
    np.save(tmp_path / "images.npy", GOOD_IMAGES)
    problem = problem_with(settings(dataset="numpy", path=str(tmp_path)))
    assert str(tmp_path / "targets.npy") in problem.message
    assert "images.npy and targets.npy" in problem.next_step


def test_an_archive_without_the_arrays_says_what_it_holds(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=GOOD_IMAGES, targets=GOOD_LABELS)
    problem = problem_with(settings(dataset="numpy", path=str(tmp_path / "a.npz")))
    assert "has no array named images; it holds x, targets" in problem.message
    np.save(tmp_path / "b.npy", GOOD_IMAGES)
    problem = problem_with(settings(dataset="numpy", path=str(tmp_path / "b.npy")))
    assert "holds one array, and images and targets are needed" in problem.message


class Trap:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("form", ["npz", "npy", "pickle"])
def test_nothing_is_unpickled(tmp_path: Path, form: str) -> None:
    mark = tmp_path / "mark"
    trapped = np.array([Trap(mark)] * 12, dtype=object)
    path = tmp_path / f"data.{form}"
    if form == "npz":
        np.savez(path, images=trapped, targets=GOOD_LABELS)
    elif form == "npy":
        path = tmp_path
        np.save(tmp_path / "images.npy", trapped)
    else:
        path.write_bytes(pickle.dumps(Trap(mark)))
    problem = problem_with(settings(dataset="numpy", path=str(path)))
    assert not mark.exists()
    assert "allow_pickle" not in problem.message
    assert "unsafely" not in problem.message
    assert "cannot be read as plain numeric arrays" in problem.message


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    np.savez(whole, images=GOOD_IMAGES, targets=GOOD_LABELS)
    for size in (0, 100, len(whole.getvalue()) - 30):
        (tmp_path / "cut.npz").write_bytes(whole.getvalue()[:size])
        problem = problem_with(settings(dataset="numpy", path=str(tmp_path / "cut.npz")))
        assert "cannot be read as plain numeric arrays" in problem.message


def test_a_header_that_claims_a_huge_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "images.npy").open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (2**50, 1, 8, 8)}
        np.lib.format.write_array_header_1_0(file, header)
    np.save(tmp_path / "targets.npy", GOOD_LABELS)
    problem = problem_with(settings(dataset="numpy", path=str(tmp_path)))
    assert "cannot be read as plain numeric arrays" in problem.message


@pytest.mark.parametrize(
    ("factory", "rule", "advice"),
    [
        ("own_data", "a factory is written module:callable", "mymodule:build"),
        ("own data:load", "a factory is written module:callable", "mymodule:build"),
        (
            "own_dota:load",
            "there is no module 'own_dota' to import",
            "Put own_dota beside the study file, or install it.",
        ),
        (
            f"{OWN}:laod",
            f"the module {OWN} has no 'laod'",
            f"Define laod in {OWN}",
        ),
        (
            f"{OWN}:not_callable",
            "not_callable is a int, which cannot be called",
            "Name a function or a class",
        ),
        ("broken_data:load", "importing the module broken_data failed: ZeroDivisionError", "import on its own first"),
        ("needy_data:load", "importing the module needy_data failed: ModuleNotFoundError", "import on its own first"),
        (
            f"{OWN}:raising",
            "the loader raised RuntimeError: the disk is on fire",
            "Correct the loader or data.options",
        ),
        (f"{OWN}:leaving", "the loader raised SystemExit: 0 (", "Correct the loader"),
        ("leaving_data:load", "importing the module leaving_data failed: SystemExit: 3 (", "on its own first"),
        (f"{OWN}:three", "must return (images, targets), and gave a tuple of 3", "Return a pair."),
        (f"{OWN}:a_mapping", "must return (images, targets), and gave a dict of 2", "Return a pair."),
        (
            f"{OWN}:ragged",
            "images cannot be turned into an array: ValueError",
            "Return arrays or CPU tensors.",
        ),
        (f"{OWN}:with_gradient", "images cannot be turned into an array: RuntimeError", "CPU tensors"),
    ],
)
def test_a_loader_that_does_not_work_is_explained(
    factory: str, rule: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_data.py").write_text("1 / 0\n")
    (tmp_path / "needy_data.py").write_text("import a_module_that_nobody_has\n")
    (tmp_path / "leaving_data.py").write_text("import sys\n\nsys.exit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    problem = problem_with(settings(dataset=None, factory=factory))
    assert problem.path == "data.factory"
    assert factory in problem.value
    assert rule in problem.message
    assert advice in problem.next_step


def test_a_loader_that_does_not_take_an_option_is_explained() -> None:
    problem = problem_with(own("load", colour="red"))
    assert problem.value == OWN + ":load(**{'colour': 'red'})"
    assert "unexpected keyword argument 'colour'" in problem.message
