"""A page on each rule, made from its docstring: ``python -m hpsearch.diagnosis.pages docs/findings``."""

import sys
from pathlib import Path

from hpsearch.diagnosis.rule import CurveRule
from hpsearch.diagnosis.table import CURVE_RULES

INDEX = "curves.md"
GROUPS = {"HC1": "How the weights are changed", "HC2": "How well the network fits"}
HEAD = """# Findings from curves

What the recorded losses and accuracies of a trial say about its training. Each rule has a code that keeps its meaning.
How often the rules are right on seeded faults is measured by `python -m benchmarks.diagnosis`; on architectures and
data that they were not made on they find about seven in ten (docs/decisions/0088).
They are no part of a study's verdicts and reports yet; `hpsearch.diagnosis.diagnose` and `.stage` are to be called from
Python.
"""


def pages() -> dict[str, str]:
    """Every page as Markdown by the name of its file, the index included."""
    return {**{f"{code}.md": _page(rule) for code, rule in CURVE_RULES.items()}, INDEX: _index()}


def write_pages(folder: Path) -> None:
    """Writes every page into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _page(rule: CurveRule) -> str:
    reasons = sorted(rule.explained_by)
    silent = f"**Silent beside:** {', '.join(reasons)}, which explain it.\n\n" if reasons else ""
    return (
        f"# {rule.code}: {rule.name}\n\n{rule.text.replace('``', '`')}\n\n"
        f"**Severity:** {rule.severity}, unless said otherwise above.\n\n{silent}"
        f"**What to try next:** {rule.advice}\n\n**Source:** {rule.source}.\n"
    )


def _index() -> str:
    parts = [HEAD]
    for beginning, title in GROUPS.items():
        rows = [
            f"| [{code}]({code}.md) | {rule.name} | {rule.severity} | {rule.title} |"
            for code, rule in CURVE_RULES.items()
            if code.startswith(beginning)
        ]
        table = "\n".join((f"## {title}\n", "| code | name | severity | finds |", "|---|---|---|---|", *rows))
        parts.append(f"{table}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
