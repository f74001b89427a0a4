"""One study that ran undisturbed, for all tests that look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.programs import Table, run_to_its_end, short_folder

STUDY = """
name: whole
seed: 7
data: {dataset: digits, batch_size: {choice: [32, 64]}}
network: {name: convnet, depth: 2, width: {choice: [4, 8]}, norm: batch}
recipe:
  initial_loss: {seeds: 3}
  overfit: {batches: 2}
  lr_sweep: {steps: 40, learning_rates: [1e-4, 1e-3, 1e-2, 1e-1]}
  coarse: {trials: 10, epochs: 2}
  fine: {trials: 5, epochs: 3, rounds: 2}
"""


@dataclass(frozen=True)
class Undisturbed:
    """A finished study."""

    home: Path
    table: Table


@pytest.fixture(scope="session")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "study.yaml"
    path.write_text(STUDY)
    return path


@pytest.fixture(scope="session")
def undisturbed(study_file: Path) -> Iterator[Undisturbed]:
    with short_folder() as home:
        yield Undisturbed(home, run_to_its_end(study_file, home, workers=1))
