"""Edited data or code make another study, everything else does not."""

import sys
from pathlib import Path

import numpy as np
import pytest

from hpsearch.cli.definition import study_in

DEFINITION = """
data: {dataset: numpy, path: images.npz}
network: {factory: "fingerprinted_network:build"}
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "fingerprinted_network.py").write_text("def build(): raise RuntimeError('nobody may run this')\n")
    np.savez(tmp_path / "images.npz", images=np.zeros((4, 2, 2)), targets=np.arange(4))
    path = tmp_path / "study.yaml"
    path.write_text(DEFINITION)
    return path


def test_the_same_files_give_the_same_identity(study: Path) -> None:
    first = study_in(study)
    assert set(first.sources) == {"data.path", "network.factory"}
    (study.parent / "notes.txt").write_text("something else")
    assert study_in(study).identity == first.identity


def test_an_edited_module_gives_another_identity(study: Path) -> None:
    before = study_in(study).identity
    (study.parent / "fingerprinted_network.py").write_text("def build(): return None\n")
    assert study_in(study).identity != before


def test_edited_data_give_another_identity(study: Path) -> None:
    before = study_in(study).identity
    np.savez(study.parent / "images.npz", images=np.ones((4, 2, 2)), targets=np.arange(4))
    assert study_in(study).identity != before


def test_files_that_are_not_there_are_left_to_whoever_reads_them(study: Path) -> None:
    study.write_text('data: {dataset: numpy, path: nowhere.npz}\nnetwork: {factory: "no_such_module_at_all:build"}\n')
    assert study_in(study).sources == {}
