"""Keys and sessions: found by their secret, which nobody else can read."""

from sqlalchemy import Engine

from hpsearch.access import Scope
from hpsearch.store.keyring import Keyring


def test_a_key_is_found_until_it_is_revoked(engine: Engine) -> None:
    ring = Keyring(engine)
    assert ring.is_empty()
    key, secret = ring.create("ada", "laptop", [Scope.READ])
    token = ring.open_session(key)
    assert (ring.is_empty(), ring.keys(), ring.find(secret), ring.session(token)) == (False, [key], key, key)
    assert ring.find(secret[:-1] + ("a" if secret[-1] != "a" else "b")) is None
    revoked = ring.revoke(key.prefix)
    assert revoked.revoked_at is not None
    assert ring.revoke(key.prefix) == revoked
    assert (ring.find(secret), ring.session(token)) == (None, None)
