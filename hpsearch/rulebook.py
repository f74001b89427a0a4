"""Rules that look at something and say what they noticed; and their pages in the documentation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import getdoc
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from hpsearch.finding import Severity

Looked = TypeVar("Looked")
"""What a rule looks at."""


@dataclass(frozen=True)
class Remark:
    """What one rule says."""

    sentence: str
    """Plain, with the numbers; no full stop."""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """The same numbers as JSON values."""
    severity: Severity | None = None
    """Where it differs from that of the rule."""
    explains: frozenset[str] | None = None
    """Codes, of those that the rule can explain, that it explains this time; None for all."""
    advice: str | None = None
    """Where it differs from that of the rule."""


@dataclass(frozen=True)
class Rule(Generic[Looked]):
    """One rule; the docstring of ``look`` is its page in the documentation."""

    code: str
    """Two letters and three digits; keeps its meaning for ever."""
    severity: Severity
    """The usual one."""
    look: Callable[[Looked], Remark | None]
    advice: str
    """What to do, or to try next."""
    source: str

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
        return title_of(self.text)


class Documented(Protocol):
    """What a page needs of a rule."""

    @property
    def name(self) -> str:
        """In kebab case."""

    @property
    def text(self) -> str:
        """The first paragraph says what the rule finds."""

    @property
    def severity(self) -> Severity:
        """The usual one."""

    @property
    def advice(self) -> str:
        """What to do about it."""

    @property
    def source(self) -> str:
        """Where that is from."""


def title_of(text: str) -> str:
    """The first paragraph of a rule's text, in one line."""
    return " ".join(text.partition("\n\n")[0].split())


@dataclass(frozen=True)
class Rulebook:
    """The pages of some rules as Markdown: one for each, and an index."""

    rules: Mapping[str, Documented]
    """By code, in the order of the index."""
    index: str
    """Name of the index's file."""
    head: str
    """What the index begins with."""
    groups: Mapping[str, str]
    """Titles by the beginnings of codes."""
    advice: str = "What to do"
    """What the page calls the rule's advice."""
    explained_by: Callable[[str], frozenset[str]] = lambda _: frozenset()
    """Codes beside which the rule of a code is silent."""

    def pages(self) -> dict[str, str]:
        """Every page by the name of its file, the index included."""
        return {**{f"{code}.md": self._page(code) for code in self.rules}, self.index: self._index()}

    def write(self, folder: Path) -> None:
        """Writes every page into the folder, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.pages().items():
            (folder / name).write_text(text, encoding="utf-8")

    def _page(self, code: str) -> str:
        rule, reasons = self.rules[code], sorted(self.explained_by(code))
        silent = f"**Silent beside:** {', '.join(reasons)}, which explain it.\n\n" if reasons else ""
        return (
            f"# {code}: {rule.name}\n\n{rule.text.replace('``', '`')}\n\n"
            f"**Severity:** {rule.severity}, unless said otherwise above.\n\n{silent}"
            f"**{self.advice}:** {rule.advice}\n\n**Source:** {rule.source}.\n"
        )

    def _index(self) -> str:
        parts = [self.head]
        for beginning, title in self.groups.items():
            rows = [
                f"| [{code}]({code}.md) | {rule.name} | {rule.severity} | {title_of(rule.text)} |"
                for code, rule in self.rules.items()
                if code.startswith(beginning)
            ]
            table = "\n".join((f"## {title}\n", "| code | name | severity | finds |", "|---|---|---|---|", *rows))
            parts.append(f"{table}\n")
        return "\n".join(parts)
