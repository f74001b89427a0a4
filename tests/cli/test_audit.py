"""``hpsearch audit`` shows what was changed on the command line: keys and studies."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
from click.testing import Result

from hpsearch.store.postgres import PostgresStore
from tests.cli.cli_cases import ended_study

Cli = Callable[..., Result]
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "audit.json"


def test_keys_and_steered_studies_are_kept(cli: Cli, stored: PostgresStore) -> None:
    assert cli("audit").stdout.startswith("Nothing was done")
    study = ended_study(stored)
    secret = cli("keys", "create", "--owner", "ann", "--label", "laptop").stdout.strip()
    prefix = secret.split("_")[1]
    assert cli("keys", "revoke", prefix).exit_code == 0
    assert cli("delete", study.name).exit_code == 0
    found = json.loads(cli("audit", "--json").stdout)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    assert [(entry["action"], entry["owner"], entry["study"]) for entry in found["entries"]] == [
        ("hpsearch delete", "local", study.id),
        ("hpsearch keys revoke", "local", None),
        ("hpsearch keys create", "local", None),
    ]
    assert found["entries"][2]["detail"] == {"key": prefix, "owner": "ann", "scopes": ["read", "submit"]}
    assert secret not in cli("audit").stdout
    assert len(json.loads(cli("audit", "--limit", "1", "--json").stdout)["entries"]) == 1
