"""A finding: one thing that was noticed, with the numbers that show it and what to do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """The network cannot learn, or the results cannot be trusted, while it stands."""
    WARNING = "warning"
    """Quality or time is lost."""
    INFO = "info"
    """Worth knowing."""


SEVEREST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)
"""The order in which findings are told."""


@dataclass(frozen=True)
class Finding:
    """One diagnosis."""

    code: str
    """Stable name in kebab case, for example ``loss-did-not-move``."""
    severity: Severity
    message: str
    """One plain sentence."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """The numbers it was read from, as JSON values."""
    advice: str = ""
    """What to try next."""
    source: str = ""
    """The paper, the course or the measurement behind the rule."""


def severest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In the order in which they are told: by severity, then by code."""
    return tuple(sorted(findings, key=lambda finding: (SEVEREST_FIRST.index(finding.severity), finding.code)))
