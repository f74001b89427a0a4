"""The catalogue of seeded faults is whole and divided, and a fault is trained, read and scored."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks.diagnosis.catalogue import HELD_OUT_ARCHITECTURES, TUNED_ARCHITECTURES, Case, cases
from benchmarks.diagnosis.changes import CHANGES, broken_data
from benchmarks.diagnosis.data import sound_data
from benchmarks.diagnosis.faults import FAULTS
from benchmarks.diagnosis.known import KINDS
from benchmarks.diagnosis.loops import LOOPS
from benchmarks.diagnosis.networks import build
from benchmarks.diagnosis.scoring import Scored, lines
from benchmarks.diagnosis.told import Told, told
from benchmarks.diagnosis.trainings import trained
from benchmarks.diagnosis.unseen import HELD_OUT_KINDS
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.finding import Finding, Severity

EVERYTHING = list(cases())


def case_of(name: str) -> Case:
    return next(case for case in EVERYTHING if case.name == name)


def test_the_catalogue_is_whole() -> None:
    assert len({case.name for case in EVERYTHING}) == len(EVERYTHING)
    assert len(KINDS) >= 40
    assert len(HELD_OUT_KINDS) >= 8
    assert sum(case.sound for case in EVERYTHING if case.held_out) >= 100
    kinds = {case.kind for case in EVERYTHING if not case.sound}
    known = {*DATA_CHECKS, *TRIAL_RULES}
    assert {code for kind in kinds for code in kind.right | kind.also if code.startswith(("HC", "HD"))} <= known
    for used, table in (("data", CHANGES), ("loop", LOOPS)):
        assert {getattr(kind, used) for kind in kinds} - {""} <= set(table)
    assert {kind.network["fault"] for kind in kinds if "fault" in kind.network} <= set(FAULTS)


def test_what_is_held_out_shares_no_architecture_and_no_kind_with_the_rest() -> None:
    tuned = [case for case in EVERYTHING if not case.held_out]
    assert {case.architecture for case in tuned} == set(TUNED_ARCHITECTURES)
    assert not {case.architecture for case in tuned} & set(HELD_OUT_ARCHITECTURES)
    assert not {case.kind for case in tuned} & set(HELD_OUT_KINDS)
    assert "forms" not in {case.data for case in tuned}


@pytest.mark.parametrize("architecture", [*TUNED_ARCHITECTURES, *HELD_OUT_ARCHITECTURES])
def test_every_fault_leaves_a_network_that_runs(architecture: str) -> None:
    for shape in ((1, 8, 8), (3, 32, 32)):
        images = torch.randn(4, *shape)
        for fault in ("", *FAULTS) if shape[0] == 1 else ("",):
            assert build(shape, 3, architecture, 4, fault=fault)(images).shape == (4, 3)


def test_every_change_of_the_data_changes_them() -> None:
    sound = sound_data("digits")
    for name in CHANGES:
        broken = broken_data(sound, name)
        assert broken.task.train_samples == len(broken.train.targets)
        same = [
            torch.equal(getattr(ours, what).float(), getattr(theirs, what).float())
            for ours, theirs in ((sound.train, broken.train), (sound.validation, broken.validation))
            for what in ("images", "targets")
        ]
        assert not all(same), name


def test_a_fault_is_found_and_its_curves_are_kept(tmp_path: Path) -> None:
    case = case_of("dead-relus/plain/digits")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found = told(case, tmp_path)
    finally:
        torch.set_num_threads(threads)
    again, _ = trained(case, tmp_path)
    assert again == found.trial
    assert found.found
    assert {"signal-lost", "HC301"} <= found.codes
    assert "- recall 1 of 1 (100.0%)" in list(lines(Scored([found])))


def test_what_is_told_is_counted(tmp_path: Path) -> None:
    case = replace(case_of("dead-relus/plain/digits"), kind=replace(case_of("sound-0/plain/digits").kind, epochs=1))
    trial, _ = trained(case, tmp_path)
    good, bad = (replace(trial, result=replace(trial.result, value=value)) for value in (0.95, 0.5))
    alarm = (Finding("HC101", Severity.WARNING, ""), Finding("HC205", Severity.INFO, ""))

    def one(trial_: object, kind: object = case.kind, found: tuple[Finding, ...] = ()) -> Told:
        return Told(replace(case, kind=kind), trial_, (), (), found, 0.0)  # type: ignore[arg-type]

    fault = replace(case.kind, right=frozenset({"HC201"}))
    scored = Scored(
        [one(good), one(good, found=alarm), one(bad, found=alarm), one(bad, fault, alarm), one(good, fault)]
    )
    assert (len(scored.sound), len(scored.alarmed), len(scored.unsound)) == (2, 1, 1)
    assert (len(scored.faulty), len(scored.missed), len(scored.harmless)) == (1, 1, 1)
    assert scored.precision == (0, 2)
    assert len(Scored([one(good), one(good, replace(fault, lasting=True))]).missed) == 1


def test_what_the_forward_pass_shows_counts_and_the_score_without_it_is_told(tmp_path: Path) -> None:
    case = case_of("reshape-mixes-batch/plain/digits")
    found = told(replace(case, kind=replace(case.kind, epochs=1)), tmp_path)
    assert [one.code for one in found.of_network] == ["HP403"]
    assert found.untried.of_network == ()
    alone = replace(found, of_data=(), of_start=(), of_training=())
    written = list(lines(Scored([alone])))
    assert "- recall 1 of 1 (100.0%)" in written
    assert "  - recall 0 of 1 (0.0%)" in written
