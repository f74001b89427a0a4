"""``list``, ``show`` and ``report`` against a real store."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from hpsearch.conductor.holder import this_process
from hpsearch.store.postgres import PostgresStore
from tests.cli.cli_cases import DEFINITION, ended_study

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
    assert "Of 3 trials of the coarse search" not in text  # the stage, and not the whole report once more
    assert "the loss became NaN in step 7" in text
    done = cli("show", "digits", "--stage", "middle")
    assert done.exit_code == 2
    assert "use one of initial_loss, overfit" in done.stderr


def test_show_tells_what_the_curves_of_one_trial_say(cli: Cli, stored: PostgresStore) -> None:
    ended_study(stored)
    text = cli("show", "--stage", "coarse", "--trial", "1").stdout
    assert text.startswith("Trial 1 of coarse complete")
    assert "What its curves say" in text
    assert document(cli("show", "--stage", "coarse", "--trial", "1", "--json"), "trial")["findings"] == []
    beyond = cli("show", "--stage", "coarse", "--trial", "99")
    assert (beyond.exit_code, beyond.stdout) == (2, "")
    assert "coarse has no trial 99; it has 3, numbered from 0" in beyond.stderr
    assert "name it too, such as --trial fine/4" in cli("show", "--trial", "1").stderr
    assert cli("show", "--trial", "coarse/1").stdout == text
    assert "leave one of the two out" in cli("show", "--trial", "coarse/1", "--stage", "fine").stderr
    assert "no number of a trial" in cli("show", "--trial", "coarse/one").stderr
    assert "there is no stage 'rough'" in cli("show", "--trial", "rough/1").stderr


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


def test_a_home_that_cannot_be_written_is_a_wrong_setting(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HPSEARCH_DATABASE_URL", raising=False)
    monkeypatch.setenv("HPSEARCH_HOME", "/proc/x")
    done = cli("list")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "HPSEARCH_HOME" in done.stderr


@pytest.mark.parametrize("arguments", [("show",), ("report",), ("show", "digits")])
def test_who_only_looks_makes_no_database(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    monkeypatch.delenv("HPSEARCH_DATABASE_URL", raising=False)
    found = document(cli("list", "--json"), "list")
    assert found == {"studies": [], "stored_in": str(tmp_path / "h" / "postgres")}
    assert cli(*arguments).exit_code == 2
    assert not (tmp_path / "h").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "--stage", "middle"),
        ("run", "x.yaml", "--workers", "0"),
        ("run", "absent.yaml"),
        ("run",),
        ("list", "--unknown"),
        ("nothing",),
        ("report", "--unknown"),
        ("cancel",),
        ("keys", "create"),
        ("keys", "nothing"),
        ("serve", "--port", "70000"),
        ("serve", "--api-only", "--workers", "2"),
    ],
)
def test_wrong_usage_is_an_error_document_too(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments, "--json")
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads((SCHEMAS / "error.json").read_text()))
    assert found["error"] in done.stderr
    assert cli(*arguments).stdout == ""


def test_a_study_whose_process_was_killed_is_told(cli: Cli, stored: PostgresStore) -> None:
    held, left = stored.create(DEFINITION), stored.create(DEFINITION)
    machine = this_process().partition("#")[0]
    assert stored.claim(held.id, this_process(), 60)
    assert stored.claim(left.id, f"{machine}#1#0.00", 60)  # process 1 began later than that
    found = document(cli("list", "--json"), "list")["studies"]
    assert [(study["state"], study["abandoned"]) for study in found] == [("running", True), ("running", False)]
    assert "the same command goes on" in " ".join(cli("list").stdout.split())
    assert document(cli("show", left.name, "--json"), "report")["study"]["abandoned"] is True
    assert "running, but its process has ended" in cli("show", left.name).stdout
    assert "has ended" not in cli("show", held.name).stdout


def test_show_knows_the_stage_of_the_test_split(cli: Cli, stored: PostgresStore) -> None:
    ended_study(stored)
    done = cli("show", "--stage", "test")
    assert (done.exit_code, done.stderr) == (0, "The study has not come to test; this is its report.\n")


@pytest.mark.parametrize("words", [("--format", "json"), ("--format=json",)])
def test_a_report_as_json_is_one_document_also_when_it_cannot_be_made(
    cli: Cli, stored: PostgresStore, words: tuple[str, ...]
) -> None:
    for arguments in (("report", "absent", *words), ("report", "--unknown", *words)):
        done = cli(*arguments)
        assert done.exit_code == 2
        assert json.loads(done.stdout)["error"] in done.stderr


def test_formats_that_exclude_each_other(cli: Cli) -> None:
    assert cli("report", "--json", "--format", "html").exit_code == 2
