"""``hpsearch keys`` on a real database."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result
from sqlalchemy import Engine

from hpsearch.access import Limits, Scope
from hpsearch.store.keyring import Keyring
from hpsearch.store.postgres import PostgresStore

Cli = Callable[..., Result]
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
ANN = ("keys", "create", "--owner", "ann", "--label", "laptop")


def test_the_secret_is_all_that_goes_to_standard_output(cli: Cli, stored: PostgresStore, engine: Engine) -> None:
    done = cli(*ANN)
    assert done.exit_code == 0
    secret = done.stdout.rstrip("\n")
    key = Keyring(engine).find(secret)
    assert key is not None
    assert (key.owner, key.label, key.scopes) == ("ann", "laptop", {Scope.READ, Scope.SUBMIT})
    assert secret not in done.stderr
    assert key.prefix in done.stderr
    assert secret not in cli("keys", "list").stdout + cli("keys", "list", "--json").stdout


def test_scopes_and_limits(cli: Cli, stored: PostgresStore, engine: Engine) -> None:
    found = json.loads(
        cli(*ANN, "--scope", "read", "--scope", "admin", "--limit", "running=2", "--limit", "trials=9", "--json").stdout
    )
    jsonschema.validate(found, json.loads((SCHEMAS / "created-key.json").read_text()))
    key = Keyring(engine).find(found["secret"])
    assert key is not None
    assert key.scopes == {Scope.READ, Scope.ADMIN}
    assert key.limits == Limits(running=2, trials=9)
    assert "(running=2, trials=9)" in " ".join(cli("keys", "list").stdout.split())


def test_a_revoked_key_is_refused_and_still_listed(cli: Cli, stored: PostgresStore, engine: Engine) -> None:
    secret = cli(*ANN).stdout.strip()
    prefix = secret.split("_")[1]
    assert cli("keys", "revoke", prefix).stdout == f"Key {prefix} of ann (laptop) is revoked.\n"
    assert Keyring(engine).find(secret) is None
    found = json.loads(cli("keys", "list", "--json").stdout)
    jsonschema.validate(found, json.loads((SCHEMAS / "keys.json").read_text()))
    assert [key["revoked_at"] is not None for key in found["keys"]] == [True]
    done = cli("keys", "revoke", "nothing1")
    assert (done.exit_code, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--limit", "running"),
        ("--limit", "running=0"),
        ("--limit", "running=x"),
        ("--limit", "speed=3"),
        ("--limit", f"running={'9' * 30}"),
        ("--scope", "everything"),
        ("--owner", "a/b"),
        ("--owner", ""),
    ],
)
def test_wrong_usage_makes_no_key(cli: Cli, stored: PostgresStore, engine: Engine, arguments: tuple[str, ...]) -> None:
    done = cli(*ANN, *arguments)
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    assert Keyring(engine).is_empty()
