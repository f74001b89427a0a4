"""Where a study stands, as a document."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hpsearch.class_counts import counted
from hpsearch.progress import Event, EventKind, RoundProgress, StudyProgress
from hpsearch.report.status import event_document, status_document, time_left_s, trial_detail
from hpsearch.report.text import plain_text
from hpsearch.report.trial_text import trial_renderable
from hpsearch.results import StudyResults
from hpsearch.stage import StageName
from hpsearch.study import StudyState
from hpsearch.verdict import Outcome, Verdict
from tests.report.conftest import NOW


@pytest.fixture
def running(healthy: StudyResults) -> StudyProgress:
    """In the second round of the fine search, a minute after it began."""
    judged = Verdict(StageName.FINE, Outcome.PASS, "better", again=True, measured={"gain": float("nan")})
    rounds = (
        RoundProgress(StageName.FINE, 0, 8, 0, 7, 0, 1, judged, NOW - timedelta(hours=1), NOW),
        RoundProgress(StageName.FINE, 1, 8, 2, 1, 2, 1, None, NOW, None),
    )
    study = replace(healthy.study, state=StudyState.RUNNING, finished_at=None)
    best = healthy.of_stage(StageName.FINE)[2]
    return StudyProgress(study, rounds, best, None, NOW + timedelta(minutes=1))


def test_a_stage_adds_its_rounds_up_and_runs_until_the_last_is_judged(running: StudyProgress) -> None:
    (fine,) = status_document(running).stages
    assert (fine.planned, fine.waiting, fine.running) == (16, 2, 2)
    assert (fine.complete, fine.pruned, fine.failed) == (8, 2, 2)
    assert (fine.verdict, fine.summary, fine.measured) == (None, "better", {"gain": None})
    assert [one.waiting for one in fine.rounds] == [0, 2]


def test_the_time_left_is_that_of_the_running_round(running: StudyProgress) -> None:
    assert time_left_s(running) == 60  # four of eight took a minute
    first, second = running.rounds
    assert time_left_s(replace(running, rounds=(first,))) is None
    assert time_left_s(replace(running, rounds=(first, replace(second, complete=0, pruned=0, failed=0)))) is None
    assert time_left_s(replace(running, at=NOW - timedelta(seconds=1))) == 0
    paused = replace(running.study, state=StudyState.PAUSED)
    assert time_left_s(replace(running, study=paused)) is None


def test_the_best_is_one_with_a_value(running: StudyProgress) -> None:
    best = status_document(running).best
    assert best is not None
    assert (best.stage, best.trial, best.val_accuracy, best.test_accuracy) == (StageName.FINE, 2, 0.989, None)
    assert status_document(replace(running, best=None)).best is None


def test_a_trial_tells_its_worst_classes(healthy: StudyResults) -> None:
    trial = healthy.of_stage(StageName.FINE)[2]
    assert trial.result is not None
    counts = counted(2, [(3, 3, 10), (3, 5, 26), (5, 5, 36), (0, 0, 917), (1, 0, 11)])
    epochs = (trial.result.epochs[0], replace(trial.result.epochs[1], val_accuracy=counts.accuracy))
    counted_trial = replace(trial, result=replace(trial.result, epochs=epochs, class_counts=counts))
    detail = trial_detail(counted_trial, healthy.study)
    assert detail.class_counts is not None
    assert [one.label for one in detail.class_counts.listed] == [0, 1, 3, 5]
    shown = plain_text(trial_renderable(detail))
    assert "Worst of 4 classes in validation, epoch 2" in shown
    assert [line.split() for line in shown.splitlines() if "times)" in line] == [
        ["1", "0", "11", "0.00%", "0", "(11", "times)", "0", "times"],
        ["3", "10", "36", "27.78%", "5", "(26", "times)", "10", "times"],
    ]


def test_the_reason_of_a_state_is_told_while_it_lasts(running: StudyProgress) -> None:
    study = replace(running.study, state=StudyState.FAILED, reason="because")
    progress = replace(running, study=study)

    def told(detail: str) -> str | None:
        return event_document(Event(1, 1, EventKind.STATE, None, None, detail, NOW), progress, None).reason

    assert (told("failed"), told("running")) == ("because", None)


def test_a_verdict_is_told_with_its_own_round(running: StudyProgress) -> None:
    first, second = (
        event_document(Event(1, 1, EventKind.VERDICT, StageName.FINE, number, "pass", NOW), running, None)
        for number in (0, 1)
    )
    assert first.progress is not None
    assert (first.summary, first.progress.round) == ("better", 0)
    assert second.progress is not None
    assert (second.summary, second.progress.round) == (None, 1)
