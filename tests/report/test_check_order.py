"""The order of a check's findings: causes before what follows from them."""

import pytest

from hpsearch.finding import Severity
from hpsearch.report.check_documents import PlacedFindingDocument
from hpsearch.report.check_order import in_order

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
PARTS = {"HD": "data", "HP": "advice", "no": "lr_sweep"}


def found(code: str, severity: Severity) -> PlacedFindingDocument:
    return PlacedFindingDocument(
        code=code,
        severity=severity,
        message="wrong",
        evidence={},
        advice="",
        source="",
        part=PARTS.get(code[:2], "overfit"),
        file=None,
        line=None,
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([("HD401", WARNING), ("no-learning-rate", ERROR)], ["HD401", "no-learning-rate"]),
        (
            [("HP303", WARNING), ("HP602", WARNING), ("no-learning-rate", ERROR)],
            ["HP602", "no-learning-rate", "HP303"],
        ),
        (
            [("HD104", WARNING), ("HP201", WARNING), ("stalled-above-zero", ERROR)],
            ["HP201", "stalled-above-zero", "HD104"],
        ),
        ([("HP602", INFO), ("no-learning-rate", ERROR)], ["no-learning-rate", "HP602"]),
        ([("HP301", WARNING), ("HP501", WARNING), ("other", ERROR)], ["other", "HP501", "HP301"]),
        ([("HP301", WARNING), ("HP501", WARNING)], ["HP301", "HP501"]),
        ([("parameters-without-gradient", WARNING), ("HC315", WARNING)], ["HC315", "parameters-without-gradient"]),
        ([("b", WARNING), ("a", ERROR)], ["a", "b"]),
        (
            [("HD102", WARNING), ("HP301", WARNING), ("loss-did-not-move", ERROR)],
            ["HD102", "loss-did-not-move", "HP301"],
        ),
        (
            [("parameters-without-gradient", WARNING), ("stalled-above-zero", ERROR), ("HC315", WARNING)],
            ["HC315", "parameters-without-gradient", "stalled-above-zero"],
        ),
        ([("HP107", WARNING), ("HC316", WARNING)], ["HC316", "HP107"]),
        ([("HD203", WARNING), ("HD204", WARNING)], ["HD204", "HD203"]),
    ],
)
def test_causes_stand_before_what_follows_from_them(given: list[tuple[str, Severity]], told: list[str]) -> None:
    assert [one.code for one in in_order([found(*one) for one in given])] == told
