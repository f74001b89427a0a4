"""What a report tells of trials that were stopped early, and of how fast rounds went."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from hpsearch.report.compose import report_document
from hpsearch.report.html import html_report
from hpsearch.report.markdown import markdown_report
from hpsearch.report.text import report_renderable
from hpsearch.results import StudyResults
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.trial import EpochRecord, TrialResult, TrialState

REASON = "stopped after epoch 1: 2nd of 3, the best one goes on"
SPEED = Speed(30.0, 2, 1.0, 12.0, 3.0, 20.0, 30, 4)


@pytest.fixture
def halved(healthy: StudyResults) -> StudyResults:
    """The second coarse trial was stopped, with a better score in its last epoch than any other has."""
    epochs = (EpochRecord(1, 1.0, 0.9, 0.1, 0.999),)
    early = TrialResult(StageName.COARSE, 1, TrialState.PRUNED, reason=REASON, epochs=epochs, duration_s=0.5)
    trials = tuple(
        replace(one, result=early) if (one.stage, one.number) == (StageName.COARSE, 1) else one
        for one in healthy.trials
    )
    stages = tuple(replace(one, speed=SPEED) if one.stage is StageName.FINE else one for one in healthy.stages)
    return replace(healthy, trials=trials, stages=stages)


def test_a_stopped_trial_is_neither_failed_nor_best(halved: StudyResults) -> None:
    report = report_document(halved, "here")
    coarse = next(stage for stage in report.stages if stage.name is StageName.COARSE)
    trial = coarse.trials[1]
    assert (trial.state, trial.value, trial.failure, trial.reason) == ("pruned", None, None, REASON)
    assert (coarse.planned, coarse.done) == (4, 4)
    assert report.best is not None
    assert (report.best.stage, report.best.trial) == (StageName.FINE, 2)


def test_every_form_says_how_many_and_how_fast(halved: StudyResults) -> None:
    report = report_document(halved, "here")
    console = Console(file=StringIO(), width=400)
    console.print(report_renderable(report))
    assert isinstance(console.file, StringIO)
    page = html_report(report, halved)
    words = (
        "60 trials per minute on 2 workers; 7.5 members per cohort; 33% of the time spent training; "
        "limited by waiting for workers to start: 40% of the time"
    )
    for shown in (console.file.getvalue(), markdown_report(report), page):
        assert "1 stopped early" in shown
        assert words in shown
        assert shown.count("trials per minute") == 1
    assert REASON in page
    fine = next(stage for stage in report.stages if stage.name is StageName.FINE)
    assert fine.speed is not None
    assert (fine.speed.trials, fine.speed.speed()) == (60, SPEED + SPEED)
    assert [one.speed is None for one in report.stages] == [stage.name is not StageName.FINE for stage in report.stages]
