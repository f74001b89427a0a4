"""The generated data set of coloured shapes."""

import hashlib

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from hpsearch.data.loading import load_dataset
from hpsearch.data.shapes import BRIGHT, SHAPES, TURNS, coloured_shapes
from tests.data.data_cases import problem_with, settings

KNOWN = "35a30ca06649be16b32e697afceca26a0241dbc82ec4d0e590f27ea95ebf118c"


@pytest.fixture(scope="module")
def shapes() -> tuple[np.ndarray, np.ndarray]:
    return coloured_shapes()


def test_every_byte_is_the_same_on_every_machine(shapes: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = shapes
    assert hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes()).hexdigest() == KNOWN


def test_classes_are_balanced_and_in_no_order(shapes: tuple[np.ndarray, np.ndarray]) -> None:
    _, labels = shapes
    assert np.bincount(labels).tolist() == [500] * len(SHAPES)
    changes = (np.diff(labels) != 0).mean()
    assert changes == pytest.approx(1 - 1 / len(SHAPES), abs=0.03)


def test_another_seed_gives_other_images() -> None:
    first, second = coloured_shapes(16)[0], coloured_shapes(16, seed=1)[0]
    assert (first != second).mean() > 0.9
    assert np.array_equal(first, coloured_shapes(16)[0])


def test_turns_neither_stretch_nor_shrink() -> None:
    assert (np.square(TURNS).sum(axis=1) == 65**2).all()


def test_no_colour_and_no_single_pixel_tells_the_class(shapes: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = shapes
    pixels = images[:, :, ::2, ::2].reshape(len(images), -1) / 128 - 1
    linear = RidgeClassifier(alpha=1e4).fit(pixels[:3000], labels[:3000])
    assert linear.score(pixels[3000:], labels[3000:]) < 0.25


def test_it_is_a_named_data_set() -> None:
    dataset = load_dataset(settings(dataset="shapes"))
    assert dataset.task.input_shape == (3, 32, 32)
    assert dataset.task.outputs == len(SHAPES)
    assert dataset.task.train_samples == 2400
    assert problem_with(settings(dataset="shapes", path="x")).path == "data.path"


def test_shapes_are_lighter_than_what_is_behind_them(shapes: tuple[np.ndarray, np.ndarray]) -> None:
    """The lightest pixels of a disc are the disc's, beyond all noise."""
    images, labels = shapes
    brightest = np.sort(images[labels == 0].astype(int).mean(axis=1).reshape(500, -1), axis=1)
    assert (brightest[:, -60] > BRIGHT).all()
    assert (brightest[:, 60] < BRIGHT).all()
