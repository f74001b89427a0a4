"""The third held-out part of the catalogue is whole, new, and can be trained."""

from itertools import chain

import pytest
import torch

from benchmarks.diagnosis.catalogue import RATES, cases
from benchmarks.diagnosis.changes import CHANGES, broken_data
from benchmarks.diagnosis.data import sound_data
from benchmarks.diagnosis.faults import FAULTS
from benchmarks.diagnosis.loops import LOOPS
from benchmarks.diagnosis.networks import build
from benchmarks.diagnosis.second import second_cases
from benchmarks.diagnosis.second_changes import SECOND_CHANGES
from benchmarks.diagnosis.second_faults import SECOND_FAULTS
from benchmarks.diagnosis.second_loops import SECOND_LOOPS
from benchmarks.diagnosis.third import SETTINGS, sound_kinds, third_cases
from benchmarks.diagnosis.third_data import THIRD_CHANGES, THIRD_DATA
from benchmarks.diagnosis.third_kinds import EVERY, THIRD_KINDS
from benchmarks.diagnosis.third_loops import THIRD_LOOPS
from benchmarks.diagnosis.third_networks import THIRD_ARCHITECTURES, THIRD_FAULTS
from benchmarks.diagnosis.trainings import data_of
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.diagnosis.inside.table import INSIDE_RULES
from tests.benchmarks.changed_data import assert_changed

EVERYTHING = list(third_cases())
FAULTY = [case for case in EVERYTHING if not case.sound]


def test_it_is_whole() -> None:
    assert len({case.name for case in EVERYTHING}) == len(EVERYTHING)
    assert len(FAULTY) == 3 * len(THIRD_KINDS) >= 72
    assert len(EVERYTHING) - len(FAULTY) >= 60
    assert len(list(sound_kinds())) == sum(map(len, SETTINGS.values()))
    assert {case.architecture for case in EVERYTHING} == set(EVERY) <= set(RATES)
    assert set(THIRD_ARCHITECTURES) < set(EVERY)
    assert {case.data for case in EVERYTHING} == set(THIRD_DATA)
    assert all(case.held_out for case in EVERYTHING)
    told = {code for case in FAULTY for code in case.kind.right | case.kind.also if code.startswith(("HC", "HD"))}
    assert told <= {*DATA_CHECKS, *TRIAL_RULES, *INSIDE_RULES}


def test_nothing_of_it_was_there_before() -> None:
    before = list(chain(cases(), second_cases()))
    for part in ("name", "number", "data"):
        assert not {getattr(case, part) for case in before} & {getattr(case, part) for case in EVERYTHING}
    assert not {case.kind.name for case in before} & {case.kind.name for case in EVERYTHING}
    assert not {*CHANGES, *SECOND_CHANGES} & set(THIRD_CHANGES)
    assert not {*LOOPS, *SECOND_LOOPS} & set(THIRD_LOOPS)
    assert not {*FAULTS, *SECOND_FAULTS} & set(THIRD_FAULTS)
    assert {case.kind.data for case in FAULTY} - {""} == set(THIRD_CHANGES)
    assert {case.kind.loop for case in FAULTY} - {""} == set(THIRD_LOOPS)
    assert {case.kind.network["fault"] for case in FAULTY if "fault" in case.kind.network} == set(THIRD_FAULTS)


@pytest.mark.parametrize("architecture", EVERY)
def test_its_networks_run(architecture: str) -> None:
    for side in (16, 20, 24):
        assert build((3, side, side), 5, architecture, 8)(torch.randn(4, 3, side, side)).shape == (4, 5)


def test_every_fault_changes_a_network() -> None:
    images = torch.randn(8, 1, 16, 16)
    for case in {case.kind.name: case for case in FAULTY if "fault" in case.kind.network}.values():
        answers = []
        for fault in ("", case.kind.network["fault"]):
            torch.manual_seed(0)
            network = build((1, 16, 16), 3, case.architecture, 8, fault=fault)
            outputs = [network.train(mode)(images) for mode in (True, False)]
            outputs[0].square().sum().backward()
            gradients = [torch.zeros(1) if one.grad is None else one.grad for one in network.parameters()]
            answers.append(torch.cat([one.flatten() for one in (*outputs, *gradients)]))
        assert answers[0].shape != answers[1].shape or not torch.equal(*answers), case.name


def test_its_data_are_what_they_say() -> None:
    assert [sound_data(name).task.input_shape for name in THIRD_DATA] == [(1, 20, 20), (3, 24, 24), (1, 16, 16)]
    assert [sound_data(name).task.outputs for name in THIRD_DATA] == [2, 5, 3]
    sound = sound_data("letters")
    for name in THIRD_CHANGES:
        assert_changed(sound, broken_data(sound, name), name)
    missing = data_of("letters", "third-half-of-the-classes-missing").train
    assert set(missing.targets.tolist()) == {0, 1, 2}
