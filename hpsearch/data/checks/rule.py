"""What a check of the data is, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import getdoc
from typing import Any

from hpsearch.data.checks.facts import Facts
from hpsearch.finding import Severity


@dataclass(frozen=True)
class Remark:
    """What one check says about the data."""

    sentence: str
    """Plain, with the numbers; no full stop."""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """The same numbers as JSON values."""
    severity: Severity | None = None
    """Where it differs from that of the check."""


@dataclass(frozen=True)
class DataRule:
    """One check; the docstring of ``look`` is its page in the documentation."""

    code: str
    """HD and three digits; keeps its meaning for ever."""
    severity: Severity
    """The usual one."""
    look: Callable[[Facts], Remark | None]
    advice: str
    """What to do about it."""
    source: str

    @property
    def name(self) -> str:
        """In kebab case."""
        return self.look.__name__.replace("_", "-")

    @property
    def text(self) -> str:
        """What the check says and why, from its docstring."""
        return getdoc(self.look) or ""

    @property
    def title(self) -> str:
        """What the check finds, in one line."""
        return " ".join(self.text.partition("\n\n")[0].split())
