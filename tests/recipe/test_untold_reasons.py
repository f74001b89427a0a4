"""A rule that a place does not tell silences none of those that it tells."""

from dataclasses import replace

from hpsearch.diagnosis.diagnose import all_but, diagnose, explaining
from hpsearch.look import ClassWeight, LayerLook, Look, LossLook
from hpsearch.recipe.search.best_curves import CLEAR, found_in_best
from hpsearch.recipe.search.curves import TOLD, told
from hpsearch.stage import StageName
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import STUDY, TASK
from tests.recipe.steering_cases import OVERFITTING

MASKED = LossLook(32, 1.0, 20, 0.5, 0.0, 0.0)
"""Half of the samples that the network has wrong are left out."""
INVERTED = LossLook(
    32, 1.0, 0, 0.0, 0.0, 0.0, classes=(ClassWeight(0, 8, 0.1, 1.0, 1.0), ClassWeight(1, 24, 0.9, 3.0, 3.0))
)


def overfitting(loss: LossLook) -> FinishedTrial:
    """A training that overfits, with that in its looks."""
    layer = LayerLook("a", "Linear", 0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 1.0, 0.1, 0.001, weight_std=0.1)
    trial = OVERFITTING.trial
    looks = tuple(Look(step, (layer,), loss=loss) for step in (0, 100, 200))
    return FinishedTrial(trial.job, replace(trial.result, looks=looks, value=0.9))


def test_in_the_verdict_of_a_search() -> None:
    trial = overfitting(MASKED)
    assert [one.code for one in diagnose(trial, STUDY, TASK)] == ["HC353"]
    assert "HC353" not in TOLD[StageName.FINE]
    assert [one.code for one in told(StageName.FINE, STUDY, TASK, [trial])] == ["HC203"]
    assert told(StageName.COARSE, STUDY, TASK, [trial]) == ()


def test_in_what_is_told_of_the_best_trial() -> None:
    trial = overfitting(INVERTED)
    assert [one.code for one in diagnose(trial, STUDY, TASK)] == ["HC352"]
    assert [one.code for one in found_in_best(STUDY, TASK, trial, ())] == ["HC203"]
    assert [one.code for one in found_in_best(STUDY, TASK, overfitting(MASKED), ())] == ["HC353"]


def test_each_reason_of_what_is_told_is_told_or_switched_off() -> None:
    for codes in (*TOLD.values(), CLEAR):
        reasons = frozenset().union(*map(explaining, codes))
        assert reasons - codes <= all_but(codes)
        assert not codes & all_but(codes)
