"""What is seen on standard error while a study is worked on: live lines on a terminal, plain ones elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from hpsearch.cli.tracker import RoundTracker
from hpsearch.conductor.holder import shown as shown_holder
from hpsearch.conductor.observer import Observer
from hpsearch.report.speed_words import speed_words
from hpsearch.report.text import OUTCOME_STYLES
from hpsearch.report.words import OUTCOME_WORDS, printable
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.study import Objective
from hpsearch.trial import TrialResult
from hpsearch.verdict import Verdict

PLAIN_STEPS = 4
"""Elsewhere than on a terminal a round writes a line at each of so many equal parts of it …"""

PLAIN_PAUSE_S = 2.0
"""… unless it has written one so shortly before."""

Clock = Callable[[], float]


class Progress(Observer, Protocol):
    """An observer that also passes on what happens around the stages."""

    objective: Objective
    """What the trials of the next round are compared by."""

    def say(self, message: str) -> None:
        """One line for the user."""


@contextlib.contextmanager
def shown_progress(objective: Objective, clock: Clock = time.monotonic) -> Iterator[Progress]:
    """Live lines while it lasts if standard error is a terminal, plain lines if it is not.

    ``clock`` gives the time of what is told, in seconds.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainProgress(objective, clock)
        return
    live = LiveProgress(objective, console, clock)
    with live.display:
        yield live


class PlainProgress:
    """A line when a round begins, a few while it runs, and one for its verdict."""

    def __init__(self, objective: Objective, clock: Clock = time.monotonic) -> None:
        self.objective, self._clock = objective, clock
        self._round: RoundTracker | None = None
        self._waiting_for = ""
        self._said_s = clock()

    def say(self, message: str) -> None:
        """One line. A reader that has gone away must not end a study."""
        with contextlib.suppress(OSError):
            print(printable(message), file=sys.stderr, flush=True)  # noqa: T201  (this is where progress goes)
        self._said_s = self._clock()

    def waiting(self, holder: str) -> None:
        if holder != self._waiting_for:
            self._waiting_for = holder
            self.say(waiting_words(holder))

    def stage_started(self, stage: StageName, round_number: int, planned: int, done: int, reason: str) -> None:
        self._round = RoundTracker(stage, round_number, planned, done, self.objective)
        before = f", {done} of them done before" if done else ""
        trials = "1 trial" if planned == 1 else f"{planned} trials"
        self.say(f"{self._round.title}: {trials}{before}{reason and f'; {reason}'}")

    def rung_reached(self, stage: StageName, numbers: Sequence[int]) -> None:
        pass  # they count once the rung has decided

    def trial_finished(self, result: TrialResult) -> None:
        current = self._round
        if current is None:
            return
        current.finished(result, self._clock())
        now_s = self._clock()
        next_part = PLAIN_STEPS * current.done // current.planned > PLAIN_STEPS * (current.done - 1) // current.planned
        if next_part and current.done < current.planned and now_s >= self._said_s + PLAIN_PAUSE_S:
            self.say(f"{current.title}: {current.words(now_s)}")

    def round_trained(self, stage: StageName, round_number: int, speed: Speed) -> None:  # noqa: ARG002
        if speed.wall_s >= PLAIN_PAUSE_S:
            title = self._round.title if self._round else str(stage)
            self.say(f"{title}: {speed_words(speed)}")

    def stage_judged(self, verdict: Verdict) -> None:
        self.say(f"{verdict.stage}: {OUTCOME_WORDS[verdict.outcome]}: {verdict.summary}")


class LiveProgress:
    """One line for each round, which changes while the round runs and then says its verdict."""

    def __init__(self, objective: Objective, console: Console, clock: Clock = time.monotonic) -> None:
        self.objective, self._clock = objective, clock
        self._ended: list[tuple[str, Text, str]] = []
        self._round: RoundTracker | None = None
        self._note = self._speed = ""
        self._spinner = Spinner("dots")
        self.display = Live(get_renderable=self._table, console=console, refresh_per_second=8, redirect_stdout=False)

    def say(self, message: str) -> None:
        """A line that the next one replaces."""
        self._note = printable(message)

    def waiting(self, holder: str) -> None:
        self.say(waiting_words(holder))

    def stage_started(self, stage: StageName, round_number: int, planned: int, done: int, reason: str) -> None:
        self._note = printable(reason)
        self._round = RoundTracker(stage, round_number, planned, done, self.objective)

    def rung_reached(self, stage: StageName, numbers: Sequence[int]) -> None:
        pass  # they count once the rung has decided

    def trial_finished(self, result: TrialResult) -> None:
        if self._round is not None:
            self._round.finished(result, self._clock())

    def round_trained(self, stage: StageName, round_number: int, speed: Speed) -> None:  # noqa: ARG002
        self._speed = speed_words(speed) if speed.wall_s >= PLAIN_PAUSE_S else ""

    def stage_judged(self, verdict: Verdict) -> None:
        title = self._round.title if self._round and self._round.stage is verdict.stage else str(verdict.stage)
        outcome = Text(OUTCOME_WORDS[verdict.outcome], style=OUTCOME_STYLES[verdict.outcome])
        self._ended.append((title, outcome, printable("; ".join(filter(None, (verdict.summary, self._speed))))))
        self._round, self._note, self._speed = None, "", ""

    def _table(self) -> Table:
        """Called from the thread that draws, several times a second."""
        table = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(2):
            table.add_column(no_wrap=True)
        table.add_column()  # only a column that may wrap is narrowed; its cells end in … instead
        for title, outcome, summary in list(self._ended):
            table.add_row(Text(title), outcome, _one_line(Text(summary)))
        current = self._round
        if current is not None:
            words = Text.assemble(current.words(self._clock()), (self._note and f" · {self._note}", "dim"))
            table.add_row(Text(current.title), self._spinner, _one_line(words))
        elif self._note:
            table.add_row(Text(), self._spinner, _one_line(Text(self._note)))
        return table


def waiting_words(holder: str) -> str:
    """Who is waited for."""
    return f"{shown_holder(holder)} works on this study; waiting for it to end"


def _one_line(text: Text) -> Text:
    """What does not fit is cut."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
