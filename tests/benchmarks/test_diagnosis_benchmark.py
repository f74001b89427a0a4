"""The catalogue of seeded faults is whole, and a fault is trained, read and scored."""

from pathlib import Path

import pytest
import torch

from benchmarks.diagnosis.__main__ import STUDY, report
from benchmarks.diagnosis.catalogue import ARCHITECTURES, DATA, HELD_OUT_ARCHITECTURE, HELD_OUT_DATA, KINDS, cases
from benchmarks.diagnosis.trainings import trained
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.diagnosis.table import CURVE_RULES


def test_the_catalogue_is_whole() -> None:
    everything = list(cases())
    assert len({case.name for case in everything}) == len(everything)
    assert len(KINDS) >= 15
    assert HELD_OUT_ARCHITECTURE in ARCHITECTURES
    assert HELD_OUT_DATA in DATA
    assert all(kind.right and not kind.right & kind.also for kind in KINDS)
    assert {code for kind in KINDS for code in kind.right | kind.also} <= set(CURVE_RULES)


def test_a_fault_is_found_and_its_curves_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = next(case for case in cases() if case.name == "dead-relus/plain/digits")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        trial, dataset = trained(case, tmp_path)
    finally:
        torch.set_num_threads(threads)
    again, _ = trained(case, tmp_path)
    assert again == trial
    found = diagnose(trial, STUDY, dataset.task)
    assert {finding.code for finding in found} & case.kind.right
    report({case: found}, {})
    assert "recall 1/1" in capsys.readouterr().out
    sound = [case for case in cases() if not case.kind.right]
    report({sound[0]: ()}, {sound[1]: found, sound[2]: ()})
    told = capsys.readouterr().out
    assert "false alarms on sound trainings 0/1" in told
    assert "not among these 1: 2 meant to be sound and below 90% in validation, of which 1 with a warning" in told
