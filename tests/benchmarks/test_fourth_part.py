"""The fourth held-out part of the catalogue is whole, new, and can be trained."""

from itertools import chain

import pytest
import torch

from benchmarks.diagnosis.catalogue import RATES, cases
from benchmarks.diagnosis.data import sound_data
from benchmarks.diagnosis.fourth import fourth_cases
from benchmarks.diagnosis.fourth_changes import FOURTH_CHANGES
from benchmarks.diagnosis.fourth_data import FOURTH_DATA, GAUGES_DATA
from benchmarks.diagnosis.fourth_faults import FOURTH_FAULTS
from benchmarks.diagnosis.fourth_kinds import EVERY
from benchmarks.diagnosis.fourth_kinds_of_networks import FOURTH_KINDS
from benchmarks.diagnosis.fourth_loops import FOURTH_LOOPS
from benchmarks.diagnosis.fourth_networks import FOURTH_ARCHITECTURES
from benchmarks.diagnosis.networks import build
from benchmarks.diagnosis.second import second_cases
from benchmarks.diagnosis.third import third_cases
from benchmarks.diagnosis.trainings import data_of
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.diagnosis.inside.table import INSIDE_RULES
from tests.benchmarks.changed_data import assert_changed

EVERYTHING = list(fourth_cases())
FAULTY = [case for case in EVERYTHING if not case.sound]


def test_it_is_whole() -> None:
    assert len({case.name for case in EVERYTHING}) == len(EVERYTHING)
    assert len(FAULTY) == 3 * len(FOURTH_KINDS) >= 108
    assert len(EVERYTHING) - len(FAULTY) == 90
    assert {case.architecture for case in EVERYTHING} == set(EVERY) <= set(RATES)
    assert set(FOURTH_ARCHITECTURES) < set(EVERY)
    assert {case.data for case in EVERYTHING} == {*FOURTH_DATA, *GAUGES_DATA}
    told = {code for case in FAULTY for code in case.kind.right | case.kind.also if code.startswith(("HC", "HD"))}
    assert told <= {*DATA_CHECKS, *TRIAL_RULES, *INSIDE_RULES}


def test_nothing_of_it_was_there_before() -> None:
    before = list(chain(cases(), second_cases(), third_cases()))
    for part in ("name", "number", "data"):
        assert not {getattr(case, part) for case in before} & {getattr(case, part) for case in EVERYTHING}
    assert not {case.kind.name for case in before} & {case.kind.name for case in EVERYTHING}
    assert {case.kind.data for case in EVERYTHING} - {""} == set(FOURTH_CHANGES)
    assert {case.kind.loop for case in EVERYTHING} - {""} == set(FOURTH_LOOPS)
    named = [case.kind.network for case in EVERYTHING]
    assert {network["fault"] for network in named if "fault" in network} == set(FOURTH_FAULTS)


@pytest.mark.parametrize("architecture", FOURTH_ARCHITECTURES)
def test_its_networks_run(architecture: str) -> None:
    for side in (12, 16, 20):
        assert build((3, side, side), 5, architecture, 8)(torch.randn(4, 3, side, side)).shape == (4, 5)


def test_every_change_changes_the_data() -> None:
    for case in {case.kind.data: case for case in EVERYTHING if case.kind.data}.values():
        assert_changed(sound_data(case.data), data_of(case.data, case.kind.data), case.name)
