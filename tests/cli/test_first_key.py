"""Whoever starts a service first makes its key, and nobody else does."""

import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, func, select, text

from hpsearch.access import Scope
from hpsearch.cli.first_key import FIRST_KEY_LOCK, first_key
from hpsearch.store.keyring import Keyring
from hpsearch.study import LOCAL

WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = :number")


def test_of_many_starts_at_once_one_makes_the_key(engine: Engine) -> None:
    """All have seen that there is no key before the first one makes it."""
    keyring = Keyring(engine)
    with ThreadPoolExecutor(3) as pool:
        with engine.connect() as holder, holder.begin():
            holder.execute(select(func.pg_advisory_xact_lock(FIRST_KEY_LOCK)))
            starts = [pool.submit(first_key, engine, keyring) for _ in range(3)]
            until = time.monotonic() + 60
            number = {"number": FIRST_KEY_LOCK % 2**32}
            while holder.execute(WAITING, number).scalar_one() < 3:
                assert keyring.is_empty()
                assert time.monotonic() < until
                time.sleep(0.01)
        (secret,) = [found for start in starts if (found := start.result(60)) is not None]
    key = keyring.find(secret)
    assert key is not None
    assert (key.owner, key.scopes) == (LOCAL, frozenset(Scope))
    assert len(keyring.keys()) == 1
    assert first_key(engine, keyring) is None


def test_a_revoked_key_is_no_reason_for_another_first_one(engine: Engine) -> None:
    keyring = Keyring(engine)
    key, _ = keyring.create("ann", "laptop", {Scope.READ})
    keyring.revoke(key.prefix)
    assert first_key(engine, keyring) is None
