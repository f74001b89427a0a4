"""What a tired user or an attacker sends: refused with its place, and nothing is left behind."""

import json
import sys
from typing import Any

import pytest

from tests.api.routes.working import EVERYTHING, rows
from tests.api.service import Service

SOUND: dict[str, Any] = {"data": {"dataset": "digits"}, "network": "convnet"}
JSON, YAML = "application/json", "application/yaml"


def with_(**sections: Any) -> str:
    return json.dumps({**SOUND, **sections})


UNREADABLE = {
    "nothing": (JSON, "", ""),
    "nothing in YAML": (YAML, "", ""),
    "truncated": (JSON, '{"data": {"dataset": "dig', ""),
    "truncated YAML": (YAML, "data: {dataset: dig", ""),
    "YAML as JSON": (JSON, "data: {dataset: digits}", ""),
    "a list": (JSON, "[1, 2]", ""),
    "a word": (JSON, '"digits"', ""),
    "null": (JSON, "null", ""),
    "two documents": (YAML, "a: 1\n---\nb: 2", ""),
    "deep JSON": (JSON, '{"data":' * 10_000 + "1" + "}" * 10_000, ""),
    "deep JSON lists": (JSON, '{"data":' + "[" * 10_000 + "]" * 10_000 + "}", ""),
    "deep YAML": (YAML, "[" * 10_000 + "]" * 10_000, ""),
    "deep YAML sections": (YAML, "{a: " * 10_000, ""),
    "duplicate key": (JSON, '{"data": {"dataset": "digits"}, "network": "convnet", "network": "convnet"}', ""),
    "duplicate YAML key": (YAML, "data: {dataset: digits}\nnetwork: convnet\nseed: 1\nseed: 2", "seed"),
    "duplicate broken key": (YAML, '"\\ud800": 1\n"\\ud800": 2', ""),
    "NaN": (JSON, '{"data": {"dataset": "digits", "validation": NaN}, "network": "convnet"}', "data.validation"),
    "Infinity": (JSON, '{"data": {"dataset": "digits", "validation": -Infinity}}', "data.validation"),
    "1e999": (JSON, '{"data": {"dataset": "digits", "validation": 1e999}}', "data.validation"),
    ".nan": (YAML, "data: {dataset: digits, validation: .nan}\nnetwork: convnet", "data.validation"),
    "many digits": (JSON, '{"seed": ' + "9" * 5000 + "}", ""),
    "YAML tag": (YAML, "!!python/object/apply:os.system ['true']", ""),
    "YAML tag below": (YAML, "data: {dataset: digits}\nnetwork: !!python/name:os.system ''", ""),
    "YAML local tag": (YAML, "data: !include /etc/passwd\nnetwork: convnet", ""),
    "alias": (YAML, "data: &d {dataset: digits}\nnetwork: *d", ""),
    "alias bomb": (
        YAML,
        "a: &a [x,x]\n" + "\n".join(f"{n}: &{n} [*{p},*{p}]" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
        "",
    ),
    "merge key": (YAML, "a: &a {x: 1}\ndata: {<<: *a}", ""),
    "NUL in a name": (JSON, with_(name="a\0b"), "name"),
    "NUL in a key": (JSON, '{"data": {"a\\u0000": 1}}', "data"),
    "lone surrogate": (JSON, '{"name": "\\ud800"}', "name"),
    "lone surrogate in YAML": (YAML, 'name: "\\ud800"', "name"),
    "NUL byte": (YAML, "name: a\0b", ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_document_is_refused_everywhere(service: Service, name: str) -> None:
    kind, body, path = UNREADABLE[name]
    for place in ("/v1/studies", "/v1/validate"):
        answer = service.ask(
            "POST", place, service.secret(*EVERYTHING), content=body.encode(), headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
        (problem,) = answer.json()["problems"]
        assert problem["path"] == path
        assert problem["message"]
        assert problem["next_step"]
    assert not any(rows(service.parts).values())


@pytest.mark.parametrize("kind", [JSON, YAML])
@pytest.mark.parametrize("body", [b"\xff\xfe{}", b'{"name": "\xe9"}', "{}".encode("utf-16"), b"\xed\xa0\x80"])
def test_what_is_no_utf8_is_refused(service: Service, kind: str, body: bytes) -> None:
    answer = service.ask(
        "POST", "/v1/studies", service.secret(*EVERYTHING), content=body, headers={"Content-Type": kind}
    )
    assert answer.status_code == 422, answer.text
    assert "UTF-8" in answer.json()["problems"][0]["message"] + answer.json()["problems"][0]["next_step"]
    assert not any(rows(service.parts).values())


REFUSED = {
    "no data": ({"network": "convnet"}, {"data"}),
    "unknown section": (with_(optimiser={}), {"optimiser"}),
    "unknown key": (with_(data={"dataset": "digits", "bach_size": 1}), {"data.bach_size"}),
    "unknown hyperparameter": (with_(network={"name": "convnet", "widht": 1}), {"network.widht"}),
    "a path as a name": (with_(name="../x"), {"name"}),
    "SQL as a name": (with_(name="x'); DROP TABLE studies;--"), {"name"}),
    "a long name": (with_(name="x" * 101), {"name"}),
    "an empty name": (with_(name=""), {"name"}),
    "a line break in a name": (with_(name="x\n"), {"name"}),
    "os.system": (with_(network={"factory": "os:system"}), {"network.factory"}),
    "eval": (with_(data={"factory": "builtins:eval", "options": {"a": "1"}}), {"data.factory"}),
    "_target_": (with_(network={"_target_": "os.system", "name": "convnet"}), {"network._target_"}),
    "_target_ alone": (with_(network={"_target_": "os.system"}), {"network"}),
    "a dunder": (with_(network={"name": "convnet", "__class__": "x"}), {"network.__class__"}),
    "os.system as a network": (with_(network="os.system"), {"network.name"}),
    "a file": (with_(data={"dataset": "numpy", "path": "/etc/passwd"}), {"data.path"}),
    "a file above": (with_(data={"dataset": "numpy", "path": "../../etc/passwd"}), {"data.path"}),
    "sources": (with_(sources={"data.path": "x"}), {"sources"}),
    "GPUs": (with_(resources={"gpus_per_worker": 8}), {"resources.gpus_per_worker"}),
    "a large seed": (with_(seed=2**63), {"seed"}),
    "a negative seed": (with_(seed=-1), {"seed"}),
    "too many trials": (with_(recipe={"coarse": {"trials": 10_000}}), {"recipe"}),
    "far too many trials": (with_(recipe={"fine": {"trials": 1_000_000, "rounds": 20}}), {"recipe"}),
    "a large grid": (
        with_(recipe={"coarse": {"sampler": "grid", "points_per_range": 101}}),
        {"recipe.coarse.points_per_range"},
    ),
    "a text of objects": (with_(network={"name": "convnet", "width": {"choice": [{"a": 1}]}}), {"network.width"}),
    "two at once": (with_(seed=-1, network={"factory": "os:system", "name": "x"}), {"seed", "network"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_a_rule_is_refused_with_its_place(service: Service, name: str) -> None:
    body, paths = REFUSED[name]
    text = body if isinstance(body, str) else json.dumps(body)
    secret = service.secret(*EVERYTHING)
    answer = service.ask("POST", "/v1/studies", secret, content=text, headers={"Content-Type": JSON})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
    assert {problem["path"] for problem in answer.json()["problems"]} == paths
    checked = service.ask("POST", "/v1/validate", secret, content=text, headers={"Content-Type": JSON})
    assert (checked.status_code, checked.json()["valid"]) == (200, False)
    assert {problem["path"] for problem in checked.json()["problems"]} == paths
    assert not any(rows(service.parts).values())


def test_a_huge_body_is_refused(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    for length, status in ((150_000, 422), (200_001, 413), (5_000_000, 413)):
        body = json.dumps({**SOUND, "name": "x" * length})
        answer = service.ask("POST", "/v1/studies", secret, content=body, headers={"Content-Type": JSON})
        assert answer.status_code == status
    assert not any(rows(service.parts).values())


def test_nothing_that_a_definition_names_is_imported(service: Service) -> None:
    answer = service.ask(
        "POST", "/v1/studies", service.secret(*EVERYTHING), json={**SOUND, "network": {"factory": "this:x"}}
    )
    assert answer.status_code == 422
    assert "this" not in sys.modules


def test_a_name_that_reads_like_sql_is_stored_as_it_is(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    name = "x--DROP.TABLE_studies"
    assert service.ask("POST", "/v1/studies", secret, json={**SOUND, "name": name}).status_code == 201
    assert service.ask("GET", "/v1/studies", secret).json()["studies"][0]["name"] == name
