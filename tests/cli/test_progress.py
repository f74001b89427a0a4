"""What is seen while a study runs."""

import os
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count

import pytest
from rich.console import Console

from hpsearch.cli.progress import LiveProgress, PlainProgress, shown_progress
from hpsearch.cli.tracker import RoundTracker
from hpsearch.cli.watching import EventClock
from hpsearch.stage import StageName
from hpsearch.study import Objective
from hpsearch.trial import Failure, TrialResult, TrialState
from hpsearch.verdict import Outcome, Verdict

ACCURACY = Objective(metric="val_accuracy")
LOSS = Objective(metric="val_loss")


def complete(number: int, value: float | None) -> TrialResult:
    return TrialResult(StageName.COARSE, number, TrialState.COMPLETE, value)


def diverged(number: int) -> TrialResult:
    return TrialResult(StageName.COARSE, number, TrialState.FAILED, failure=Failure.DIVERGED, reason="the loss is NaN")


def watch_a_round(progress: PlainProgress | LiveProgress, planned: int = 32) -> None:
    progress.stage_started(StageName.COARSE, 0, planned, 0, "32 random points")
    for number in range(planned):
        progress.trial_finished(diverged(number) if number == 3 else complete(number, 0.9 + number / 1000))
    progress.stage_judged(Verdict(StageName.COARSE, Outcome.PASS, "best accuracy 93.1 %"))


def test_time_left_counts_neither_the_start_nor_what_another_process_did() -> None:
    tracker = RoundTracker(StageName.COARSE, 0, planned=33, done=12, objective=ACCURACY)
    assert tracker.words(105.0) == "12/33 trials"
    tracker.finished(complete(12, 0.1), 105.0)
    assert tracker.left_s(110.0) is None
    for number in range(13, 23):
        tracker.finished(complete(number, number / 100), 100.0 + number)
    assert tracker.left_s(125.0) == 20.0
    assert tracker.words(125.0) == "23/33 trials, best val_accuracy 0.22, about 20 s left"


def test_the_best_of_losses_is_the_lowest_and_failures_are_counted() -> None:
    tracker = RoundTracker(StageName.FINE, 1, planned=3, done=0, objective=LOSS)
    for result in (complete(0, 0.5), complete(1, 0.25), diverged(2)):
        tracker.finished(result, 1.0)
    assert tracker.words(9.0) == "3/3 trials, 1 failed, best val_loss 0.25"
    assert tracker.title == "fine, round 2"


def test_piped_progress_is_a_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    watch_a_round(PlainProgress(ACCURACY, clock=count(0, 2).__next__))
    written = capsys.readouterr()
    lines = written.err.splitlines()
    assert written.out == ""
    assert lines[0] == "coarse: 32 trials; 32 random points"
    assert [line.split(",")[0] for line in lines[1:-1]] == [f"coarse: {n}/32 trials" for n in (8, 16, 24)]
    assert "1 failed, best val_accuracy 0.907, about" in lines[1]
    assert lines[-1] == "coarse: passed: best accuracy 93.1 %"


def test_a_quick_round_is_two_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    watch_a_round(PlainProgress(ACCURACY, clock=lambda: 0.0))
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_waiting_process_says_so_once_for_each_holder(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress(ACCURACY)
    for holder in ("here/boot/ns#12#1.00", "here/boot/ns#12#1.00", "here/boot/ns#13#1.00"):
        progress.waiting(holder)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "process 12 on here works on this study; waiting for it to end",
        "process 13 on here works on this study; waiting for it to end",
    ]


def test_a_reader_that_went_away_does_not_end_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as gone:
        monkeypatch.setattr("sys.stderr", gone)
        watch_a_round(PlainProgress(ACCURACY))
        monkeypatch.undo()
        with pytest.raises(BrokenPipeError):
            gone.write("x\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), gone.fileno())


def test_a_terminal_sees_one_line_for_each_round() -> None:
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    live = LiveProgress(ACCURACY, console)
    with live.display:
        watch_a_round(live)
        live.stage_started(StageName.FINE, 1, 4, 1, "4 random points " * 20)
        live.trial_finished(complete(1, 0.95))
        live.trial_finished(complete(2, 0.94))
        time.sleep(0.3)  # at least one redrawing by the thread; what is asserted does not depend on it
    assert "coarse" in screen.getvalue()
    final = Console(file=StringIO(), width=80, color_system=None)
    with final.capture() as capture:
        final.print(live.display.get_renderable())
    lines = capture.get().splitlines()
    assert len(lines) == 2
    assert lines[0].split() == ["coarse", "passed", "best", "accuracy", "93.1", "%"]
    assert "fine, round 2" in lines[1]
    assert "3/4 trials, best val_accuracy 0.95, about" in lines[1]


def test_without_a_terminal_progress_is_plain() -> None:
    with shown_progress(ACCURACY) as progress:
        assert isinstance(progress, PlainProgress)


def test_what_happened_before_the_watching_is_told_with_its_own_times(monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime(2026, 1, 1, 12, tzinfo=UTC)
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    clock = EventClock(began)
    assert not clock.set(began - timedelta(seconds=40))
    assert clock.now_s() == 960.0
    assert clock.set(began + timedelta(seconds=5))
    assert clock.now_s() == 1000.0


def test_a_round_without_a_reason_and_an_objective_that_is_known_later(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress(ACCURACY)
    progress.objective = LOSS
    progress.stage_started(StageName.COARSE, 0, 2, 0, "")
    for number, value in enumerate((0.5, 0.25)):
        progress.trial_finished(complete(number, value))
    assert progress._round is not None
    assert progress._round.words(1.0).endswith("best val_loss 0.25")
    assert capsys.readouterr().err == "coarse: 2 trials\n"
