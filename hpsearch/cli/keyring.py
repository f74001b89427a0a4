"""The keys in this machine's store."""

from datetime import UTC

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hpsearch.access import Key, Limits, Scope
from hpsearch.report.key_documents import CreatedKeyDocument, KeyDocument, KeysDocument, key_document
from hpsearch.report.words import printable
from hpsearch.settings import Settings
from hpsearch.storage import Database, open_database
from hpsearch.store.audit import AuditEntry, AuditTrail
from hpsearch.store.keyring import Keyring
from hpsearch.study import LOCAL


def created(settings: Settings, owner: str, label: str, scopes: frozenset[Scope], limits: Limits) -> CreatedKeyDocument:
    """A new key with its secret."""
    with open_database(settings) as database:
        key, secret = Keyring(database.engine, database.ensure).create(owner, label, scopes, limits)
        _note(database, "create", key)
    return CreatedKeyDocument(**key_document(key).model_dump(), secret=secret)


def listed(settings: Settings) -> KeysDocument:
    """All keys."""
    with open_database(settings) as database:
        found = Keyring(database.engine, database.ensure).keys()
    return KeysDocument(keys=tuple(key_document(key) for key in found), stored_in=database.shown)


def revoked(settings: Settings, prefix: str) -> KeyDocument:
    """The key, which is refused from now on; raises NotFoundError if there is none."""
    with open_database(settings) as database:
        key = Keyring(database.engine, database.ensure).revoke(prefix)
        _note(database, "revoke", key)
    return key_document(key)


def _note(database: Database, what: str, key: Key) -> None:
    detail = {"key": key.prefix, "owner": key.owner, "scopes": sorted(key.scopes)}
    AuditTrail(database.engine, database.ensure).write(AuditEntry(f"hpsearch keys {what}", owner=LOCAL, detail=detail))


def keys_renderable(document: KeysDocument) -> RenderableType:
    """One row for each key."""
    if not document.keys:
        return Text(f"No keys in {document.stored_in} yet. Make one: hpsearch keys create --owner NAME --label TEXT")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in ("key", "owner", "scopes", "made (UTC)", "state"):
        table.add_column(column, no_wrap=True)
    table.add_column("label", overflow="fold")
    standard = Limits().as_dict()
    for key in document.keys:
        made = f"{key.created_at.astimezone(UTC):%Y-%m-%d %H:%M}"
        other = [f"{name}={number}" for name, number in key.limits.items() if standard.get(name) != number]
        label = printable(" ".join([key.label, *([f"({', '.join(other)})"] if other else [])]))
        state = "revoked" if key.revoked_at else "in use"
        table.add_row(key.prefix, Text(printable(key.owner)), ", ".join(key.scopes), made, state, Text(label))
    return table
