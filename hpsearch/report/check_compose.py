"""Composes the document of a check."""

from collections.abc import Mapping
from typing import Any

from hpsearch.checked import Checked, Part
from hpsearch.errors import encodable
from hpsearch.report.check_documents import CheckDocument, PartDocument, PlacedFindingDocument
from hpsearch.report.compose import task_document
from hpsearch.report.stages import stage_documents
from hpsearch.stage import SANITY


def check_document(checked: Checked) -> CheckDocument:
    """All that a check has found, in text that can be written whatever the user's own code says."""
    found = CheckDocument(
        verdict=checked.verdict,
        name=checked.name,
        task=task_document(checked.task),
        parts=tuple(_part(part) for part in checked.parts),
        stages=stage_documents(SANITY, checked.stages, checked.trials),
        findings=tuple(finding for part in checked.parts for finding in _findings(part)),
        comparison=None,
    )
    return CheckDocument.model_validate(_encodable(found.model_dump()))


def _part(part: Part) -> PartDocument:
    return PartDocument(
        name=part.name,
        verdict=part.verdict,
        summary=part.summary,
        left_out=part.left_out,
        duration_s=part.duration_s,
    )


def _findings(part: Part) -> list[PlacedFindingDocument]:
    return [
        PlacedFindingDocument(
            code=placed.finding.code,
            severity=placed.finding.severity,
            message=placed.finding.message,
            evidence=dict(placed.finding.evidence),
            advice=placed.finding.advice,
            source=placed.finding.source,
            part=part.name,
            file=placed.place.file if placed.place else None,
            line=placed.place.line if placed.place else None,
        )
        for placed in part.findings
    ]


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, Mapping):
        return {encodable(str(key)): _encodable(content) for key, content in value.items()}
    return [_encodable(content) for content in value] if isinstance(value, list | tuple) else value
