"""What a rule is, and what it says about one layer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import getdoc
from typing import Any

from hpsearch.advice.facts import Facts
from hpsearch.finding import Severity
from hpsearch.rule import RULES


@dataclass(frozen=True)
class Remark:
    """What one rule says about one layer, or about the network."""

    layer: str
    """Its name; empty for the network."""
    sentence: str
    """Plain, with the numbers; begins with the layer and has no full stop."""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """The same numbers as JSON values."""
    severity: Severity | None = None
    """Where it differs from that of the rule."""
    advice: str = ""
    """Likewise."""


@dataclass(frozen=True)
class Rule:
    """One rule; the docstring of ``look`` is its page in the documentation."""

    code: str
    severity: Severity
    """The usual one."""
    look: Callable[[Facts], Iterator[Remark]]
    advice: str
    """What to do about it."""
    source: str

    @property
    def name(self) -> str:
        """In kebab case."""
        return RULES[self.code]

    @property
    def text(self) -> str:
        """What the rule says and why, from its docstring."""
        return getdoc(self.look) or ""
