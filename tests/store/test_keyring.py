"""Keys and sessions: found by their secret, which nobody else can read."""

import threading
from collections.abc import Iterable

import pytest
from sqlalchemy import Engine

from hpsearch.access import Limits, Scope
from hpsearch.errors import NotFoundError
from hpsearch.store.keyring import SESSION_S, Keyring
from hpsearch.store.tables import METADATA
from tests.store.service_samples import execute, rows


def test_a_key_is_found_until_it_is_revoked(engine: Engine) -> None:
    ring = Keyring(engine)
    assert ring.is_empty()
    key, secret = ring.create("ada", "laptop", [Scope.READ, Scope.SUBMIT], Limits(queued=7))
    assert secret.startswith(f"hps_{key.prefix}_")
    assert (len(key.prefix), len(secret)) == (8, 56)
    assert (key.owner, key.label, key.scopes, key.limits.queued) == ("ada", "laptop", {"read", "submit"}, 7)
    token = ring.open_session(key)
    assert (ring.is_empty(), ring.keys(), ring.find(secret), ring.session(token)) == (False, [key], key, key)
    revoked = ring.revoke(key.prefix)
    assert revoked.revoked_at is not None
    assert ring.revoke(key.prefix) == revoked
    assert (ring.find(secret), ring.session(token), ring.is_empty()) == (None, None, False)
    assert rows(engine, "SELECT count(*) FROM hpsearch.sessions") == [(0,)]
    assert ring.keys() == [revoked]


def test_no_column_holds_a_secret(engine: Engine) -> None:
    ring = Keyring(engine)
    key, secret = ring.create("ada", "laptop", Scope)
    token = ring.open_session(key)
    ring.find(secret)
    ring.session(token)
    everything = "".join(
        str(row)
        for table in METADATA.tables
        for row in rows(engine, f"SELECT CAST(row AS text), to_json(row) FROM {table} row")  # noqa: S608
    )
    assert key.prefix in everything
    for hidden in (secret, secret.rpartition("_")[2], secret[13:], token):
        assert hidden not in everything
        assert hidden.encode().hex() not in everything


def test_only_the_very_key_is_found(engine: Engine) -> None:
    ring = Keyring(engine)
    key, secret = ring.create("ada", "", [Scope.READ])
    other, other_secret = ring.create("bob", "", [Scope.READ])
    wrong = [
        secret[:-1] + ("a" if secret[-1] != "a" else "b"),
        secret[:13] + other_secret[13:],
        other_secret[:13] + secret[13:],
        secret + "\n",
        " " + secret,
        secret.upper(),
        secret[:-1],
        secret + "a",
        secret[4:],
        "",
        "hps_",
        "hps_\0",
        "\ud800",
        "hps_" + "é" * 8 + "_" + "a" * 43,
        "x" * 1_000_000,
        "hps_" + "a" * 8 + "_" + "a" * 43,
    ]
    assert [ring.find(word) for word in wrong] == [None] * len(wrong)
    assert [ring.session(word) for word in (*wrong, secret[13:])] == [None] * (len(wrong) + 1)
    assert (ring.find(secret), ring.find(other_secret)) == (key, other)


def test_a_session_ends_by_itself_or_by_logging_out(engine: Engine) -> None:
    ring = Keyring(engine)
    key, _ = ring.create("ada", "", [Scope.READ])
    first, second, third = (ring.open_session(key) for _ in range(3))
    ring.close_session(first)
    ring.close_session(first)
    ring.close_session("\ud800")
    assert [ring.session(token) for token in (first, second, third)] == [None, key, key]
    execute(engine, "UPDATE hpsearch.sessions SET expires_at = expires_at - make_interval(secs => :s)", s=SESSION_S)
    assert ring.session(second) is None
    ring.open_session(key)
    assert rows(engine, "SELECT count(*) FROM hpsearch.sessions") == [(1,)]  # those that have expired are gone


def test_when_a_key_was_used_is_written_once_a_minute(engine: Engine) -> None:
    ring = Keyring(engine)
    _, secret = ring.create("ada", "", [Scope.READ])
    used = "SELECT used_at, xmin FROM hpsearch.keys"
    assert rows(engine, used)[0][0] is None
    ring.find(secret)
    before = rows(engine, used)
    assert before[0][0] is not None
    ring.find(secret)
    assert rows(engine, used) == before
    execute(engine, "UPDATE hpsearch.keys SET used_at = used_at - interval '61 seconds'")
    ring.find(secret)
    assert rows(engine, used)[0][0] > before[0][0]


@pytest.mark.parametrize("owner", ["", " ada", "ada\n", "a b", "-a", "é", "a\0", "a/b", "a" * 101])
def test_an_owner_is_a_plain_word(engine: Engine, owner: str) -> None:
    with pytest.raises(ValueError, match="an owner is"):
        Keyring(engine).create(owner, "", [Scope.READ])
    assert Keyring(engine).is_empty()


@pytest.mark.parametrize(("label", "scopes", "message"), [("x" * 201, [Scope.READ], "a label"), ("", [], "scope")])
def test_labels_and_scopes_are_checked(engine: Engine, label: str, scopes: Iterable[Scope], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Keyring(engine).create("ada", label, scopes)


def test_an_unknown_prefix_is_not_revoked(engine: Engine) -> None:
    for prefix in ("nothing", "\0", "\ud800"):
        with pytest.raises(NotFoundError, match="hpsearch keys list"):
            Keyring(engine).revoke(prefix)


def test_many_keys_at_once_differ(engine: Engine) -> None:
    ring, made = Keyring(engine), []

    def create() -> None:
        made.extend(ring.create("ada", "", [Scope.READ])[1] for _ in range(5))

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = ring.keys()
    assert len(set(made)) == 20 == len({key.prefix for key in kept})
