"""API keys and the sessions of browsers. Only hashes of their secrets are kept."""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless

from hpsearch.access import Key, Limits, Scope, limits_of
from hpsearch.errors import NotFoundError, shown
from hpsearch.store.clock import from_now, now
from hpsearch.store.documents import text
from hpsearch.store.engine import nothing, transact
from hpsearch.store.reading import optional_utc, utc
from hpsearch.store.tables import keys, sessions

T = TypeVar("T")

SESSION_S = 12 * 3600.0
"""How long a browser stays logged in."""

_SECRET_BYTES = 32
_PREFIX_LENGTH = 8
_LETTERS = string.ascii_lowercase + string.digits
_KEY = re.compile(r"hps_([a-z0-9]{8})_[A-Za-z0-9_-]{43}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}", re.ASCII)
_LONGEST_LABEL = 200
_USED_EVERY = timedelta(minutes=1)


class Keyring:
    """The keys of the service."""

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def create(self, owner: str, label: str, scopes: Iterable[Scope], limits: Limits | None = None) -> tuple[Key, str]:
        """A new key, and the key itself as its holder sends it, which nobody can read later.

        It is ``hps_``, a prefix to recognise it by, ``_`` and 256 random bits. Raises ValueError for an owner, a
        label or scopes that cannot be used.
        """
        row = _checked(owner, label, frozenset(scopes), Limits() if limits is None else limits)
        secret = secrets.token_urlsafe(_SECRET_BYTES)

        def work(connection: Connection) -> tuple[Key, str]:
            while True:
                prefix = "".join(secrets.choice(_LETTERS) for _ in range(_PREFIX_LENGTH))
                whole = f"hps_{prefix}_{secret}"
                new = insert_unless(keys).values(**row, prefix=prefix, hash=_hash(whole)).on_conflict_do_nothing()
                made = connection.execute(new.returning(keys)).one_or_none()
                if made is not None:
                    return _key(made), whole

        return self._transact(work)

    def keys(self) -> list[Key]:
        """All keys, oldest first, the revoked ones too."""
        query = select(keys).order_by(keys.c.id)
        return self._transact(lambda connection: [_key(row) for row in connection.execute(query)])

    def is_empty(self) -> bool:
        """Whether no key was ever made."""
        return not self._transact(lambda connection: connection.execute(select(exists(select(keys.c.id)))).scalar_one())

    def revoke(self, prefix: str) -> Key:
        """Ends a key and the sessions opened with it; again: no effect. Raises NotFoundError."""

        def work(connection: Connection) -> Key:
            change = update(keys).where(keys.c.prefix == text(prefix))
            ended = change.values(revoked_at=func.coalesce(keys.c.revoked_at, now())).returning(keys)
            row = connection.execute(ended).one_or_none()
            if row is None:
                raise NotFoundError(f"no key begins with {shown(prefix)}. See all keys with `hpsearch keys list`.")
            connection.execute(delete(sessions).where(sessions.c.key_id == row.id))
            return _key(row)

        return self._transact(work)

    def find(self, secret: str) -> Key | None:
        """The key that somebody has sent; None for anything else, also for a revoked one."""
        parts = _KEY.fullmatch(secret)
        if parts is None:
            return None
        digest = _hash(secret)
        query = select(keys).where(keys.c.prefix == parts[1], keys.c.revoked_at.is_(None))
        stale = or_(keys.c.used_at.is_(None), keys.c.used_at < now() - _USED_EVERY)

        def work(connection: Connection) -> Key | None:
            row = connection.execute(query.add_columns(stale.label("stale"))).one_or_none()
            if row is None or not hmac.compare_digest(bytes(row.hash), digest):
                return None
            if row.stale:
                connection.execute(update(keys).where(keys.c.id == row.id, stale).values(used_at=now()))
            return _key(row)

        return self._transact(work)

    def open_session(self, key: Key) -> str:
        """A token that stands for the key, for so long as ``SESSION_S`` says."""
        token = secrets.token_urlsafe(_SECRET_BYTES)

        def work(connection: Connection) -> str:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now()))
            row = {"hash": _hash(token), "key_id": key.id, "expires_at": from_now(SESSION_S)}
            connection.execute(insert_unless(sessions).values(**row).on_conflict_do_nothing())
            return token

        return self._transact(work)

    def session(self, token: str) -> Key | None:
        """The key that a token stands for; None for anything else, also for an expired session and a revoked key."""
        if _TOKEN.fullmatch(token) is None:
            return None
        query = (
            select(keys)
            .join_from(sessions, keys)
            .where(sessions.c.hash == _hash(token), sessions.c.expires_at > now(), keys.c.revoked_at.is_(None))
        )

        def work(connection: Connection) -> Key | None:
            row = connection.execute(query).one_or_none()
            return None if row is None else _key(row)

        return self._transact(work)

    def close_session(self, token: str) -> None:
        """Logs out; again: no effect."""
        gone = delete(sessions).where(sessions.c.hash == _hash(text(token)))
        self._transact(lambda connection: connection.execute(gone))

    def _transact(self, work: Callable[[Connection], T]) -> T:
        return transact(self._engine, work, self._ensure)


def _checked(owner: str, label: str, scopes: frozenset[Scope], limits: Limits) -> dict[str, Any]:
    if _OWNER.fullmatch(owner) is None:
        raise ValueError(
            f"an owner is 1 to 100 letters, digits, dots, dashes, underscores and @, the first one a letter or a digit "
            f"(got {shown(owner)})"
        )
    if len(label) > _LONGEST_LABEL:
        raise ValueError(f"a label has at most {_LONGEST_LABEL} characters (got {len(label)})")
    if not scopes:
        raise ValueError(f"a key needs at least one scope of {', '.join(Scope)}")
    return {
        "owner": owner,
        "label": text(label),
        "scopes": sorted(scope.value for scope in scopes),
        "limits": limits.as_dict(),
    }


def _key(row: Any) -> Key:
    return Key(
        id=row.id,
        prefix=row.prefix,
        label=row.label,
        owner=row.owner,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        limits=limits_of(row.limits),
        created_at=utc(row.created_at),
        revoked_at=optional_utc(row.revoked_at),
    )


def _hash(secret: str) -> bytes:
    """SHA-256. The secrets are 256 random bits, so that nothing slower is needed."""
    return hashlib.sha256(secret.encode()).digest()
