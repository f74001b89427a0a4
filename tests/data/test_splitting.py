"""Every sample in one split, every class in every split, the same on every machine."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.data.splitting import divide, permutation


@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    validation=st.floats(0.05, 0.45),
    test=st.one_of(st.just(0.0), st.floats(0.05, 0.45)),
    seed=st.integers(0, 2**63 - 1),
)
def test_classes_are_divided_by_their_shares(counts: list[int], validation: float, test: float, seed: int) -> None:
    classes = np.repeat(np.arange(len(counts)), counts)
    division = divide(len(classes), classes, validation, test, seed)
    parts = (division.train, division.validation, division.test)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(classes)))
    asked = 3 if test else 2
    for label, count in enumerate(counts):
        train, held_out, read_once = (int((classes[part] == label).sum()) for part in parts)
        assert train >= 1
        if count >= asked:
            assert held_out >= 1
            assert (read_once >= 1) == (test > 0)
        if count >= 10:
            assert abs(held_out - validation * count) <= 1
            assert abs(read_once - test * count) <= 1


def test_without_classes_the_shares_are_of_all_samples() -> None:
    division = divide(100, None, 0.25, 0.1, seed=3)
    assert [len(part) for part in (division.train, division.validation, division.test)] == [65, 25, 10]


def test_a_permutation_holds_every_index_once_and_has_no_order_left() -> None:
    order = permutation(1000, seed=5)
    assert sorted(order.tolist()) == list(range(1000))
    assert abs(np.corrcoef(order, np.arange(1000))[0, 1]) < 0.1


def test_a_permutation_never_changes() -> None:
    """A result of years ago must be found again: this is a promise to users, not a detail."""
    assert permutation(8, seed=0).tolist() == [3, 2, 1, 6, 0, 7, 4, 5]
    digest = hashlib.sha256(permutation(1797, seed=2**63 - 1).astype("<i8").tobytes()).hexdigest()
    assert digest[:16] == "47dbf8fd672b8937"


@pytest.mark.parametrize("seed", [0, 1, 2**62])
def test_where_a_sample_goes_does_not_depend_on_its_class_number(seed: int) -> None:
    classes = np.arange(40) % 4
    assert (divide(40, classes, 0.2, 0.2, seed).train == divide(40, classes + 1, 0.2, 0.2, seed).train).all()
