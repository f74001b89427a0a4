"""The report for people: everything that matters is in it, and it fits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hpsearch.finding import Finding, Severity
from hpsearch.report.compose import list_document, report_document, task_document
from hpsearch.report.markdown import markdown_report
from hpsearch.report.ranking import all_trials
from hpsearch.report.text import plain_text, ranking_renderable, report_renderable, studies_renderable
from hpsearch.report.words import (
    distribution_words,
    number_words,
    seconds_words,
    short_names,
    size_words,
    task_words,
    value_words,
)
from hpsearch.results import StudyResults
from hpsearch.study import StudyState
from hpsearch.verdict import Outcome

TOLD = (
    "initial loss 2.31 against ln 10 = 2.303",
    "0.00215 … 0.1",
    "does not rise again",
    "round 2: the best rose to 98.9 %",
    "98.90% in validation and 98.10% on the test split",
    "/home/me/.hpsearch/postgres",
    "hpsearch show digits",
)


@pytest.mark.parametrize("width", [80, 120])
def test_a_healthy_study_fits_one_screen(healthy: StudyResults, width: int) -> None:
    text = plain_text(report_renderable(report_document(healthy, "/home/me/.hpsearch/postgres")), width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) <= 40
    flowing = " ".join(text.split())
    for words in TOLD:
        assert words in flowing


def test_markdown_tells_the_same(healthy: StudyResults) -> None:
    text = markdown_report(report_document(healthy, "/home/me/.hpsearch/postgres"))
    for words in TOLD:
        assert words in text
    assert text.endswith("`hpsearch show digits`\n")


def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head(broken: StudyResults) -> None:
    text = markdown_report(report_document(broken, "/x"))
    assert "the loss \\| did not move" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}


def test_a_failed_study_tells_what_failed_with_evidence_and_advice(broken: StudyResults) -> None:
    document = report_document(broken, "/x")
    for text in (plain_text(report_renderable(document)), markdown_report(document).replace("\\", "")):
        flowing = " ".join(text.split())
        assert "stage overfit failed: the loss did not move" in flowing
        assert "Not run: lr_sweep, coarse, fine" in flowing
        assert "first loss 2.303, last loss none" in flowing
        assert "the loss | did not move. Next: Look for *frozen* parameters." in flowing
        assert flowing.count("Look for *frozen* parameters.") == 1  # the story has it, and the finding not once more
        assert "source: CS231n, D4" in flowing
        assert "[bold]x[/bold]" in flowing  # no markup of ours
        assert "\x1b" not in flowing


def test_of_a_passed_stage_only_what_was_expected_is_told(healthy: StudyResults, broken: StudyResults) -> None:
    passed, failed = (plain_text(report_renderable(report_document(found, "/x"))) for found in (healthy, broken))
    assert "measured loss 2.31; expected loss ln 10 = 2.303, tolerance 0.1\n" in passed
    assert "measured val accuracy" not in passed  # of a search, whose summary has it
    assert "measured val accuracy" not in markdown_report(report_document(healthy, "/x"))
    assert "measured train accuracy 0.1, loss none; expected train accuracy 1\n" in failed


def test_a_running_stage_tells_how_far_it_is(healthy: StudyResults) -> None:
    running = replace(healthy.stages[3], verdict=None, finished_at=None)
    document = report_document(
        replace(healthy, stages=(*healthy.stages[:3], running), trials=healthy.trials[:10]), "/x"
    )
    assert "running 4/4" in plain_text(report_renderable(document))
    assert "| running |" in markdown_report(document)


def test_all_trials_of_a_stage_tell_why_some_failed(healthy: StudyResults) -> None:
    text = plain_text(ranking_renderable(all_trials(report_document(healthy, "/x").stages[3])), 120)
    assert "the loss became infinite in step 3" in text
    assert text.splitlines()[1].split() == [
        "trial", "state", "value", "width", "learning_rate", "weight_decay", "reason",
    ]  # fmt: skip


CURVES = [{"learning_rate": 10.0**-number, "ending": "stalled", "losses": [2.3, 2.2]} for number in range(13)]


def told_of(results: StudyResults, outcome: Outcome, finding: Finding) -> tuple[str, str]:
    """The text and the Markdown of the study whose second stage ended so with this finding."""
    verdict = results.stages[1].verdict
    assert verdict is not None
    judged = replace(verdict, outcome=outcome, findings=(finding,))
    stages = (results.stages[0], replace(results.stages[1], verdict=judged), *results.stages[2:])
    document = report_document(replace(results, stages=stages), "/x")
    return plain_text(report_renderable(document)), markdown_report(document)


def test_evidence_of_many_parts_is_a_short_table(broken: StudyResults) -> None:
    finding = Finding("stalled", Severity.ERROR, "it stalled", {"floor": 2.3, "names": [], "curves": CURVES}, "Look.")
    text, markdown = told_of(broken, Outcome.FAIL, finding)
    assert "evidence: floor 2.3\n" in text
    assert "curves, 6 of 13 (all: see --json)" in text
    assert [line.split() for line in text.splitlines() if "stalled" in line and "[" not in line] == [
        [rate, "stalled"] for rate in ("1", "0.01", "1e-05", "1e-07", "1e-10", "1e-12")
    ]
    assert "    | learning rate | ending |\n    | --- | --- |\n    | 1 | stalled |\n" in markdown


def test_evidence_of_many_parts_of_a_passed_stage_is_left_to_the_document(healthy: StudyResults) -> None:
    for told in told_of(healthy, Outcome.PASS, Finding("x", Severity.WARNING, "slow", {"curves": CURVES})):
        assert "curves (see --json)" in told.replace("\\", "")
        assert "stalled" not in told


def test_a_remark_that_the_summary_tells_is_not_told_twice(healthy: StudyResults) -> None:
    message = "100 % training accuracy"
    for told in told_of(healthy, Outcome.PASS, Finding("x", Severity.INFO, message)):
        assert "Findings" not in told
    for told in told_of(healthy, Outcome.PASS, Finding("x", Severity.INFO, message, advice="Rest.")):
        assert told.count(message) == 1
        assert "100 % … (as told above)" in told
        assert "try: Rest." in told


def test_the_time_of_a_study_is_that_of_its_trials(healthy: StudyResults) -> None:
    late = replace(healthy, study=replace(healthy.study, finished_at=healthy.study.created_at + timedelta(days=2)))
    assert ", 9 s of training added up)" in markdown_report(report_document(late, "/x"))


def test_an_interruption_is_told_once_and_an_abandoned_study_as_such(healthy: StudyResults) -> None:
    stopped = replace(healthy.study, state=StudyState.INTERRUPTED, reason="interrupted")
    text = plain_text(report_renderable(report_document(replace(healthy, study=stopped), "/x")))
    assert text.startswith("Study digits interrupted (")
    running = replace(healthy.study, state=StudyState.RUNNING, finished_at=None)
    text = plain_text(report_renderable(report_document(replace(healthy, study=running), "/x", abandoned=True)))
    assert text.startswith("Study digits running, but its process has ended: the same command goes on (")
    listed = plain_text(studies_renderable(list_document([running], "/x", {running.id})))
    assert "running  2026-03-01 12:00  but its process has ended" in listed


def test_small_things_in_words(healthy: StudyResults) -> None:
    assert [size_words(size) for size in (40, 1024, 1024**2)] == ["40 B", "1 KB", "1 MB"]
    assert distribution_words({"choice": [16]}) == "16"
    task = healthy.study.task
    assert task is not None
    target = task_document(replace(task, loss="l2", outputs=1))
    assert task_words(target).startswith("1 target (l2), ")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (2.302585, "2.303"),
        (0.0125, "0.0125"),
        (1.5e-5, "1.5e-05"),
        (12345.6, "12,346"),
        (0.0, "0"),
        (1e-300, "1e-300"),
        (-0.25, "-0.25"),
        (1.0, "1"),
        (100.0, "100"),
        (0.99999, "1"),
        (2.5e7, "2.5e+07"),
    ],
)
def test_numbers_have_four_digits(number: float, words: str) -> None:
    assert number_words(number) == words


def test_values_as_words() -> None:
    assert value_words(True) == "yes"
    assert value_words(None) == "none"
    assert value_words(list(range(10))) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
    assert value_words({"a_b": [1, 2]}) == "a b (1, 2)"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3780, "1 h 3 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert seconds_words(seconds) == words


def test_short_names_stay_clear() -> None:
    names = short_names(["network.width", "optimizer.name", "network.name"])
    assert names == {"network.width": "width", "optimizer.name": "optimizer", "network.name": "network"}
    names = short_names(["network.width", "optimizer.schedule.name", "head.width"])
    assert names == {
        "network.width": "network.width",
        "optimizer.schedule.name": "schedule",
        "head.width": "head.width",
    }


def test_the_list_of_studies(healthy: StudyResults, broken: StudyResults) -> None:
    lines = plain_text(studies_renderable(list_document([healthy.study, broken.study], "/x"))).splitlines()
    assert lines[1].split()[:5] == ["digits-2", "2", "failed", "2026-03-01", "12:00"]
    assert lines[2].split()[:3] == ["digits", "1", "complete"]
    assert "No studies in /x yet" in plain_text(studies_renderable(list_document([], "/x")))
