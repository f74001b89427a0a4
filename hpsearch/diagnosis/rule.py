"""What a rule on a curve is, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import getdoc
from typing import Any

from hpsearch.diagnosis.curve import Curve
from hpsearch.finding import Severity


@dataclass(frozen=True)
class Remark:
    """What one rule says about one trial."""

    sentence: str
    """Plain, with the numbers; no full stop."""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """The same numbers as JSON values."""
    severity: Severity | None = None
    """Where it differs from that of the rule."""


@dataclass(frozen=True)
class CurveRule:
    """One rule; the docstring of ``look`` is its page in the documentation."""

    code: str
    """HC and three digits; keeps its meaning for ever."""
    severity: Severity
    """The usual one."""
    look: Callable[[Curve], Remark | None]
    advice: str
    """What to try next."""
    source: str
    explained_by: frozenset[str] = frozenset()
    """Codes that, where they are found, say why this one would be: then it is left out."""

    @property
    def name(self) -> str:
        """In kebab case."""
        return self.look.__name__.replace("_", "-")

    @property
    def text(self) -> str:
        """What the rule says and why, from its docstring."""
        return getdoc(self.look) or ""

    @property
    def title(self) -> str:
        """What the rule finds, in one line."""
        return " ".join(self.text.partition("\n\n")[0].split())
