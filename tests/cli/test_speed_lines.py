"""Stopped trials and the speed of a round, as they are seen while a study runs."""

from itertools import count

import pytest

from hpsearch.cli.progress import PlainProgress
from hpsearch.cli.tracker import RoundTracker
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.study import Objective
from hpsearch.trial import TrialResult, TrialState

ACCURACY = Objective(metric="val_accuracy")
SPEED = Speed(30.0, 2, 1.0, 12.0, 3.0, 20.0, 30, 4)


def test_stopped_trials_are_counted_apart_and_never_the_best() -> None:
    tracker = RoundTracker(StageName.FINE, 0, planned=3, done=0, objective=ACCURACY)
    for number in range(2):
        tracker.finished(TrialResult(StageName.FINE, number, TrialState.PRUNED, reason="stopped after epoch 2"), 1.0)
    tracker.finished(TrialResult(StageName.FINE, 2, TrialState.COMPLETE, 0.5), 1.0)
    assert tracker.words(9.0) == "3/3 trials, 2 stopped early, best val_accuracy 0.5"


def test_a_round_that_took_a_while_says_how_fast_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress(ACCURACY, clock=count(0, 2).__next__)
    for number, speed in ((0, SPEED), (1, Speed(1.0, 1, 0.0, 0.0, 0.0, 1.0, 5, 5))):
        progress.stage_started(StageName.FINE, number, 30, 0, "")
        progress.round_trained(StageName.FINE, number, speed)
    lines = [line for line in capsys.readouterr().err.splitlines() if "per minute" in line]
    facts = "fine: 60 trials per minute on 2 workers; 7.5 members per cohort; 33% of the time spent training"
    assert lines == [f"{facts}; limited by waiting for workers to start: 40% of the time"]
