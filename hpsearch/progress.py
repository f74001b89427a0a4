"""Where a study stands, read without reading all of its trials: what a user sees while it runs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from hpsearch.results import StudyRecord, TrialRecord
from hpsearch.space import Point
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.trial import Failure
from hpsearch.verdict import Verdict


class Progress(StrEnum):
    """Where a planned trial stands."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"


@dataclass(frozen=True)
class RoundProgress:
    """One round of one stage: how many of its trials stand where."""

    stage: StageName
    round: int
    planned: int
    """All trials of the round."""
    running: int
    complete: int
    pruned: int
    failed: int
    verdict: Verdict | None
    started_at: datetime
    finished_at: datetime | None
    speed: Speed | None = None
    """None until a process has trained for it to the end of its work."""

    @property
    def done(self) -> int:
        """Trials that have ended."""
        return self.complete + self.pruned + self.failed


@dataclass(frozen=True)
class StudyProgress:
    """A study at one moment. Reading it takes as long for a hundred thousand trials as for ten."""

    study: StudyRecord
    rounds: tuple[RoundProgress, ...]
    """In the order of the recipe."""
    best: TrialRecord | None
    """The best trial so far of the fine search, else of the coarse one; with its result."""
    test: TrialRecord | None
    """The one reading of the test split, with its result."""
    at: datetime
    """The database's time at that moment."""


@dataclass(frozen=True)
class TrialLine:
    """One trial without its curves."""

    stage: StageName
    round: int
    number: int
    parameters: Point
    state: Progress
    value: float | None
    best_epoch: int | None
    failure: Failure | None
    reason: str | None
    started_at: datetime | None
    finished_at: datetime | None
    duration_s: float | None


@dataclass(frozen=True)
class TrialQuery:
    """Which trials of a study, in which order. Equal values are in the order of the recipe and then of the numbers."""

    stage: StageName | None = None
    state: Progress | None = None
    sort: Literal["number", "value", "duration"] = "number"
    """``number``: in the order of the recipe. Trials without a value or a duration come last in either direction."""
    descending: bool = False
    limit: int = 100
    cursor: str | None = None
    """``next_cursor`` of the page before; of a query that is otherwise the same."""


@dataclass(frozen=True)
class TrialPage:
    """A part of the trials of a query."""

    trials: tuple[TrialLine, ...]
    next_cursor: str | None
    """None on the last page."""


class EventKind(StrEnum):
    """What has happened to a study."""

    STATE = "state"
    """It has another state: ``detail``."""
    WISH = "wish"
    """Its user asked for something that takes time: ``detail``."""
    ROUND = "round"
    """A round was planned: ``stage``, ``number``; ``detail`` is how many trials."""
    TRIAL = "trial"
    """A trial has ended: ``stage``, ``number``; ``detail`` is its state."""
    VERDICT = "verdict"
    """A round was judged: ``stage``, ``number``; ``detail`` is the outcome."""


@dataclass(frozen=True)
class Event:
    """One thing that has happened to a study, written in the transaction that made it happen."""

    id: int
    """Rises; of one study the ids are in the order of the commits."""
    study_id: int
    kind: EventKind
    stage: StageName | None
    number: int | None
    detail: str
    at: datetime
