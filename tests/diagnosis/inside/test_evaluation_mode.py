"""What looks say of the two modes, in looks that are written by hand."""

import json
from dataclasses import replace

import pytest

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding
from hpsearch.look import LayerLook, Look
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
