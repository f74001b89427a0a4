"""The reading of the test split, with scripted results."""

from dataclasses import replace

import pytest

from hpsearch.trial import EpochRecord, Failure
from hpsearch.verdict import Outcome
from tests.recipe.recipe_cases import TASK, codes, ended, failed, judged, planned, scored
from tests.recipe.search_cases import FINE, SWEPT, TEST, checked, coarse_of, definition


def test_the_test_trains_the_best_trial_exactly_as_it_was() -> None:
    _, finished, _ = coarse_of([0.5, 0.8, 0.5])
    plan = planned(TEST, definition(), TASK, (), finished)
    (job,) = plan.jobs
    assert job == replace(finished[1].job, stage=TEST, number=0, evaluate_test=True)
    assert job.weights_seed == finished[1].job.weights_seed
    assert set(plan.space) == set(job.parameters)


def test_a_fine_trial_is_tested_where_there_is_one() -> None:
    _, finished, coarse = coarse_of([0.5, 0.8, 0.5])
    fine = planned(FINE, definition(), TASK, [SWEPT, coarse], finished)
    trials = [*finished, *(scored(job, 0.7 + job.number / 100) for job in fine.jobs)]
    plan = planned(TEST, definition(), TASK, (), trials)
    assert (plan.best_before.stage, plan.best_before.number) == (FINE, 5)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("again", "test_accuracy", "expected"),
    [(0.8, 0.78, []), (0.79, 0.78, ["retraining-differs"]), (0.8, 0.5, ["validation-optimistic"])],
)
def test_the_test_reports_its_score_and_what_is_odd_about_it(
    again: float, test_accuracy: float, expected: list[str]
) -> None:
    plan = planned(TEST, definition(), TASK, (), coarse_of([0.5, 0.8, 0.5])[1])
    epochs = (EpochRecord(1, 1.0, 0.9, 1.0, again),)
    read = ended(plan.jobs[0], value=again, best_epoch=1, epochs=epochs, test_accuracy=test_accuracy, test_loss=0.7)
    verdict = checked(judged(definition(), plan, [read]))
    assert verdict.outcome is Outcome.PASS
    assert codes(verdict) == expected
    for finding in verdict.findings:
        assert ("trained as one network" in finding.advice) is (finding.code == "retraining-differs")
    assert verdict.measured["test_accuracy"] == test_accuracy
    assert verdict.measured["same_as_recorded"] is (again == 0.8)
    assert (verdict.measured["stage"], verdict.measured["trial"]) == ("coarse", 1)


def test_a_test_that_fails_is_a_failure() -> None:
    plan = planned(TEST, definition(), TASK, (), coarse_of([0.5, 0.8, 0.5])[1])
    verdict = judged(definition(), plan, [failed(plan.jobs[0], Failure.WORKER_LOST)])
    assert verdict.outcome is Outcome.FAIL


def test_nothing_to_test_is_no_failure() -> None:
    plan = planned(TEST, definition())
    assert plan.jobs == ()
    assert judged(definition(), plan, []).outcome is Outcome.SKIPPED
