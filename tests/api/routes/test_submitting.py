"""Handing in studies: what is stored when the answer is 201, and what is not stored when it is another."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from hpsearch.access import Limits, Scope
from hpsearch.api.parts import open_parts
from tests.api.routes.working import EVERYTHING, rows
from tests.api.service import Service

SHORT: dict[str, Any] = {"name": "digits", "data": {"dataset": "digits"}, "network": "convnet"}
YAML = "name: digits\ndata: {dataset: digits}\nnetwork: convnet\n"


def test_a_study_is_stored_before_the_answer(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    answer = service.ask("POST", "/v1/studies", secret, json=SHORT)
    assert answer.status_code == 201
    found = answer.json()
    study = found["study"]
    assert answer.headers["location"] == f"/v1/studies/{study['id']}"
    assert (study["name"], study["state"], study["owner"], study["wish"]) == ("digits", "waiting", "ada", None)
    assert (found["stages"], found["best"], found["time_left_s"]) == ([], None, None)
    again = service.ask("GET", answer.headers["location"], secret).json()
    assert {**again, "at": found["at"]} == found
    assert rows(service.parts) == {"studies": 1, "stages": 0, "rounds": 0, "trials": 0, "events": 1, "requests": 0}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps(SHORT)),
        ("application/json; charset=UTF-8", json.dumps(SHORT)),
        ("Application/JSON", "\ufeff" + json.dumps(SHORT)),
        ("application/yaml", YAML),
        ("application/x-yaml", YAML),
        ("text/yaml; charset=utf-8", YAML),
        ("application/yaml", json.dumps(SHORT)),
    ],
)
def test_json_and_yaml_make_the_same_study(service: Service, kind: str, body: str) -> None:
    headers = {"Content-Type": kind}
    answer = service.ask("POST", "/v1/studies", service.secret(*EVERYTHING), content=body.encode(), headers=headers)
    assert answer.status_code == 201, answer.text
    with service.parts.engine.connect() as connection:
        stored = connection.execute(text("SELECT definition FROM hpsearch.studies")).scalar_one()
    assert (stored["name"], stored["data"]["dataset"], stored["network"]["name"]) == ("digits", "digits", "convnet")


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/json; charset=latin-1",
        "json",
        "text/html",
    ],
)
def test_other_types_are_refused(service: Service, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    for path in ("/v1/studies", "/v1/validate"):
        answer = service.ask("POST", path, service.secret(*EVERYTHING), content=b"{}", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")
        assert "application/yaml" in answer.json()["detail"]
    assert rows(service.parts)["studies"] == 0


def test_the_same_key_replays_the_same_answer(service: Service) -> None:
    secret = service.secret(*EVERYTHING)

    def submit(body: dict[str, Any], name: str = "night-run") -> Any:
        return service.ask("POST", "/v1/studies", secret, json=body, headers={"Idempotency-Key": name})

    first = submit(SHORT)
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    study_id = first.json()["study"]["id"]
    service.ask("POST", f"/v1/studies/{study_id}/cancel", secret)  # what happened since is not in the answer
    again = submit(SHORT)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert (again.text, again.headers["location"]) == (first.text, first.headers["location"])
    assert rows(service.parts)["studies"] == 1
    other = submit({**SHORT, "seed": 1})
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    assert "night-run" in other.json()["detail"]
    assert rows(service.parts)["studies"] == 1
    assert submit(SHORT, "another").json()["study"]["name"] == "digits-2"


def test_the_same_text_in_another_format_is_another_request(service: Service) -> None:
    secret, body = service.secret(*EVERYTHING), json.dumps(SHORT)

    def submit(kind: str) -> int:
        headers = {"Idempotency-Key": "x", "Content-Type": kind}
        return service.ask("POST", "/v1/studies", secret, content=body, headers=headers).status_code

    assert [submit("application/json"), submit("application/yaml")] == [201, 409]


def test_another_key_may_use_the_same_name(service: Service) -> None:
    for _ in range(2):
        secret = service.secret(*EVERYTHING)
        answer = service.ask("POST", "/v1/studies", secret, json=SHORT, headers={"Idempotency-Key": "x"})
        assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (201, None)


@pytest.mark.parametrize("name", ["", "a b", "x" * 201, "tab\t", "é".encode().decode("latin-1")])
def test_a_name_that_cannot_be_one_is_refused(service: Service, name: str) -> None:
    headers = [(b"Idempotency-Key", name.encode("latin-1"))]
    answer = service.ask("POST", "/v1/studies", service.secret(*EVERYTHING), json=SHORT, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"] == "header.Idempotency-Key"
    assert rows(service.parts)["studies"] == 0


def test_limits_of_the_key_hold(service: Service) -> None:
    secret = service.secret(*EVERYTHING, limits=Limits(queued=1, trials=40))
    answer = service.ask("POST", "/v1/studies", secret, json=SHORT)
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["path"]) == (422, "recipe")
    assert "this key may plan 40" in problem["message"]
    assert rows(service.parts)["studies"] == 0
    small = {**SHORT, "recipe": {"coarse": {"trials": 2}, "fine": {"trials": 1}}}
    assert service.ask("POST", "/v1/studies", secret, json=small).status_code == 201
    answer = service.ask("POST", "/v1/studies", secret, json=small)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert rows(service.parts)["studies"] == 1


def test_only_keys_that_may_submit_do(service: Service) -> None:
    answer = service.ask("POST", "/v1/studies", service.secret(Scope.READ, Scope.ADMIN), json=SHORT)
    assert answer.status_code == 403
    assert rows(service.parts)["studies"] == 0
    assert service.ask("POST", "/v1/validate", service.secret(Scope.READ), json=SHORT).status_code == 200


def test_validate_tells_what_a_submission_would(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    sound = service.ask(
        "POST", "/v1/validate", secret, json={**SHORT, "network": {"name": "convnet", "width": {"choice": [8, 16]}}}
    )
    assert sound.status_code == 200
    found = sound.json()
    assert (found["valid"], found["name"], found["problems"]) == (True, "digits", [])
    assert found["space"]["network.width"] == {"choice": [8, 16]}
    assert found["trials"] == 5 + 6 + 16 + 32 + 2 * 16 + 1
    broken = {"name": "a/b", "data": {"dataset": "digit"}, "network": {"name": "convnet", "widht": 1}, "seed": -1}
    answer = service.ask("POST", "/v1/validate", secret, json=broken)
    assert (answer.status_code, answer.json()["valid"], answer.json()["trials"]) == (200, False, None)
    told = {problem["path"] for problem in answer.json()["problems"]}
    refused = service.ask("POST", "/v1/studies", secret, json=broken)
    assert refused.status_code == 422
    assert (
        told
        == {problem["path"] for problem in refused.json()["problems"]}
        == {"name", "data.dataset", "network.widht", "seed"}
    )
    assert rows(service.parts)["studies"] == 0


def test_data_and_code_that_the_operator_allows(database_url: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "small.npz", images=np.zeros((4, 1, 2, 2)), targets=np.arange(4))
    factories = frozenset({"no_such_module:build"})
    with (
        open_parts(database_url, "here", data_folder=tmp_path, factories=factories) as parts,
        Service(parts) as service,
    ):
        secret = service.secret(*EVERYTHING)
        body = {"data": {"dataset": "numpy", "path": "small.npz"}, "network": {"factory": "no_such_module:build"}}
        answer = service.ask("POST", "/v1/studies", secret, json=body)
        assert answer.status_code == 201, answer.text
        with parts.engine.connect() as connection:
            stored = connection.execute(text("SELECT definition FROM hpsearch.studies")).scalar_one()
        assert stored["data"]["path"] == str(tmp_path.resolve() / "small.npz")
        assert set(stored["sources"]) == {"data.path"}
        (tmp_path / "folder.npy").mkdir()
        answer = service.ask("POST", "/v1/studies", secret, json={**body, "data": {"dataset": "numpy", "path": "."}})
        assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, "data.path")
        assert rows(parts)["studies"] == 1
