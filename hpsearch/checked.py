"""What the check of a definition came to: the data, the network before training, and the sanity stages."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hpsearch.errors import Problem
from hpsearch.finding import Finding
from hpsearch.results import StageRecord, TrialRecord
from hpsearch.task import Task

CHECK_RING = "check"
"""The kind of what the database tells whoever listens when a check of the service comes to another state."""


class CheckState(StrEnum):
    """Where a check stands that a service was asked for."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    """It has a report, whatever the verdict."""
    REJECTED = "rejected"
    """The definition or its data cannot be used."""
    FAILED = "failed"
    """It could not be brought to its end: its process has died or took too long."""


CHECK_OVER = frozenset({CheckState.COMPLETE, CheckState.REJECTED, CheckState.FAILED})


@dataclass(frozen=True)
class CheckDose:
    """How much a check is to do."""

    budget_s: float | None = None
    """Seconds for the sanity stages, counted from the start of the check; None: what is usual."""
    whole: bool = False
    """The stages as the definition has them; with no budget then."""


class CheckVerdict(StrEnum):
    """How a check, or one part of it, ended."""

    PASS = "pass"  # noqa: S105  (not a password)
    FAIL = "fail"
    INCOMPLETE = "incomplete"
    """Its time was up before it could be judged: neither passed nor failed."""
    OVERRIDDEN = "overridden"
    """It failed, and the definition says to go on."""
    SKIPPED = "skipped"
    """The definition leaves it out."""
    NOT_RUN = "not_run"
    """A part before it failed, or took all the time."""


@dataclass(frozen=True)
class CheckLine:
    """A check that a service was asked for, as a list tells it."""

    id: int
    owner: str
    name: str
    """That of the definition."""
    dose: CheckDose
    state: CheckState
    reason: str | None
    """Why it has failed; else None."""
    verdict: CheckVerdict | None
    """None unless it is complete or failed."""
    created_at: datetime
    started_at: datetime | None
    """When a conductor took it up for the first time."""
    finished_at: datetime | None


@dataclass(frozen=True)
class CheckRecord(CheckLine):
    """The whole of it."""

    written: str
    """The definition as it was sent, whose lines findings are about."""
    problems: tuple[Problem, ...]
    """Why it was rejected; else empty."""
    report: str | None
    """The document of the check as JSON; None unless it is complete."""


@dataclass(frozen=True)
class CheckOutcome:
    """What came of a check: a report, else problems, else a reason."""

    report: str | None = None
    problems: tuple[Problem, ...] = ()
    reason: str | None = None

    @property
    def state(self) -> CheckState:
        """The state of a check with this outcome."""
        if self.report is not None:
            return CheckState.COMPLETE
        return CheckState.REJECTED if self.problems else CheckState.FAILED

    @property
    def verdict(self) -> CheckVerdict | None:
        """That of the report; one that could not be brought to its end was not judged."""
        if self.report is not None:
            return CheckVerdict(json.loads(self.report)["verdict"])
        return None if self.problems else CheckVerdict.INCOMPLETE


@dataclass(frozen=True)
class Place:
    """A line that a finding is about."""

    file: str
    """Relative to the folder the check was started in, where it lies below it."""
    line: int
    """From 1."""


@dataclass(frozen=True)
class Placed:
    """A finding, and the line to look at."""

    finding: Finding
    place: Place | None


@dataclass(frozen=True)
class Part:
    """One part of a check."""

    name: str
    """``data``, ``advice``, or the name of a stage."""
    verdict: CheckVerdict
    summary: str
    """One sentence."""
    findings: tuple[Placed, ...] = ()
    left_out: tuple[str, ...] = ()
    """What of the definition's own recipe was not done, one sentence each."""
    duration_s: float = 0.0
    place: Place | None = None


@dataclass(frozen=True)
class Checked:
    """A whole check."""

    name: str
    """Of the study."""
    task: Task
    parts: tuple[Part, ...]
    """In the order in which they run; all of them, also those that did not."""
    stages: tuple[StageRecord, ...]
    """The sanity stages that were judged."""
    trials: tuple[TrialRecord, ...]

    @property
    def verdict(self) -> CheckVerdict:
        """Fail if a part failed, else incomplete if one is, else overridden if one was, else pass."""
        found = {part.verdict for part in self.parts}
        worst = (CheckVerdict.FAIL, CheckVerdict.INCOMPLETE, CheckVerdict.NOT_RUN, CheckVerdict.OVERRIDDEN)
        first = next((verdict for verdict in worst if verdict in found), CheckVerdict.PASS)
        return CheckVerdict.INCOMPLETE if first is CheckVerdict.NOT_RUN else first
