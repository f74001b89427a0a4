"""The second held-out part of the catalogue is whole, new, and can be trained."""

import pytest
import torch

from benchmarks.diagnosis.catalogue import RATES, cases
from benchmarks.diagnosis.changes import CHANGES, broken_data
from benchmarks.diagnosis.data import sound_data
from benchmarks.diagnosis.faults import FAULTS
from benchmarks.diagnosis.known import KINDS
from benchmarks.diagnosis.loops import LOOPS
from benchmarks.diagnosis.networks import build
from benchmarks.diagnosis.second import second_cases
from benchmarks.diagnosis.second_changes import SECOND_CHANGES
from benchmarks.diagnosis.second_data import COLOURED, SECOND_DATA
from benchmarks.diagnosis.second_faults import SECOND_FAULTS
from benchmarks.diagnosis.second_kinds import EVERY, PENDING
from benchmarks.diagnosis.second_kinds_of_networks import SECOND_KINDS
from benchmarks.diagnosis.second_loops import SECOND_LOOPS
from benchmarks.diagnosis.sound import HELD_OUT_SOUND, SOUND
from benchmarks.diagnosis.trainings import data_of
from benchmarks.diagnosis.unseen import HELD_OUT_KINDS
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from tests.benchmarks.changed_data import assert_changed

EVERYTHING = list(second_cases())
FAULTY = [case for case in EVERYTHING if not case.sound]


def test_it_is_whole() -> None:
    assert len({case.name for case in EVERYTHING}) == len(EVERYTHING)
    assert len(FAULTY) >= 120
    assert len(EVERYTHING) - len(FAULTY) >= 60
    assert len({case.kind.name for case in FAULTY}) == len(SECOND_KINDS) >= 40
    assert {case.architecture for case in EVERYTHING} == set(EVERY) <= set(RATES)
    assert {case.data for case in EVERYTHING} == set(SECOND_DATA)
    assert all(case.held_out for case in EVERYTHING)
    codes = {code for case in FAULTY for code in case.kind.right | case.kind.also}
    assert {code for code in codes if code.startswith(("HC", "HD"))} <= {*DATA_CHECKS, *TRIAL_RULES}
    assert set(PENDING) <= codes


def test_nothing_of_it_was_there_before() -> None:
    before = list(cases())
    assert not {case.name for case in before} & {case.name for case in EVERYTHING}
    assert not {case.number for case in before} & {case.number for case in EVERYTHING}
    seen = (*KINDS, *HELD_OUT_KINDS, *SOUND, *HELD_OUT_SOUND)
    assert not {kind.name for kind in seen} & {case.kind.name for case in EVERYTHING}
    assert not {case.data for case in before} & set(SECOND_DATA)
    for first, second in ((CHANGES, SECOND_CHANGES), (LOOPS, SECOND_LOOPS), (FAULTS, SECOND_FAULTS)):
        assert not set(first) & set(second)
    for used, table in (("data", SECOND_CHANGES), ("loop", SECOND_LOOPS)):
        assert {getattr(case.kind, used) for case in EVERYTHING} - {""} == set(table)
    assert {case.kind.network["fault"] for case in FAULTY if "fault" in case.kind.network} == set(SECOND_FAULTS)


@pytest.mark.parametrize("architecture", EVERY)
def test_its_networks_run(architecture: str) -> None:
    images = torch.randn(4, 3, 16, 16)
    for fault in ("", *SECOND_FAULTS):
        network = build((3, 16, 16), 3, architecture, 4, fault=fault)
        assert network(images).shape == (4, 3 - (fault == "second-one-output-less"))


def test_its_data_are_what_they_say() -> None:
    for name in SECOND_DATA:
        dataset = sound_data(name)
        assert dataset.task.input_shape == (3 if name in COLOURED else 1, 16, 16)
        assert min(dataset.task.validation_class_counts) >= 20
    assert [sound_data(name).task.outputs for name in SECOND_DATA] == [4, 6, 3, 5]
    small = data_of("textures", "small-validation").task
    assert small.validation_samples == sum(small.validation_class_counts) == 20
    assert set(small.validation_class_counts) == {3, 4}


def test_every_change_changes_them() -> None:
    sound = sound_data("textures")
    for name in SECOND_CHANGES:
        assert_changed(sound, broken_data(sound, name), name)
