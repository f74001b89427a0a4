"""The sixth held-out part of the catalogue is whole, new, and can be trained."""

from itertools import chain

import numpy as np
import pytest
import torch

from benchmarks.diagnosis.catalogue import RATES, cases
from benchmarks.diagnosis.data import sound_data
from benchmarks.diagnosis.fifth import fifth_cases
from benchmarks.diagnosis.fourth import fourth_cases
from benchmarks.diagnosis.networks import build
from benchmarks.diagnosis.second import second_cases
from benchmarks.diagnosis.sixth import sixth_cases
from benchmarks.diagnosis.sixth_changes import SIXTH_CHANGES
from benchmarks.diagnosis.sixth_data import SIXTH_DATA, SIXTH_REGRESSIONS
from benchmarks.diagnosis.sixth_faults import SIXTH_FAULTS
from benchmarks.diagnosis.sixth_kinds import EVERY
from benchmarks.diagnosis.sixth_kinds_of_networks import SIXTH_KINDS
from benchmarks.diagnosis.sixth_loops import SIXTH_LOOPS
from benchmarks.diagnosis.sixth_networks import SIXTH_ARCHITECTURES
from benchmarks.diagnosis.third import third_cases
from benchmarks.diagnosis.trainings import data_of
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.diagnosis.inside.table import INSIDE_RULES
from hpsearch.rule import RULES
from tests.benchmarks.changed_data import assert_changed

EVERYTHING = list(sixth_cases())
FAULTY = [case for case in EVERYTHING if not case.sound]
ALL_DATA = {**SIXTH_DATA, **SIXTH_REGRESSIONS}


def test_it_is_whole() -> None:
    assert len({case.name for case in EVERYTHING}) == len(EVERYTHING)
    assert len(FAULTY) == 3 * len(SIXTH_KINDS) >= 132
    assert len(EVERYTHING) - len(FAULTY) >= 90
    assert {case.architecture for case in EVERYTHING} == set(EVERY) <= set(RATES)
    assert set(SIXTH_ARCHITECTURES) < set(EVERY)
    assert {case.data for case in EVERYTHING} == set(ALL_DATA)
    told = {code for case in FAULTY for code in case.kind.right | case.kind.also if code.startswith(("HC", "HD", "HP"))}
    assert told <= {*DATA_CHECKS, *TRIAL_RULES, *INSIDE_RULES, *RULES}
    assert all(case.kind.epochs for case in EVERYTHING)


def test_nothing_of_it_was_there_before() -> None:
    before = list(chain(cases(), second_cases(), third_cases(), fourth_cases(), fifth_cases()))
    for part in ("name", "number", "data"):
        assert not {getattr(case, part) for case in before} & {getattr(case, part) for case in EVERYTHING}
    assert not {case.kind.name for case in before} & {case.kind.name for case in EVERYTHING}
    assert not {case.architecture for case in before} & set(SIXTH_ARCHITECTURES)
    assert {case.kind.data for case in EVERYTHING} - {""} == set(SIXTH_CHANGES)
    assert {case.kind.loop for case in EVERYTHING} - {"", "mixed-up"} == set(SIXTH_LOOPS)
    named = [case.kind.network for case in EVERYTHING]
    assert {network["fault"] for network in named if "fault" in network} == set(SIXTH_FAULTS)


@pytest.mark.parametrize("architecture", SIXTH_ARCHITECTURES)
def test_its_networks_run(architecture: str) -> None:
    for height, width in ((9, 9), (9, 26), (12, 20), (28, 28)):
        network = build((3, height, width), 5, architecture, 8)
        assert network(torch.randn(4, 3, height, width)).shape == (4, 5)


def test_its_data_are_of_their_own_kinds() -> None:
    drawn = {name: ALL_DATA[name]() for name in ("terrain", "house_numbers", "words", "sketches", "arrows")}
    arrays = [(np.asarray(images), np.asarray(targets)) for images, targets in drawn.values()]
    assert all(len(images) == len(targets) for images, targets in arrays)
    assert len({images.shape[1:] for images, _ in arrays}) == len(drawn)
    assert {images.dtype.kind for images, _ in arrays} == {"f", "u", "b"}
    assert {targets.dtype.kind for _, targets in arrays} == {"i", "f"}


@pytest.mark.parametrize("change", SIXTH_CHANGES)
def test_every_change_changes_the_data(change: str) -> None:
    assert_changed(sound_data("terrain"), data_of("terrain", change), change)
