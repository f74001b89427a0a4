"""What looks say of the two modes, in looks that are written by hand."""

import json
from dataclasses import replace

import pytest

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding
from hpsearch.look import Look
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import SOUND, STUDY, TASK


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
