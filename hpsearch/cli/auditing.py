"""The audit trail of this machine's store."""

from datetime import UTC
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hpsearch.report.audit_documents import AuditDocument, AuditEntryDocument
from hpsearch.report.words import printable
from hpsearch.settings import Settings
from hpsearch.storage import has_database, open_database
from hpsearch.store.audit import AuditEntry, AuditTrail


def audited(settings: Settings, limit: int) -> AuditDocument:
    """The newest entries; none where there is no database yet."""
    if not has_database(settings):
        return AuditDocument(entries=(), stored_in=settings.database_shown)
    with open_database(settings) as database:
        found = AuditTrail(database.engine, database.ensure).entries(limit)
    return AuditDocument(entries=tuple(_document(entry) for entry in found), stored_in=database.shown)


def _document(entry: AuditEntry) -> AuditEntryDocument:
    found: dict[str, Any] = {"at": entry.at, "action": entry.action, "owner": entry.owner, "key_id": entry.key_id}
    found |= {"study": entry.study_id, "request": entry.request_id, "detail": dict(entry.detail)}
    return AuditEntryDocument.model_validate(found)


def audit_renderable(document: AuditDocument) -> RenderableType:
    """One row for each entry."""
    if not document.entries:
        return Text(f"Nothing was done in {document.stored_in} yet.")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in ("when (UTC)", "who", "key", "what", "study"):
        table.add_column(column, no_wrap=True)
    table.add_column("detail", overflow="fold")
    for entry in document.entries:
        detail = ", ".join(f"{name} {content}" for name, content in entry.detail.items())
        table.add_row(
            f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            Text(printable(entry.owner or "")),
            "" if entry.key_id is None else str(entry.key_id),
            Text(printable(entry.action)),
            "" if entry.study is None else str(entry.study),
            Text(printable(detail)),
        )
    return table
