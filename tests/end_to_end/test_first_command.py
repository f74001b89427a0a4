"""The README's first command does what it promises."""

from pathlib import Path

import pytest

from tests.end_to_end.programs import document, short_folder

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(900)
def test_the_study_of_the_readme_reaches_98_percent() -> None:
    with short_folder() as home:
        report = document(ROOT / "studies" / "digits.yaml", home, workers=2)
    assert [stage["verdict"] for stage in report["stages"]] == ["pass"] * 5
    assert report["best"]["val_accuracy"] >= 0.98
    assert report["best"]["test_accuracy"] >= 0.95
    first = report["stages"][0]
    assert abs(first["measured"]["loss"] - first["expected"]["loss"]) < 0.1
