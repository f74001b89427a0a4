"""What looks say of the two modes, in looks that are written by hand."""

import json
from dataclasses import replace

import pytest

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding, Severity
from hpsearch.look import LayerLook, Look
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import SOUND, STUDY, TASK, constant


def told(trained: float, evaluated: float) -> tuple[Finding, ...]:
    """What is said of a sound drawing that ended with these losses on the same samples."""
    trial = SOUND.trial
    look = Look(200, (), evaluated_loss=evaluated, trained_loss=trained)
    return diagnose(FinishedTrial(trial.job, replace(trial.result, looks=(look,))), STUDY, TASK)


@pytest.mark.parametrize("lost", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_in_evaluation_alone_is_told(lost: float) -> None:
    (finding,) = told(0.1, lost)
    assert finding.code == "HC341"
    assert f"none in evaluation, where it is {lost}" in finding.message
    json.dumps(dict(finding.evidence), allow_nan=False)
    assert told(0.1, 0.2) == ()
    assert "HC341" not in {other.code for other in told(lost, lost)}, "it is lost in both modes"


@pytest.mark.parametrize(
    ("evaluated", "held", "severity"),
    [
        (0.7, 0.5, Severity.WARNING),
        (2.5, 0.5, Severity.ERROR),
        (2.5, 2.0, Severity.ERROR),
        (0.7, 0.2, None),
        (0.1, 0.5, None),
    ],
)
def test_ten_times_next_to_nothing_is_another_network(evaluated: float, held: float, severity: Severity | None) -> None:
    trial = replace(SOUND, validation=constant(held), validation_error=constant(0.05)).trial
    look = Look(200, (), evaluated_loss=evaluated, trained_loss=0.002)
    found = diagnose(FinishedTrial(trial.job, replace(trial.result, looks=(look,))), STUDY, TASK)
    assert [one.severity for one in found if one.code == "HC341"] == ([severity] if severity else [])


def test_a_norm_that_is_used_twice_is_the_reason_of_a_smaller_difference() -> None:
    norm = LayerLook("norm", "BatchNorm2d", 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
    trial = SOUND.trial

    def said(*layers: LayerLook, evaluated: float = 0.05) -> set[str]:
        look = Look(200, layers, evaluated_loss=evaluated, trained_loss=0.002)
        found = diagnose(FinishedTrial(trial.job, replace(trial.result, looks=(look,))), STUDY, TASK)
        return {one.code for one in found}

    assert said(norm, norm) == {"HC341"}
    assert said(norm, norm, evaluated=0.01) == set(), "as two views of the same images have it"
    assert said(norm, replace(norm, name="other")) == set()
