"""``list``, ``show`` and ``report`` against a real store."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from hpsearch.store.postgres import PostgresStore
from tests.cli.cli_cases import ended_study

Cli = Callable[..., Result]
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def document(done: Result, schema: str) -> Any:
    """The one document on standard output, checked against the committed schema."""
    assert (done.exit_code, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads((SCHEMAS / f"{schema}.json").read_text()))
    return found


def test_an_empty_store_has_an_empty_list(cli: Cli, stored: PostgresStore) -> None:
    assert document(cli("list", "--json"), "list")["studies"] == []
    assert "No studies in postgresql+psycopg://" in " ".join(cli("list").stdout.split())


@pytest.mark.parametrize("command", ["show", "report"])
def test_an_empty_store_has_nothing_to_show(cli: Cli, stored: PostgresStore, command: str) -> None:
    done = cli(command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "hpsearch: there are no studies yet. Start one with `hpsearch run STUDY.yaml`.\n"


def test_studies_are_listed(cli: Cli, stored: PostgresStore) -> None:
    for _ in range(2):
        ended_study(stored)
    found = document(cli("list", "--json"), "list")["studies"]
    assert [(study["name"], study["state"]) for study in found] == [("digits-2", "complete"), ("digits", "complete")]
    assert [line.split()[0] for line in cli("list").stdout.splitlines()[1:3]] == ["digits-2", "digits"]


@pytest.mark.parametrize("command", ["show", "report"])
def test_a_study_is_found_by_name_and_the_newest_without_one(cli: Cli, stored: PostgresStore, command: str) -> None:
    for _ in range(2):
        ended_study(stored)
    assert document(cli(command, "--json"), "report")["study"]["name"] == "digits-2"
    found = document(cli(command, "digits", "--json"), "report")
    assert found["study"]["name"] == "digits"
    assert [(trial["number"], trial["state"], trial["value"]) for trial in found["stages"][0]["trials"]] == [
        (0, "complete", 0.9),
        (1, "complete", 0.91),
        (2, "failed", None),
    ]
    assert (found["best"]["trial"], found["best"]["val_accuracy"]) == (1, 0.91)


@pytest.mark.parametrize("command", ["show", "report"])
def test_an_unknown_study_is_told_with_near_names(cli: Cli, stored: PostgresStore, command: str) -> None:
    ended_study(stored)
    done = cli(command, "digit")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean digits?" in done.stderr
    done = cli(command, "digit", "--json")
    assert json.loads(done.stdout)["problems"] == []


def test_show_lists_every_trial_of_a_stage(cli: Cli, stored: PostgresStore) -> None:
    ended_study(stored)
    text = " ".join(cli("show", "digits", "--stage", "coarse").stdout.split())
    assert "Trials of coarse" in text
    assert "the loss became NaN in step 7" in text
    done = cli("show", "digits", "--stage", "middle")
    assert done.exit_code == 2
    assert "use one of initial_loss, overfit" in done.stderr


def test_report_formats(cli: Cli, stored: PostgresStore) -> None:
    ended_study(stored)
    assert cli("report", "--format", "markdown").stdout.startswith("# Study digits\n")
    assert cli("report").stdout.startswith("Study digits complete")
    assert cli("report", "--format", "json").stdout == cli("report", "--json").stdout


def test_no_password_is_shown(cli: Cli, stored: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HPSEARCH_DATABASE_URL", "postgresql://ann:secret@127.0.0.1:1/none?connect_timeout=1")
    done = cli("list")
    assert done.exit_code == 75
    assert "secret" not in done.stderr + done.stdout
    assert "cannot be reached" in done.stderr


def test_a_wrong_setting_is_wrong_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HPSEARCH_DATABASE_URL", "mysql://db/x")
    done = cli("list")
    assert done.exit_code == 2
    assert "HPSEARCH_DATABASE_URL" in done.stderr


@pytest.mark.timeout(120)
def test_the_embedded_postgres_is_the_default(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HPSEARCH_DATABASE_URL", raising=False)
    found = document(cli("list", "--json"), "list")
    assert found == {"studies": [], "stored_in": str(tmp_path / "home" / "postgres")}
