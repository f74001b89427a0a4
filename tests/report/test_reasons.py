"""What a story gives as the reason of a failure, how it tells scores, and that nothing is told twice."""

from dataclasses import replace

import pytest

from hpsearch.finding import Finding, Severity
from hpsearch.report.compose import report_document
from hpsearch.report.text import plain_text, report_renderable
from hpsearch.results import StudyResults
from hpsearch.stage import SANITY, StageName
from hpsearch.study import Objective
from hpsearch.verdict import Outcome, Verdict
from tests.report.story_cases import CHANGE, GAP, NO_SIGNAL, NOTHING, PLATEAU, with_findings


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.WARNING])
def test_a_test_split_that_disagrees_is_told_once(healthy: StudyResults, severity: Severity) -> None:
    found = Finding("validation-optimistic", severity, "the test accuracy is lower", {}, "Look at the splits.")
    report = report_document(with_findings(healthy, {(StageName.TEST, 0): (found,), (StageName.FINE, 1): (GAP,)}), "/x")
    assert report.story[0].endswith(" The test accuracy is lower.")
    assert " ".join(report.story).count("test accuracy is lower") == 1
    assert ("Look at the splits." in report.story[1]) is (severity is Severity.WARNING)
    text = " ".join(plain_text(report_renderable(report)).split())
    assert text.count("test accuracy is lower") == 1
    assert text.count("Look at the splits.") == 1


def by_loss(results: StudyResults) -> StudyResults:
    """The same study, compared by losses a hundredth of what the accuracies fall short by."""
    definition = results.study.definition.model_copy(update={"objective": Objective(metric="val_loss")})
    trials = tuple(
        replace(one, result=replace(one.result, value=(1 - one.result.value) / 100))
        if one.result and one.result.value
        else one
        for one in results.trials
    )
    return replace(results, study=replace(results.study, definition=definition), trials=trials)


def test_a_study_by_losses_is_told_in_whole_sentences(healthy: StudyResults) -> None:
    noise = replace(NOTHING, evidence={"before": 0.001089, "standard_error": 7.7e-05})
    brought = report_document(by_loss(with_findings(healthy, {(StageName.FINE, 1): (noise,)})), "/x").story
    known = "The last round was no better than the 0.001089 known before by more than the noise of 7.7e-05, so that "
    assert any(paragraph.startswith(known) for paragraph in brought)
    told = report_document(by_loss(with_findings(healthy, {(StageName.FINE, 0): (PLATEAU, CHANGE)})), "/x").story
    assert any(
        paragraph.startswith("The last round still gained, from 0.00014 to 0.00011: recipe") for paragraph in told
    )
    assert any(
        paragraph.endswith("Its best trial has a loss of 0.00011; before that it was 0.00014.") for paragraph in told
    )


SMOOTHED = Finding("HP602", Severity.WARNING, "labels are smoothed by 0.9", {}, "Give label_smoothing: 0.1.")


def without_a_rate(healthy: StudyResults, *known: Finding, overridden: bool) -> StudyResults:
    """The sweep finds no rate; where that is overridden, the coarse search has learned nothing."""
    nothing = Finding("no-learning-rate", Severity.ERROR, "it did not move", {}, "Try other rates.")
    guessed = Finding("nothing-generalises", Severity.ERROR, "nothing generalises", {}, "Try more data.")
    outcome = Outcome.OVERRIDDEN if overridden else Outcome.FAIL
    failed = {
        StageName.LR_SWEEP: Verdict(StageName.LR_SWEEP, outcome, nothing.message, findings=(nothing,)),
        StageName.COARSE: Verdict(StageName.COARSE, Outcome.FAIL, guessed.message, findings=(guessed,)),
    }
    first = with_findings(healthy, {(StageName.INITIAL_LOSS, 0): known}).stages
    names = (*SANITY, StageName.COARSE) if overridden else SANITY
    stages = (replace(one, verdict=failed.get(one.stage, one.verdict)) for one in first if one.stage in names)
    return replace(healthy, stages=tuple(stages), trials=())


def test_a_known_reason_comes_before_a_guess(healthy: StudyResults) -> None:
    guess = "The network does learn a small sample by heart: what all samples have in common"
    story = report_document(without_a_rate(healthy, overridden=False), "/x").story
    assert guess in story[0]
    story = report_document(without_a_rate(healthy, SMOOTHED, overridden=False), "/x").story
    assert guess not in story[0]
    known = "Known before: labels are smoothed by 0.9. Next: Give label_smoothing: 0.1. Try other rates."
    assert story[0].endswith(known)


def test_two_ends_of_ranges_in_one_round_are_both_told(healthy: StudyResults) -> None:
    paths = ("optimizer.learning_rate", "network.width")
    ends = [Finding("best-at-edge", Severity.INFO, f"{path} ends", {"path": path}, f"Widen {path}.") for path in paths]
    earlier = replace(ends[0], message="it ended before", advice="Widen what was.")
    found = {(StageName.FINE, 0): (earlier,), (StageName.FINE, 1): tuple(ends)}
    story = report_document(with_findings(healthy, found), "/x").story
    assert "Next: Widen optimizer.learning_rate. Widen network.width." in story[1]


def test_rates_that_checks_have_warned_of_come_before_what_a_search_guesses(healthy: StudyResults) -> None:
    slow = Finding("learning-rate-too-low", Severity.WARNING, "0.003 is too low", {}, "Set a rate of 0.03 to 0.15.")
    guessed = Finding("nothing-generalises", Severity.ERROR, "nothing generalises", {}, "Search other rates.")
    failed = {
        StageName.LR_SWEEP: Verdict(StageName.LR_SWEEP, Outcome.PASS, "it fell", findings=(slow,)),
        StageName.COARSE: Verdict(StageName.COARSE, Outcome.FAIL, guessed.message, findings=(guessed,)),
    }
    kept = [one for one in healthy.stages if one.stage in (*SANITY, StageName.COARSE)]
    stages = tuple(replace(one, verdict=failed.get(one.stage, one.verdict)) for one in kept)
    story = report_document(replace(healthy, stages=stages, trials=()), "/x").story
    known = "Known before: 0.003 is too low. Next: Set a rate of 0.03 to 0.15. Search other rates."
    assert story[0].endswith(f"nothing generalises. {known}")


@pytest.mark.parametrize(("code", "told"), [("HP602", False), ("HP701", True), ("HP802", True)])
def test_a_shown_extreme_takes_the_place_of_advice_on_single_settings_alone(
    healthy: StudyResults, code: str, told: bool
) -> None:
    extreme = Finding("HC209", Severity.WARNING, "extreme setting in the best trial", {}, "Lower it.")
    found: dict[tuple[StageName, int], tuple[Finding, ...]] = {(StageName.FINE, 1): (extreme,)}
    found[StageName.INITIAL_LOSS, 0] = (replace(SMOOTHED, code=code, message="it is unwise"),)
    story = report_document(with_findings(healthy, found), "/x").story
    assert ("It is unwise." in story[1]) is told


def test_labels_are_the_cause_where_the_sweep_was_overridden(healthy: StudyResults) -> None:
    noise = Finding("HD401", Severity.WARNING, NO_SIGNAL, {}, "Look at some images.")
    story = report_document(without_a_rate(healthy, noise, overridden=True), "/x").story
    assert story[0].startswith("The study stopped at the coarse search: nothing generalises. The network does learn a")
    assert story[0].index(NO_SIGNAL) < story[0].index("The sweep of learning rates failed and was overridden")
    assert story[0].endswith("Next: Look at some images. If they are right, try more steps (recipe.lr_sweep.steps).")


def test_what_curves_show_in_both_searches_is_listed_once(healthy: StudyResults) -> None:
    coarse = replace(GAP, message="overfitting in 2 of the 3 best trials")
    report = report_document(
        with_findings(healthy, {(StageName.COARSE, 0): (coarse,), (StageName.FINE, 1): (GAP,)}), "/x"
    )
    assert plain_text(report_renderable(report)).count("[HC203]") == 1


def test_a_number_is_told_once_by_its_own_name(healthy: StudyResults) -> None:
    measured = {"value": 0.1967, "trial": 1, "accuracy": 0.1967, "epochs": 12, "probability_by_guessing": 1.0}
    failed = Verdict(StageName.COARSE, Outcome.FAIL, "nothing generalises", 0, measured)
    stages = [replace(one, verdict=failed) if one.stage is StageName.COARSE else one for one in healthy.stages]
    text = plain_text(report_renderable(report_document(replace(healthy, stages=tuple(stages[:4]), trials=()), "/x")))
    told = "measured trial 1, accuracy 0.1967, epochs 12, probability by guessing 1"
    assert told in " ".join(text.split())
