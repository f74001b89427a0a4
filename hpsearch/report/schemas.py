"""JSON Schemas of the documents, made from their models: ``python -m hpsearch.report.schemas docs/schemas``."""

import json
import sys
from pathlib import Path

from hpsearch.report.advice import AdviceDocument
from hpsearch.report.audit_documents import AuditDocument
from hpsearch.report.check_documents import BaselineDocument, CheckDocument
from hpsearch.report.document import Document
from hpsearch.report.documents import (
    ErrorDocument,
    ListDocument,
    ReportDocument,
    ValidationDocument,
)
from hpsearch.report.inspection_documents import InspectionDocument
from hpsearch.report.key_documents import CreatedKeyDocument, KeyDocument, KeysDocument
from hpsearch.report.network_documents import NetworkDocument
from hpsearch.report.service_checks import ChecksDocument, ServiceCheckDocument
from hpsearch.report.service_documents import (
    DatasetsDocument,
    DefinitionCheckDocument,
    EventDocument,
    NetworksDocument,
    StagesDocument,
    StatusDocument,
    StudiesDocument,
    TrialDetailDocument,
    TrialsDocument,
)

SCHEMAS: dict[str, type[Document]] = {
    "report": ReportDocument,
    "check": CheckDocument,
    "baseline": BaselineDocument,
    "validate": ValidationDocument,
    "inspect": InspectionDocument,
    "advice": AdviceDocument,
    "list": ListDocument,
    "error": ErrorDocument,
    "studies": StudiesDocument,
    "status": StatusDocument,
    "stages": StagesDocument,
    "trials": TrialsDocument,
    "trial": TrialDetailDocument,
    "event": EventDocument,
    "definition-check": DefinitionCheckDocument,
    "checks": ChecksDocument,
    "service-check": ServiceCheckDocument,
    "networks": NetworksDocument,
    "network": NetworkDocument,
    "datasets": DatasetsDocument,
    "key": KeyDocument,
    "created-key": CreatedKeyDocument,
    "keys": KeysDocument,
    "audit": AuditDocument,
}
"""Name of the file to the document that it describes; ``run`` and ``show`` print the ``report`` document. Those below
``error`` are answers of the service."""


def schema_text(document: type[Document]) -> str:
    """The schema (draft 2020-12) of one document as indented JSON; ends with a line break."""
    schema = document.model_json_schema(mode="serialization")
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


def write_schemas(folder: Path) -> None:
    """Writes every schema into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in SCHEMAS.items():
        (folder / f"{name}.json").write_text(schema_text(document), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
