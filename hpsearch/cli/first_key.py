"""The key that the first start of a service makes."""

from sqlalchemy import Engine, func, select

from hpsearch.access import Scope
from hpsearch.store.keyring import Keyring
from hpsearch.study import LOCAL

FIRST_KEY_LOCK = 4_726_902_117
"""An arbitrary number: whoever holds the database's advisory lock of this number may make the first key."""


def first_key(engine: Engine, keyring: Keyring) -> str | None:
    """The secret of a key that may do everything, made now; None where there are keys already.

    Of several services that start at the same time on one database one makes the key.
    """
    if not keyring.is_empty():
        return None
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(FIRST_KEY_LOCK)))
        if not keyring.is_empty():
            return None
        _, secret = keyring.create(LOCAL, "made by the first start", frozenset(Scope))
        return secret
