"""The JSON documents about keys of the service."""

from datetime import datetime

from pydantic import Field

from hpsearch.access import Key, Scope
from hpsearch.report.document import Document


class KeyDocument(Document):
    """``keys revoke --json``: one key, without its secret. Times are in UTC."""

    prefix: str = Field(description="the beginning of the key, to recognise it by")
    owner: str = Field(description="whose studies it sees and submits")
    label: str
    scopes: tuple[Scope, ...] = Field(description="what it allows")
    limits: dict[str, int] = Field(description="what it may use, by name")
    created_at: datetime
    revoked_at: datetime | None


class CreatedKeyDocument(KeyDocument):
    """``keys create --json``: a new key, this once with its secret."""

    secret: str = Field(description="the key itself; only a hash of it is kept")


class KeysDocument(Document):
    """``keys list --json``."""

    keys: tuple[KeyDocument, ...]
    stored_in: str


def key_document(key: Key) -> KeyDocument:
    """One key, without its secret."""
    return KeyDocument(
        prefix=key.prefix,
        owner=key.owner,
        label=key.label,
        scopes=tuple(sorted(key.scopes)),
        limits=key.limits.as_dict(),
        created_at=key.created_at,
        revoked_at=key.revoked_at,
    )
