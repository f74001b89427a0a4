"""The paragraphs above a report: composed from its facts, the changes of a search among them."""

from dataclasses import replace

import pytest

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.data_findings import with_data
from hpsearch.report.compose import report_document
from hpsearch.report.html import html_report
from hpsearch.report.markdown import markdown_report
from hpsearch.report.text import plain_text, report_renderable
from hpsearch.results import StudyResults
from hpsearch.stage import SANITY, StageName
from hpsearch.verdict import Outcome, Verdict
from tests.report.story_cases import CHANGE, GAP, NO_SIGNAL, NOTHING, PLATEAU, with_findings


def test_the_story_tells_what_was_found_changed_and_what_remains(healthy: StudyResults) -> None:
    found = {(StageName.FINE, 0): (PLATEAU, CHANGE), (StageName.FINE, 1): (GAP,)}
    results = with_findings(healthy, found)
    report = report_document(results, "/x")
    search, remains, change, checks = report.story
    assert checks == (
        "The network guesses before training as theory says and learns a small sample by heart. "
        "Learning rates from 0.0022 to 0.1 work."
    )
    assert search.startswith("Of 4 trials of the coarse search and 4 trials of the fine search in 2 rounds the best ")
    reached = "reaches 98.90% while training, 98.90% in validation and 98.10% on the test split"
    assert f"{reached}, with width 16, learning rate " in search
    assert change == (
        "Round 2 of the fine search tries a cosine decay, because of a plateau in all 3 best trials. "
        "Its best trial has 98.90%; before that it was 98.60%."
    )
    assert remains == (
        "The last round still gained, from 98.60% to 98.90%: recipe.fine.rounds: 3 may gain more. "
        "What remains: Overfitting in all 3 best trials. Next: Search dropout."  # no plateau any more
    )
    text = " ".join(plain_text(report_renderable(report)).split())
    for paragraph in report.story:
        assert paragraph in text
        assert paragraph in html_report(report, results)
    assert "What remains: Overfitting in all 3 best trials" in markdown_report(report)


def test_a_round_that_brought_nothing_is_told_as_it_is(healthy: StudyResults) -> None:
    report = report_document(with_findings(healthy, {(StageName.FINE, 1): (NOTHING,)}), "/x")
    ended = report.story[-2]
    assert ended.startswith("The last round was no better than the 98.60% known before by more than the noise of 0.55%")
    assert ended.endswith(" Next: Hold out more.")


def test_a_failed_study_is_told_with_its_reason_and_the_way_out(broken: StudyResults) -> None:
    report = report_document(broken, "/x")
    assert report.story == (
        "The study stopped at the small sample: the loss | did not move. Next: Look for *frozen* parameters.",
        "The network guesses before training as theory says.",
    )
    first = " ".join(plain_text(report_renderable(report)).splitlines()[:5])
    assert report.story[0] in first  # cause and way out, before anything else


def test_labels_are_suspected_where_a_sample_is_learned_by_heart_and_nothing_else(healthy: StudyResults) -> None:
    """What one stage cannot know of another one, the story of both can."""
    nothing = Finding("no-learning-rate", Severity.ERROR, "it did not move", {}, "Try other rates.", "CS231n")
    stages = [one for one in healthy.stages if one.stage in (*SANITY,)]
    verdict = Verdict(
        StageName.LR_SWEEP, Outcome.FAIL, "the loss drops at no rate; it did not move", 0, {}, {}, (nothing,)
    )
    for passed in (True, False):
        stages[-1] = replace(stages[-1], verdict=verdict)
        judged = [one for one in stages if passed or one.stage is not StageName.OVERFIT]
        report = report_document(replace(healthy, stages=tuple(judged), trials=()), "/x")
        text = " ".join(plain_text(report_renderable(report)).split())
        cause = "The study stopped at the sweep of learning rates: the loss drops at no rate; it did not move. "
        assert report.story[0].startswith(cause)
        assert ("learn a small sample by heart: what all samples have in common" in text) is passed
        assert "labels" not in text  # nobody has found anything in them
        noise = Finding("HD401", Severity.WARNING, "labels without signal", {}, "Look at some images.")
        first = next(one for one in judged if one.stage is StageName.INITIAL_LOSS and one.verdict)
        noted = replace(first, verdict=replace(first.verdict, findings=(noise,)))  # type: ignore[type-var]
        judged = [noted if one is first else one for one in judged]
        report = report_document(replace(healthy, stages=tuple(judged), trials=()), "/x")
        found = "nothing in common to be learned, as the check of the data found: labels without signal. Next: "
        assert (found in report.story[0]) is passed
        text = " ".join(plain_text(report_renderable(report)).split())
        assert ("Try other rates." in text) is not passed
        assert text.count("it did not move") == 1


def test_labels_that_are_doubted_come_first_where_a_small_sample_is_not_learned(broken: StudyResults) -> None:
    noise = Finding("HD401", Severity.WARNING, NO_SIGNAL, {}, "Look at some images.")
    few = Finding("HD203", Severity.WARNING, "class 1 has 11 samples", {}, "Collect more.")
    before = report_document(broken, "/x").story[0]
    first = next(one for one in broken.stages if one.stage is StageName.INITIAL_LOSS and one.verdict)
    assert first.verdict is not None
    noted = replace(first, verdict=replace(first.verdict, findings=(noise, few)))
    stages = tuple(noted if one is first else one for one in broken.stages)
    told = report_document(replace(broken, stages=stages), "/x").story[0]
    cause, _, following = before.partition(" Next: ")
    assert told.startswith(f"{cause} Known before: {NO_SIGNAL}. Next: Look at some images. {following}")


def test_what_went_well_beside_an_error_is_no_cause(broken: StudyResults) -> None:
    error = Finding("learning-rates-too-high", Severity.ERROR, "at 173 the loss exploded", {}, "Lower it.", "")
    beside = Verdict(
        StageName.OVERFIT, Outcome.FAIL, "at 173 the loss exploded; it is learned at 0.1", 0, {}, {}, (error,)
    )
    stages = tuple(replace(one, verdict=beside) if one.stage is StageName.OVERFIT else one for one in broken.stages)
    story = report_document(replace(broken, stages=stages), "/x").story
    assert story[0] == "The study stopped at the small sample: at 173 the loss exploded. Next: Lower it."


def test_an_overridden_failure_is_told(healthy: StudyResults) -> None:
    stages = tuple(
        replace(one, verdict=replace(one.verdict, outcome=Outcome.OVERRIDDEN))
        if one.stage is StageName.OVERFIT and one.verdict
        else one
        for one in healthy.stages
    )
    story = report_document(replace(healthy, stages=stages), "/x").story
    assert any(paragraph.startswith("The small sample failed and was overridden: 100 %") for paragraph in story)


def test_nothing_is_told_before_anything_is_known(healthy: StudyResults) -> None:
    assert report_document(replace(healthy, stages=(), trials=()), "/x").story == ()


def test_what_was_found_in_the_data_is_told_of_the_data(healthy: StudyResults) -> None:
    noise = Finding("HD401", Severity.WARNING, NO_SIGNAL, {}, "Look at some images.")
    report = report_document(with_findings(healthy, {(StageName.INITIAL_LOSS, 0): (noise,)}), "/x")
    begins = "two cheap models learn nothing about …"
    assert f"warning data: {begins} (as told above) [HD401]" in " ".join(plain_text(report_renderable(report)).split())
    markdown = markdown_report(report)
    assert f"- **warning** data: {begins} (as told above) (`HD401`)" in markdown
    assert f"</span> data: {begins} (as told above)" in (html := html_report(report, healthy))
    assert markdown.count(NO_SIGNAL[1:]) == html.count(NO_SIGNAL[1:]) == 1


LEAK = Finding("HD302", Severity.ERROR, "half of the test images are in training too", {}, "Remove the copies.")
COPIES = Finding("HD303", Severity.WARNING, "a third of the test images are nearly in training", {}, "Divide anew.")
OFF = Finding("initial-loss-off", Severity.ERROR, "it is too high", {}, "Scale it down.")


def test_what_is_wrong_with_the_data_remains_to_the_end(healthy: StudyResults) -> None:
    found: dict[tuple[StageName, int], tuple[Finding, ...]] = {(StageName.INITIAL_LOSS, 0): (COPIES,)}
    found[StageName.FINE, 1] = (GAP,)
    remains = report_document(with_findings(healthy, found), "/x").story[1]
    told = "What remains: A third of the test images are nearly in training. Overfitting in all 3 best trials. "
    assert remains.endswith(f"{told}Next: Divide anew. Search dropout.")


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.SKIPPED, Outcome.OVERRIDDEN])
def test_an_override_of_the_data_is_told_of_the_data(healthy: StudyResults, outcome: Outcome) -> None:
    """The network is blamed where it has failed itself, and told to be sound where it was looked at and is."""
    own = (OFF,) if outcome is Outcome.OVERRIDDEN else ()
    measured = {} if outcome is Outcome.SKIPPED else {"loss": 2.3}
    summary = "the loss is 3 (overridden by the definition)" if own else "the loss is 2.3"
    verdict = with_data(Verdict(StageName.INITIAL_LOSS, outcome, summary, 0, measured, {}, own), (LEAK,))
    stages = tuple(
        replace(one, verdict=verdict) if one.stage is StageName.INITIAL_LOSS else one for one in healthy.stages
    )
    paragraphs = report_document(replace(healthy, stages=stages), "/x").story
    told = "The data are not sound and that was overridden: half of the test images are in training too."
    assert paragraphs[0] == told + (" The initial loss failed and was overridden: the loss is 3." if own else "")
    assert ("guesses before training as theory says" in paragraphs[-1]) is (outcome is Outcome.PASS)
    assert any("Next: Remove the copies." in paragraph for paragraph in paragraphs)


EARLY = Finding("HC104", Severity.WARNING, "decayed too early in all 3 best trials", {}, "Lower the rate later.")
WARMUP = Finding("HP501", Severity.WARNING, "the rate rises for 70% of the training", {}, "Give warmup: 0.1.")


def test_what_was_seen_before_the_last_round_is_told_where_it_changed_nothing(healthy: StudyResults) -> None:
    found = {(StageName.COARSE, 0): (EARLY,), (StageName.FINE, 0): (PLATEAU, CHANGE), (StageName.FINE, 1): (GAP,)}
    remains = report_document(with_findings(healthy, found), "/x").story[1]
    assert remains.endswith(
        "What remains: Overfitting in all 3 best trials. In the coarse search: decayed too early in all 3 best trials. "
        "Next: Search dropout. Lower the rate later."
    )
    found[StageName.FINE, 1] = (replace(GAP, message="overfitting in the best trial"), EARLY)
    found[StageName.FINE, 0] = (GAP,)
    text = plain_text(report_renderable(report_document(with_findings(healthy, found), "/x")))
    assert text.count("[HC203]") == 1  # what a later round repeats is listed once
    assert "In the coarse search" not in report_document(with_findings(healthy, found), "/x").story[1]


def test_what_the_forward_pass_does_wrong_is_known_of_any_failure(healthy: StudyResults) -> None:
    drops = Finding("HP404", Severity.WARNING, "two passes differ", {}, "Let dropout depend on self.training.")
    high = Finding("not-learned", Severity.ERROR, "a loss of 2 is left", {}, "Try more steps.")
    first = with_findings(healthy, {(StageName.INITIAL_LOSS, 0): (drops, WARMUP)}).stages
    failed = Verdict(StageName.OVERFIT, Outcome.FAIL, high.message, findings=(high,))
    kept = [one for one in first if one.stage is StageName.INITIAL_LOSS]
    stopped = [replace(one, verdict=failed) for one in first if one.stage is StageName.OVERFIT]
    story = report_document(replace(healthy, stages=(*kept, *stopped), trials=()), "/x").story
    known = "Known before: two passes differ. Next: Let dropout depend on self.training."
    assert story[0].endswith(f"a loss of 2 is left. {known}")


def test_what_is_unwise_about_the_definition_remains_or_is_known_of_a_failure(healthy: StudyResults) -> None:
    found: dict[tuple[StageName, int], tuple[Finding, ...]] = {(StageName.INITIAL_LOSS, 0): (WARMUP,)}
    report = report_document(with_findings(healthy, found), "/x")
    assert "What remains: The rate rises for 70% of the training. Next: Give warmup: 0.1." in report.story[1]
    assert "warning definition: the rate rises for … (as told above)" in plain_text(report_renderable(report))
    found[StageName.FINE, 1] = (replace(GAP, code="HC209", message="extreme setting in the best trial"),)
    remains = report_document(with_findings(healthy, found), "/x").story[1]
    assert "What remains: Extreme setting in the best trial. Next: Search dropout." in remains
    rose = Finding("all-trials-failed", Severity.ERROR, "all 4 trials failed", {}, "Search lower rates.")
    failed = Verdict(StageName.COARSE, Outcome.FAIL, rose.message, findings=(rose,))
    kept = [one for one in with_findings(healthy, found).stages if one.stage in SANITY]
    coarse = [replace(one, verdict=failed) for one in healthy.stages if one.stage is StageName.COARSE]
    story = report_document(replace(healthy, stages=(*kept, *coarse)), "/x").story
    known = "Known before: the rate rises for 70% of the training."
    assert story[0].startswith(
        f"The study stopped at the coarse search: all 4 trials failed. {known} Next: Search lower"
    )
