"""The scale of pixels is no matter to a network that normalises them itself."""

import pytest

from hpsearch.advice.own_scale import judged_with_network
from hpsearch.finding import Finding, Severity
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

DIGITS = Task("cross_entropy", (1, 8, 8), 10, 1079, 359, 359, (36,) * 9 + (35,))


def finding(code: str) -> Finding:
    return Finding(code, Severity.WARNING, "pixels are too large", {}, "", "")


@pytest.mark.parametrize(
    ("norms", "severity"),
    [(["first"], Severity.INFO), (["second"], Severity.WARNING), (["first", "second"], Severity.WARNING)],
)
def test_only_a_norm_before_all_weights_takes_the_scale_away(
    monkeypatch: pytest.MonkeyPatch, norms: list[str], severity: Severity
) -> None:
    monkeypatch.syspath_prepend("tests/advice/user_code")
    network = {"factory": "advised_network:scaling", "norm": {"choice": norms} if len(norms) > 1 else norms[0]}
    study = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": network})
    found = {one.code: one for one in judged_with_network([finding("HD104"), finding("HD105")], study, DIGITS)}
    assert found["HD104"].severity is severity
    assert ("no harm" in found["HD104"].message) == (severity is Severity.INFO)
    assert found["HD105"] == finding("HD105")
