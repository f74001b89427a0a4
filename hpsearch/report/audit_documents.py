"""The JSON documents about who did what."""

from datetime import datetime

from pydantic import Field

from hpsearch.report.document import Document, Facts


class AuditEntryDocument(Document):
    """One thing that somebody did. Times are in UTC."""

    at: datetime
    action: str = Field(description="the route, or the command")
    owner: str | None = Field(description="who; local for the command line of the database's own machine")
    key_id: int | None = Field(description="of the key that was used; null on the command line")
    study: int | None = Field(description="the study's id, also after the study is gone")
    request: str | None = Field(description="the same in the log of the API")
    detail: Facts


class AuditDocument(Document):
    """``audit --json``."""

    entries: tuple[AuditEntryDocument, ...] = Field(description="newest first")
    stored_in: str
