"""A verdict: what a stage was judged to be, with what was measured, what was expected and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hpsearch.finding import Finding
from hpsearch.space import Space
from hpsearch.stage import StageName


class Outcome(StrEnum):
    """How a stage ended."""

    PASS = "pass"  # noqa: S105  (not a password)
    FAIL = "fail"
    OVERRIDDEN = "overridden"
    """It failed, and the user has told the recipe to go on."""
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Verdict:
    """The judgement of one round of one stage."""

    stage: StageName
    outcome: Outcome
    summary: str
    """One sentence for the user."""
    round: int = 0
    """From 0; only the fine search has more than one."""
    measured: Mapping[str, Any] = field(default_factory=dict)
    """JSON values by name."""
    expected: Mapping[str, Any] = field(default_factory=dict)
    """What ``measured`` was held against: JSON values by name."""
    findings: tuple[Finding, ...] = ()
    handed_on: Space = field(default_factory=dict)
    """The distributions that the next stage searches instead of the definition's; empty for none."""
    handed_on_reason: str = ""
    best_trial: int | None = None
    """Number of the stage's best trial so far, where trials are compared."""
    again: bool = False
    """Whether another round of the same stage is worth it."""

    @property
    def goes_on(self) -> bool:
        """Whether the study may continue after it."""
        return self.outcome is not Outcome.FAIL
