"""The advice on a network as a document and as text."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from pydantic import Field
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from hpsearch.finding import Finding, Severity
from hpsearch.report.document import Document, Facts
from hpsearch.report.documents import FindingDocument
from hpsearch.report.findings import evidence_words
from hpsearch.report.stages import finding_document, written
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
        findings=tuple(finding_document(finding) for finding in findings),
    )


def advice_renderable(advice: AdviceDocument) -> RenderableType:
    """Every finding, what to do once for those of one rule, and how many there are of each severity."""
    rules = [list(found) for _, found in groupby(advice.findings, key=lambda one: (one.code, one.advice, one.source))]
    lines = [line for found in rules for line in ("", *_rule(found))]
    return Group(Text.assemble((f"Advice on {printable(advice.network)}: ", "bold"), _counted(advice.findings)), *lines)


def _rule(found: Sequence[FindingDocument]) -> list[RenderableType]:
    lines = (("try", found[0].advice), ("source", found[0].source))
    return [*(_finding(finding) for finding in found), *(_indented(*line) for line in lines if line[1])]


def _finding(finding: FindingDocument) -> RenderableType:
    name = RULES.get(finding.code, "")
    head = Text.assemble(
        (finding.severity, SEVERITY_STYLES[finding.severity]),
        f" {printable(finding.message)} ",
        (f"[{finding.code} {name}]", "dim"),
    )
    evidence = evidence_words(finding)
    return Group(head, _indented("evidence", evidence)) if evidence else head


def _indented(title: str, content: str) -> RenderableType:
    return Padding(Text(f"{title}: {printable(content)}"), (0, 0, 0, 2))


def _counted(findings: Sequence[FindingDocument]) -> str:
    if not findings:
        return "nothing found"
    counts = {one: sum(finding.severity is one for finding in findings) for one in Severity}
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    return ", ".join(
        f"{count} {words[severity]}{'' if count == 1 else 's'}" for severity, count in counts.items() if count
    )
