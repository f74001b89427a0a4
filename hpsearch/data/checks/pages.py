"""A page on each check, made from its docstring: ``python -m hpsearch.data.checks.pages docs/findings``."""

import sys
from pathlib import Path

from hpsearch.data.checks.rule import DataRule
from hpsearch.data.checks.table import DATA_CHECKS

INDEX = "data.md"
GROUPS = {
    "HD1": "Pixels",
    "HD2": "Labels, and how they are divided",
    "HD3": "Images that are there more than once",
    "HD4": "What can be learned",
}
HEAD = """# Checks of data

Before anything is trained the loaded data are looked at. Each check has a code that keeps its meaning. In Python,
`check_data(dataset, select=…, ignore=…)` of `hpsearch.data.checks.check` chooses checks by codes or beginnings of
codes; `hpsearch check` does all of them. The checks are silent on the named data sets, `digits` and `shapes`.
"""


def pages() -> dict[str, str]:
    """Every page as Markdown by the name of its file, the index included."""
    return {**{f"{code}.md": _page(rule) for code, rule in DATA_CHECKS.items()}, INDEX: _index()}


def write_pages(folder: Path) -> None:
    """Writes every page into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _page(rule: DataRule) -> str:
    return (
        f"# {rule.code}: {rule.name}\n\n{rule.text.replace('``', '`')}\n\n"
        f"**Severity:** {rule.severity}, unless said otherwise above.\n\n"
        f"**What to do:** {rule.advice}\n\n**Source:** {rule.source}.\n"
    )


def _index() -> str:
    parts = [HEAD]
    for beginning, title in GROUPS.items():
        rows = [
            f"| [{code}]({code}.md) | {rule.name} | {rule.severity} | {rule.title} |"
            for code, rule in DATA_CHECKS.items()
            if code.startswith(beginning)
        ]
        table = "\n".join((f"## {title}\n", "| code | name | severity | finds |", "|---|---|---|---|", *rows))
        parts.append(f"{table}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
