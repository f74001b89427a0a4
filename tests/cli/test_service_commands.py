"""The commands that talk to a service, against a real one in this process."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from hpsearch.cli import remote
from hpsearch.store.postgres import PostgresStore
from hpsearch.study import StudyState
from tests.cli.cli_cases import DEFINITION, TINY, end, ended_study
from tests.cli.conftest import Service

Cli = Callable[..., Result]
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def document(done: Result, schema: str) -> Any:
    """The one document on standard output, checked against the committed schema."""
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads((SCHEMAS / f"{schema}.json").read_text()))
    return found


@pytest.fixture
def submitted(service: Service, cli: Cli, tiny: Path) -> int:
    return int(document(cli("submit", tiny, "--json"), "status")["study"]["id"])


def test_submit_says_the_id_and_how_to_see_it(service: Service, cli: Cli, tiny: Path) -> None:
    done = cli("submit", tiny)
    assert (done.exit_code, done.stdout) == (0, "Study tiny is handed in, id 1.\n")
    assert done.stderr == f"See it: hpsearch watch tiny --server {service.url}\n"
    assert document(cli("submit", tiny, "--json"), "status")["study"]["name"] == "tiny-2"
    assert [study.owner for study in service.parts.desk.page(None)] == ["ann", "ann"]


def test_what_the_service_finds_wrong_is_told_like_what_is_found_here(service: Service, cli: Cli, tiny: Path) -> None:
    tiny.write_text(TINY.replace("depth: 1, width: 4", "depth: 0, wdith: 4"))
    here = cli("validate", tiny)
    there = cli("submit", tiny)
    assert (there.exit_code, there.stdout) == (2, "")
    assert there.stderr == here.stderr
    found = document_of_error(cli("submit", tiny, "--json"))
    assert {problem["path"] for problem in found["problems"]} == {"network.depth", "network.wdith"}
    assert service.parts.desk.page(None) == []


def test_own_code_is_what_the_operator_allows(service: Service, cli: Cli, tiny: Path) -> None:
    tiny.write_text(TINY.replace("name: convnet, depth: 1, width: 4", 'factory: "os:system"'))
    done = cli("submit", tiny)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "network.factory: " in done.stderr


def test_looking_is_the_same_as_at_home(
    service: Service, cli: Cli, submitted: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    end(service.store, submitted)
    there = {
        "list": document(cli("list", "--json"), "list"),
        "show": document(cli("show", submitted, "--json"), "report"),
        "report": document(cli("report", "tiny", "--format", "json"), "report"),
    }
    page = cli("report", "--format", "html").stdout
    monkeypatch.delenv("HPSEARCH_SERVER")
    monkeypatch.setenv("HPSEARCH_DATABASE_URL", database_url)
    assert page.startswith("<!DOCTYPE html>")
    assert cli("report", "--format", "html").stdout.startswith("<!DOCTYPE html>")
    for command, found in there.items():
        assert found.pop("stored_in") == service.url
        here = json.loads(cli(command, "--json").stdout)
        assert {**here, "stored_in": None} == {**found, "stored_in": None}


def test_a_study_is_found_by_id_and_name_and_the_newest_without_either(
    service: Service, cli: Cli, submitted: int, tiny: Path
) -> None:
    cli("submit", tiny)
    for arguments, name in (((), "tiny-2"), (("tiny",), "tiny"), ((str(submitted),), "tiny"), (("tiny-2",), "tiny-2")):
        assert document(cli("show", *arguments, "--json"), "report")["study"]["name"] == name
    done = cli("show", "tin")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean tiny? " in done.stderr
    assert cli("show", "77").exit_code == 2


def test_a_study_whose_name_is_a_number(service: Service, cli: Cli, tiny: Path) -> None:
    tiny.write_text(TINY.replace("name: tiny", 'name: "2026"'))
    cli("submit", tiny)
    assert document(cli("show", "2026", "--json"), "report")["study"]["id"] == 1


def test_steering_there_and_here(
    service: Service, cli: Cli, submitted: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in ("there", "here"):
        if where == "here":
            monkeypatch.delenv("HPSEARCH_SERVER")
            monkeypatch.setenv("HPSEARCH_DATABASE_URL", database_url)
            service.store.create(DEFINITION)
        name = "tiny" if where == "there" else "digits"
        assert cli("delete", name).exit_code == 2
        assert cli("pause", name).stdout == f"Study {name} is paused.\n"
        assert document(cli("resume", name, "--json"), "status")["study"]["state"] == "waiting"
        lease = service.store.claim(service.store.named(name).id, "test", 60)
        assert lease is not None
        assert cli("pause", name).stdout.startswith(f"Study {name} is asked to pause; ")
        assert document(cli("resume", name, "--json"), "status")["study"]["wish"] is None
        service.store.release(lease, StudyState.PAUSED, None)
        assert cli("cancel", name).stdout == f"Study {name} is cancelled.\n"
        done = cli("resume", name)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "cancelled" in done.stderr
        assert cli("delete", name).stdout == f"Study {name} is deleted.\n"
        assert cli("show", name).exit_code == 2


def test_steering_makes_no_database(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HPSEARCH_DATABASE_URL", raising=False)
    done = cli("cancel", "tiny")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there are no studies yet" in done.stderr
    assert not (tmp_path / "h").exists()


def test_a_study_is_watched_to_its_end(service: Service, cli: Cli, submitted: int) -> None:
    """The conductor begins once the watcher is connected: nothing is told from what happened before."""
    connected, subscribe = threading.Event(), service.parts.bell.subscribe

    def noticed(callback: Any) -> Any:
        connected.set()
        return subscribe(callback)

    def conduct() -> None:
        connected.wait(60)
        end(service.store, submitted)

    object.__setattr__(service.parts.bell, "subscribe", noticed)
    conductor = threading.Thread(target=conduct)
    conductor.start()
    done = cli("watch", "tiny", "--json")
    conductor.join()
    found = document(done, "report")
    assert (found["study"]["state"], found["best"]["trial"]) == ("complete", 1)
    lines = done.stderr.splitlines()
    assert lines[0] == "Study tiny waits for its turn."
    assert "coarse: 3 trials" in lines
    assert lines[-1] == "coarse: passed: accuracy 91 %"


@pytest.mark.parametrize(
    ("state", "code"), [(StudyState.COMPLETE, 0), (StudyState.FAILED, 1), (StudyState.CANCELLED, 1)]
)
def test_what_has_ended_is_reported_at_once(
    service: Service, cli: Cli, submitted: int, state: StudyState, code: int
) -> None:
    end(service.store, submitted, state)
    done = cli("watch")
    assert done.exit_code == code
    assert done.stdout.startswith(f"Study tiny {state}")
    assert done.stderr == ""


def test_nobody_answers(cli: Cli, monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    monkeypatch.setattr(remote, "RETRIES", 0)
    monkeypatch.setenv("HPSEARCH_KEY", f"hps_{'a' * 8}_{'B' * 43}")
    for arguments in (("list",), ("submit", tiny), ("watch",), ("cancel", "x")):
        done = cli(*arguments, "--server", "http://127.0.0.1:1")
        assert (done.exit_code, done.stdout) == (75, "")
        assert "Check that `hpsearch serve` runs there" in done.stderr


@pytest.mark.parametrize("arguments", [("list",), ("show",), ("submit", "x.yaml"), ("watch",), ("cancel", "x")])
def test_a_key_is_needed_and_a_wrong_one_is_told(
    service: Service, cli: Cli, monkeypatch: pytest.MonkeyPatch, tiny: Path, arguments: tuple[str, ...]
) -> None:
    arguments = tuple(str(tiny) if word == "x.yaml" else word for word in arguments)
    secret = f"hps_{'a' * 8}_{'B' * 43}"
    monkeypatch.setenv("HPSEARCH_KEY", secret)
    done = cli(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"the service at {service.url} refuses the key" in done.stderr
    assert secret not in done.stderr
    monkeypatch.delenv("HPSEARCH_KEY")
    done = cli(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "HPSEARCH_KEY: the service asks for a key" in done.stderr


@pytest.mark.parametrize("arguments", [("submit", "tiny.yaml"), ("watch",)])
def test_a_service_must_be_named_for_what_only_a_service_does(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "HPSEARCH_SERVER" in done.stderr


def test_the_key_is_not_sent_unencrypted_to_another_machine(service: Service, cli: Cli) -> None:
    done = cli("list", "--server", "http://192.0.2.1:8000")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--allow-http" in done.stderr


def document_of_error(done: Result) -> Any:
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads((SCHEMAS / "error.json").read_text()))
    return found


def test_an_id_finds_a_study_here_too(cli: Cli, stored: PostgresStore) -> None:
    ids = [ended_study(stored).id for _ in range(2)]
    for study_id in ids:
        assert document(cli("show", study_id, "--json"), "report")["study"]["id"] == study_id
    assert cli("show", "99999999999999999999").exit_code == 2
