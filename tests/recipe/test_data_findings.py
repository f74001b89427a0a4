"""What was found in the data joins the verdict of the first stage, and errors fail it before anything is trained."""

import pytest

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.data_findings import refused, with_data
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import study

LEAK = Finding("HD302", Severity.ERROR, "half of the validation images are in training too")
GAP = Finding("HD202", Severity.ERROR, "a class has no sample")
NOISE = Finding("HD401", Severity.WARNING, "the labels seem to have nothing to do with the images")
COPIES = Finding("HD304", Severity.INFO, "some training images are copies of others")
OVERRIDDEN = study(recipe={"initial_loss": {"override": True}})
FIRST = StageName.INITIAL_LOSS


def test_errors_alone_stop_a_study_and_say_how_it_goes_on() -> None:
    assert refused(study(), ()) is refused(study(), (NOISE, COPIES)) is refused(OVERRIDDEN, (LEAK, GAP)) is None
    verdict = refused(study(), (LEAK, GAP, NOISE))
    assert verdict is not None
    assert (verdict.stage, verdict.outcome, verdict.findings) == (FIRST, Outcome.FAIL, (LEAK, GAP, NOISE))
    ways = "unless data.checks.ignore has HD202 and HD302 or recipe.initial_loss.override is true"
    assert f"{ways}: half of the validation images" in verdict.summary
    assert verdict.summary.endswith("(and 1 more)")
    assert refused(study(recipe={"initial_loss": {"skip": True}}), (LEAK,)) is not None


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.FAIL, Outcome.OVERRIDDEN, Outcome.SKIPPED])
def test_what_was_found_is_told_with_the_first_stage(outcome: Outcome) -> None:
    own = Finding("initial-loss-off", Severity.ERROR, "it is too high")
    verdict = Verdict(FIRST, outcome, "the loss is 3", findings=(own,))
    assert with_data(verdict, ()) == verdict
    warned = with_data(verdict, (NOISE, COPIES))
    assert (warned.outcome, warned.summary, warned.findings) == (outcome, "the loss is 3", (NOISE, COPIES, own))
    wrong = with_data(verdict, (LEAK,))
    assert wrong.outcome is (Outcome.FAIL if outcome is Outcome.FAIL else Outcome.OVERRIDDEN)
    assert (LEAK.message in wrong.summary) is (outcome in (Outcome.PASS, Outcome.SKIPPED))
    assert with_data(wrong, (LEAK,)) == wrong
