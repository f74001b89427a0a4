"""A check for a terminal: one screen."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hpsearch.checked import CheckVerdict
from hpsearch.finding import Severity
from hpsearch.report.check_documents import CheckDocument, PartDocument, PlacedFindingDocument
from hpsearch.report.check_words import (
    VERDICT_WORDS,
    comparison_lines,
    fails,
    finding_lines,
    left_out_lines,
    short_summary,
    sorted_findings,
    took_words,
    verdict_words,
)
from hpsearch.report.text import SEVERITY_STYLES
from hpsearch.report.words import printable

STYLES = {
    CheckVerdict.PASS: "green",
    CheckVerdict.FAIL: "bold red",
    CheckVerdict.INCOMPLETE: "bold yellow",
    CheckVerdict.OVERRIDDEN: "yellow",
    CheckVerdict.SKIPPED: "dim",
    CheckVerdict.NOT_RUN: "dim",
}
MOST_TOLD = 3
"""Findings that are told in full; of so many more there is a line each, and of the rest the number."""
MOST_LINES = 6


def check_renderable(check: CheckDocument) -> RenderableType:
    """Every part in a row, then what was found, the severest first."""
    outcome = Text(verdict_words(check), style="bold red" if fails(check) else "green")
    head = Text.assemble((f"Check of {printable(check.name)}: ", "bold"), outcome, (f" ({took_words(check)})", "dim"))
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for part in check.parts:
        verdict = Text(VERDICT_WORDS[part.verdict], style=STYLES[part.verdict])
        table.add_row(Text(part.name, style="bold"), verdict, Text(printable(_unrepeated(part, check))))
    blocks: list[RenderableType] = [head, "", table]
    if lines := comparison_lines(check):
        blocks += ["", *(Text(line) for line in lines)]
    blocks += _findings(check)
    if lines := left_out_lines(check):
        blocks += [
            "",
            Text(f"Less than the definition's recipe, but enough for the verdict: {'. '.join(lines)}.", style="dim"),
        ]
    return Group(*blocks)


def _findings(check: CheckDocument) -> list[RenderableType]:
    found = sorted_findings(check)
    grave = [finding for finding in found if finding.severity is not Severity.INFO]
    told, named = grave[:MOST_TOLD], grave[MOST_TOLD : MOST_TOLD + MOST_LINES]
    blocks: list[RenderableType] = ["", Text("Findings", style="bold")] if found else []
    for place, finding in enumerate(told):
        blocks.append(_head(finding))
        lines = [line for line in finding_lines(finding) if not (place and line.startswith("source:"))]
        blocks += [Padding(Text(line), (0, 0, 0, 2)) for line in lines]
    blocks += [_head(finding) for finding in named]
    rest = len(found) - len(told) - len(named)
    if rest:
        blocks.append(Text(f"{'and ' if told else ''}{rest} more (--json has all)", style="dim"))
    return blocks


def _unrepeated(part: PartDocument, check: CheckDocument) -> str:
    """Its summary, with the codes instead of the sentences that stand among the findings that are told."""
    summary, codes = short_summary(part), list[str]()
    for one in sorted_findings(check)[: MOST_TOLD + MOST_LINES]:
        if one.part == part.name and one.severity is not Severity.INFO and f"; {one.message}" in summary:
            summary = summary.replace(f"; {one.message}", "")
            codes.append(one.code)
    return f"{summary}; see {', '.join(codes)}" if codes else summary


def _head(finding: PlacedFindingDocument) -> Text:
    return Text.assemble(
        (finding.severity, SEVERITY_STYLES[finding.severity]),
        f" {finding.part}: {printable(finding.message)} ",
        (f"[{finding.code}]", "dim"),
    )
