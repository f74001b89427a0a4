"""Whether the test split agrees with validation, by which the best trial was chosen."""

import pytest

from hpsearch.finding import Severity
from hpsearch.stage import StageName
from hpsearch.trial import EpochRecord
from tests.recipe.recipe_cases import TASK, ended, judged, planned, scored, study


@pytest.mark.parametrize(
    ("test_accuracy", "severity", "words"),
    [
        (0.75, None, ""),
        (0.72, Severity.INFO, "validation flatters what was chosen by it, the best of 16 epochs"),
        (0.67, Severity.WARNING, "that is more than choosing the best of 16 epochs explains"),
    ],
)
def test_a_test_split_that_disagrees_is_explained_by_the_choice_or_not(
    test_accuracy: float, severity: Severity | None, words: str
) -> None:
    """Of 400 and 300 samples one standard error is 3.3 points, and the best of 16 flatters by 5 on average."""
    definition = study(recipe={"coarse": {"trials": 16}})
    searched = [scored(job, 0.8 if job.number == 1 else 0.5) for job in planned(StageName.COARSE, definition).jobs]
    plan = planned(StageName.TEST, definition, TASK, (), searched)
    epochs = (EpochRecord(1, 1.0, 0.9, 1.0, 0.8),)
    read = ended(plan.jobs[0], value=0.8, best_epoch=1, epochs=epochs, test_accuracy=test_accuracy, test_loss=0.7)
    found = judged(definition, plan, [read]).findings
    assert [one.severity for one in found] == ([] if severity is None else [severity])
    assert all(words in one.message for one in found)
    assert all(("splits are alike" in one.advice) is (severity is Severity.WARNING) for one in found)
