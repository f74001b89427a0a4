"""The advice on a network as a document and as text."""

from collections.abc import Iterable, Sequence

from pydantic import Field
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from hpsearch.finding import Finding, Severity
from hpsearch.report.document import Document, Facts
from hpsearch.report.documents import FindingDocument
from hpsearch.report.findings import evidence_words
from hpsearch.report.stages import written
from hpsearch.report.text import SEVERITY_STYLES
from hpsearch.report.words import printable
from hpsearch.rule import RULES
from hpsearch.study import StudyDefinition


class AdviceDocument(Document):
    """``advise --json``."""

    network: str = Field(description="its name or its factory")
    space: Facts = Field(description="distributions of the network's hyperparameters by dotted path")
    select: tuple[str, ...] = Field(description="codes of rules, or beginnings of codes, that were looked for")
    ignore: tuple[str, ...] = Field(description="the same of what was left out again")
    findings: tuple[FindingDocument, ...] = Field(description="errors first, then by code")


def advice_document(definition: StudyDefinition, findings: Iterable[Finding]) -> AdviceDocument:
    """What was found about the network of a definition."""
    network, advice = definition.network, definition.advice
    return AdviceDocument(
        network=network.name or network.factory or "",
        space=written({path: one for path, one in definition.space.items() if path.startswith("network.")}),
        select=advice.select,
        ignore=advice.ignore,
        findings=tuple(
            FindingDocument(
                code=finding.code,
                severity=finding.severity,
                message=finding.message,
                evidence=dict(finding.evidence),
                advice=finding.advice,
                source=finding.source,
            )
            for finding in findings
        ),
    )


def advice_renderable(advice: AdviceDocument) -> RenderableType:
    """Every finding with what to do, and how many there are of each severity."""
    lines: list[RenderableType] = [_finding(finding) for finding in advice.findings]
    head = Text.assemble((f"Advice on {printable(advice.network)}: ", "bold"), _counted(advice.findings))
    return Group(head, "", *lines) if lines else head


def _finding(finding: FindingDocument) -> RenderableType:
    name = RULES.get(finding.code, "")
    head = Text.assemble(
        (finding.severity, SEVERITY_STYLES[finding.severity]),
        f" {printable(finding.message)} ",
        (f"[{finding.code} {name}]", "dim"),
    )
    lines = (("evidence", evidence_words(finding)), ("try", finding.advice), ("source", finding.source))
    told = [Padding(Text(f"{title}: {printable(content)}"), (0, 0, 0, 2)) for title, content in lines if content]
    return Group(head, *told)


def _counted(findings: Sequence[FindingDocument]) -> str:
    if not findings:
        return "nothing found"
    counts = {one: sum(finding.severity is one for finding in findings) for one in Severity}
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    return ", ".join(
        f"{count} {words[severity]}{'' if count == 1 else 's'}" for severity, count in counts.items() if count
    )
