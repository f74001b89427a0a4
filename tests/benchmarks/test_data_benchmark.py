"""The benchmark of the checks of data: what it draws is sound, and what it spoils is told."""

import numpy as np
import pytest

from benchmarks.data.__main__ import of_set, spoilt
from benchmarks.data.apart import APART
from benchmarks.data.faults import FAULTS
from benchmarks.data.scores import TRUE, of_faults, of_sound
from benchmarks.data.sets import PARTS, drawn
from hpsearch.data.checks.table import DATA_CHECKS


def test_half_of_the_sets_are_of_other_families() -> None:
    families = [{name.partition(".")[0] for name in sets} for sets in PARTS.values()]
    assert not families[0] & families[1]
    assert min(len(sets) for sets in PARTS.values()) >= 40
    assert {code for fault in (*FAULTS.values(), *APART.values()) for code in fault.right} - {"refused"} <= set(
        DATA_CHECKS
    )
    assert set(TRUE) <= set(DATA_CHECKS)


def test_a_set_is_the_same_each_time() -> None:
    one, other = drawn("textures.dots"), drawn("textures.dots")
    assert np.array_equal(one.images, other.images)
    assert np.array_equal(one.targets, other.targets)


@pytest.mark.parametrize("name", ["textures.grains", "textures.checkers"])
def test_sound_sets_without_patterns_are_left_alone(name: str) -> None:
    assert not of_set(name).wrong


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("drawings.outlines", "copies mirrored"),
        ("guises.standardised", "pixels -999"),
        ("guises.inverted", "pixels permuted"),
        ("guises.inverted", "split turned by 180°"),
    ],
)
def test_faults_are_told(name: str, fault: str) -> None:
    told = spoilt(name, fault)
    assert told is not None
    assert told.found
    assert fault in of_faults([told])


def test_numbers_of_few_values_are_numbers() -> None:
    told = of_set("drawings.counted")
    assert "HD207" not in told.codes
    assert "0 of 1 sound data sets" in of_sound([told])
