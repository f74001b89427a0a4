"""The small dose of every fault. The full one: ``python -m tests.faults``."""

import os

import pytest

from tests.faults.doses import DOSES, Dose
from tests.faults.service import service

SEED = int(os.environ.get("HPSEARCH_TEST_SEED", "20261122"))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("dose", DOSES, ids=lambda dose: dose.scenario.__name__)
def test_nothing_is_lost_and_nothing_counts_twice(dose: Dose, database_url: str) -> None:
    with service(database_url) as running:
        figures = dose.scenario(running, dose.small, SEED)
    assert not figures.violations, f"seed {SEED}: {figures.violations[:5]}"
    assert figures.faults >= dose.small
    assert figures.studies > 0
