"""The fifth held-out part of the catalogue is whole, new, and each of its faults has a source."""

from itertools import chain

import pytest
import torch

from benchmarks.diagnosis.catalogue import RATES, cases
from benchmarks.diagnosis.data import sound_data
from benchmarks.diagnosis.fifth import CLASSES, fifth_cases
from benchmarks.diagnosis.fifth_changes import FIFTH_CHANGES
from benchmarks.diagnosis.fifth_data import BALLS_DATA, FIFTH_DATA
from benchmarks.diagnosis.fifth_faults import FIFTH_FAULTS
from benchmarks.diagnosis.fifth_kinds import EVERY
from benchmarks.diagnosis.fifth_kinds_of_networks import FIFTH_KINDS
from benchmarks.diagnosis.fifth_loops import FIFTH_LOOPS
from benchmarks.diagnosis.fifth_networks import FIFTH_ARCHITECTURES
from benchmarks.diagnosis.fourth import fourth_cases
from benchmarks.diagnosis.networks import build
from benchmarks.diagnosis.second import second_cases
from benchmarks.diagnosis.third import third_cases
from benchmarks.diagnosis.trainings import data_of
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.diagnosis.inside.table import INSIDE_RULES
from hpsearch.rule import RULES
from tests.benchmarks.changed_data import assert_changed

EVERYTHING = list(fifth_cases())
FAULTY = [case for case in EVERYTHING if not case.sound]


def test_it_is_whole() -> None:
    assert len({case.name for case in EVERYTHING}) == len(EVERYTHING)
    assert len(FAULTY) == 3 * len(FIFTH_KINDS) >= 120
    assert len(EVERYTHING) - len(FAULTY) >= 90
    assert {case.architecture for case in EVERYTHING} == set(EVERY) <= set(RATES)
    assert set(FIFTH_ARCHITECTURES) < set(EVERY)
    assert {case.data for case in EVERYTHING} == {*CLASSES, *BALLS_DATA}
    told = {code for case in FAULTY for code in case.kind.right | case.kind.also if code.startswith(("HC", "HD", "HP"))}
    assert told <= {*DATA_CHECKS, *TRIAL_RULES, *INSIDE_RULES, *RULES}


def test_every_kind_is_in_a_published_list() -> None:
    letters = [part.split(":")[0].strip() for kind in FIFTH_KINDS for part in kind.source.split(";")]
    assert all(kind.source for kind in FIFTH_KINDS)
    assert set(letters) == {"H", "DC", "Z", "I", "D"}


def test_nothing_of_it_was_there_before() -> None:
    before = list(chain(cases(), second_cases(), third_cases(), fourth_cases()))
    for part in ("name", "number"):
        assert not {getattr(case, part) for case in before} & {getattr(case, part) for case in EVERYTHING}
    assert not {case.kind.name for case in before} & {case.kind.name for case in EVERYTHING}
    assert not {case.data for case in before} & {*FIFTH_DATA, *BALLS_DATA}
    assert not {case.architecture for case in before} & set(FIFTH_ARCHITECTURES)
    assert {case.kind.data for case in EVERYTHING} - {"", "ordered", "as-numbers"} == set(FIFTH_CHANGES)
    assert {case.kind.loop for case in EVERYTHING} - {"", "sorted"} == set(FIFTH_LOOPS)
    named = [case.kind.network for case in EVERYTHING]
    assert {network["fault"] for network in named if "fault" in network} == set(FIFTH_FAULTS)


@pytest.mark.parametrize("architecture", FIFTH_ARCHITECTURES)
def test_its_networks_run(architecture: str) -> None:
    for side in (8, 12, 14, 24):
        assert build((3, side, side), 5, architecture, 8)(torch.randn(4, 3, side, side)).shape == (4, 5)


def test_every_change_changes_the_data() -> None:
    for case in {case.kind.data: case for case in EVERYTHING if case.kind.data}.values():
        assert_changed(sound_data(case.data), data_of(case.data, case.kind.data), case.name)
