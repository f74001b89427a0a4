"""What is a weight of a class, in looks that are written by hand."""

from dataclasses import replace

import pytest

from hpsearch.diagnosis.diagnose import diagnose, explaining
from hpsearch.look import ClassWeight, LayerLook, Look, LossLook
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import SOUND, STUDY, TASK

LAYER = LayerLook("a", "Linear", 0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 1.0, 0.1, 0.001, weight_std=0.1)
ALONE = (ClassWeight(0, 1, 0.1, 26.0, 26.0), ClassWeight(1, 1, 0.1, 1.0, 1.0))
"""Of either class there is one sample in the batch."""


@pytest.mark.parametrize(
    ("several", "found"), [((1.0, 1.0), {"HC352"}), ((1.0, 1.04), {"HC352"}), ((1.0, 1.5), set()), ((0.1, 9.0), set())]
)
def test_samples_of_a_class_that_weigh_unlike_are_weighed_by_no_class(
    several: tuple[float, float], found: set[str]
) -> None:
    weights = (*ALONE, ClassWeight(2, 4, 0.1, *several))
    loss = LossLook(32, 1.0, 20, 0.0, 0.0, 0.0, classes=weights)
    trial = SOUND.trial
    looks = tuple(Look(step, (LAYER,), loss=loss) for step in (0, 100, 200))
    told = diagnose(FinishedTrial(trial.job, replace(trial.result, looks=looks)), STUDY, TASK)
    assert {one.code for one in told} == found


@pytest.mark.parametrize(("share", "found"), [(0.1, {"HC352"}), (0.004, set())])
def test_weights_that_make_up_for_how_rare_a_class_is_are_none_too_many(share: float, found: set[str]) -> None:
    weights = (ClassWeight(0, 3, share, 26.0, 26.0), ClassWeight(1, 30, 0.1, 1.0, 1.0))
    loss = LossLook(33, 1.0, 20, 0.0, 0.0, 0.0, classes=weights)
    trial = SOUND.trial
    looks = tuple(Look(step, (LAYER,), loss=loss) for step in (0, 100, 200))
    told = diagnose(FinishedTrial(trial.job, replace(trial.result, looks=looks)), STUDY, TASK)
    assert {one.code for one in told} == found


def test_what_is_never_trained_explains_that_little_generalises() -> None:
    assert "HC316" in explaining("HC203")
