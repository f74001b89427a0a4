"""Who did what: kept also when the studies are gone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select

from hpsearch.store.documents import document, optional_text, text, value_of
from hpsearch.store.engine import nothing, transact
from hpsearch.store.reading import utc
from hpsearch.store.tables import audit


@dataclass(frozen=True)
class AuditEntry:
    """One thing that somebody did."""

    action: str
    """For example ``study.submit``."""
    key_id: int | None = None
    """None for somebody without a key: who serves, or was refused."""
    owner: str | None = None
    study_id: int | None = None
    request_id: str | None = None
    """The same in the log."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """JSON values by name; never a secret."""
    id: int | None = None
    """Given by the database."""
    at: datetime | None = None
    """Given by the database."""


class AuditTrail:
    """What was done, only ever added to."""

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def write(self, entry: AuditEntry) -> None:
        """Adds an entry; its ``id`` and ``at`` are the database's."""
        row = {
            "action": text(entry.action),
            "key_id": entry.key_id,
            "owner": optional_text(entry.owner),
            "study_id": entry.study_id,
            "request_id": optional_text(entry.request_id),
            "detail": document(entry.detail),
        }
        transact(self._engine, lambda connection: connection.execute(insert(audit).values(**row)), self._ensure)

    def entries(self, limit: int = 100) -> list[AuditEntry]:
        """The newest first."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        found = transact(self._engine, lambda connection: connection.execute(query).all(), self._ensure)
        return [
            AuditEntry(
                row.action,
                row.key_id,
                row.owner,
                row.study_id,
                row.request_id,
                value_of(row.detail),
                row.id,
                utc(row.at),
            )
            for row in found
        ]
