"""What the check of a definition came to: the data, the network before training, and the sanity stages."""

from dataclasses import dataclass
from enum import StrEnum

from hpsearch.finding import Finding
from hpsearch.results import StageRecord, TrialRecord
from hpsearch.task import Task


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
