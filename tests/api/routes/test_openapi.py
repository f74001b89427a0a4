"""The OpenAPI document: valid, complete, and true of what the routes answer."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from hpsearch.api.docs import page
from hpsearch.api.routes.examples import examples
from tests.api.routes.working import EVERYTHING, worked
from tests.api.service import Service

BODILESS = {"204"}


@pytest.fixture
def document(service: Service) -> dict[str, Any]:
    answer = service.ask("GET", "/openapi.json", service.secret(*EVERYTHING))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/v1"):
                yield method, path, operation


def nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for below in part:
            yield from nodes(below)


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Validator:
    resource = Resource(contents=document, specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:api", resource)
    whole = json.loads(json.dumps(schema).replace('"#/components', '"urn:api#/components'))
    return jsonschema.Draft202012Validator(whole, registry=registry)


def test_every_schema_is_one_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    references = {node["$ref"] for node in nodes(document) if isinstance(node.get("$ref"), str)}
    assert references <= {f"#/components/schemas/{name}" for name in schemas}
    loaded = schemathesis.openapi.from_dict(document)
    assert len(list(loaded.get_all_operations())) >= 20


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names) == 20
    for method, path, operation in operations(document):
        place = f"{method} {path}"
        assert operation["summary"], place
        assert operation["description"], place
        assert operation["tags"], place
        assert all(one.get("description") for one in operation.get("parameters", ())), place
        for status, answer in operation["responses"].items():
            assert answer["description"], (place, status)
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (place, status)
            elif status not in BODILESS:
                assert all(content.get("schema") for content in answer["content"].values()), (place, status)
        assert {"401", "403", "422", "429", "503"} <= operation["responses"].keys(), place
    assert document["security"] == [{"key": []}]
    assert document["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}


def test_every_successful_answer_has_an_example_that_is_true(document: dict[str, Any]) -> None:
    assert {name.partition(" ")[0] for name in examples()} <= {
        operation["operationId"] for _, _, operation in operations(document)
    }
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status < "300" and status not in BODILESS:
                shown = [content for content in answer["content"].values() if "example" in content]
                assert shown, (method, path, status)
                for content in shown:
                    validator(document, content["schema"]).validate(content["example"])


def test_only_calls_with_bodies_can_have_bodies_that_are_refused(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        assert not {"408", "413"} & methods.get("get", {"responses": {}})["responses"].keys(), path
    assert {"303", "401", "415"} <= document["paths"]["/session"]["post"]["responses"].keys()


def test_bodies_are_taken_as_json_and_yaml(document: dict[str, Any]) -> None:
    for path in ("/v1/studies", "/v1/validate"):
        body = document["paths"][path]["post"]["requestBody"]
        assert set(body["content"]) == {"application/json", "application/yaml", "application/x-yaml", "text/yaml"}
        schema = validator(document, body["content"]["application/json"]["schema"])
        schema.validate(body["content"]["application/json"]["example"])
        names = [one["name"] for one in document["paths"][path]["post"].get("parameters", ())]
        assert names == (["Idempotency-Key"] if path == "/v1/studies" else [])


@pytest.mark.parametrize(
    ("sections", "valid"),
    [
        ({}, True),
        ({"network": {"name": "convnet", "width": {"choice": [8, 16]}, "depth": 3}}, True),
        ({"optimizer": {"learning_rate": {"log_uniform": [1e-4, 1]}, "schedule": "cosine"}}, True),
        ({"data": {"dataset": "digits", "batch_size": {"grid": [32, 64]}}}, True),
        ({"optimizer": {"learning_rate": 0}}, False),
        ({"optimizer": {"learning_rate": {"lognormal": [0, 1]}}}, False),
        ({"optimizer": {"learning_rate": {"log_uniform": [1]}}}, False),
        ({"optimiser": {}}, False),
        ({"sources": {}}, False),
        ({"name": "a/b"}, False),
        ({"recipe": {"coarse": {"trails": 3}}}, False),
    ],
)
def test_the_schema_of_definitions_agrees_with_the_checks(
    service: Service, document: dict[str, Any], sections: dict[str, Any], valid: bool
) -> None:
    body = {"data": {"dataset": "digits"}, "network": "convnet", **sections}
    schema = validator(document, {"$ref": "#/components/schemas/StudyDefinition"})
    assert schema.is_valid(body) == valid
    answer = service.ask("POST", "/v1/validate", service.secret(*EVERYTHING), json=body)
    assert answer.json()["valid"] == valid


def test_answers_are_what_the_document_says(service: Service, document: dict[str, Any]) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    study.end(study.plan(), 0.5, None)
    study.judge()
    below = f"/v1/studies/{study.id}"
    calls = [
        ("GET", "/v1/studies", "/v1/studies"),
        ("GET", "/v1/studies/{study_id}", below),
        ("GET", "/v1/studies/{study_id}/stages", f"{below}/stages"),
        ("GET", "/v1/studies/{study_id}/trials", f"{below}/trials"),
        ("GET", "/v1/studies/{study_id}/trials/{stage}/{number}", f"{below}/trials/coarse/0"),
        ("GET", "/v1/studies/{study_id}/trials/{stage}/{number}", f"{below}/trials/coarse/1"),
        ("GET", "/v1/studies/{study_id}/report", f"{below}/report"),
        ("GET", "/v1/networks", "/v1/networks"),
        ("GET", "/v1/networks/{name}", "/v1/networks/convnet"),
        ("GET", "/v1/datasets", "/v1/datasets"),
        ("POST", "/v1/studies/{study_id}/pause", f"{below}/pause"),
        ("POST", "/v1/studies/{study_id}/resume", f"{below}/resume"),
        ("POST", "/v1/studies/{study_id}/cancel", f"{below}/cancel"),
        ("DELETE", "/v1/studies/{study_id}", below),
        ("GET", "/v1/studies/{study_id}", "/v1/studies/0"),
        ("POST", "/v1/studies", "/v1/studies"),
    ]
    for method, template, path in calls:
        answer = service.ask(method, path, secret)
        described = document["paths"][template][method.lower()]["responses"][str(answer.status_code)]
        kind = answer.headers["content-type"].partition(";")[0]
        validator(document, described["content"][kind]["schema"]).validate(answer.json())


def test_an_event_is_what_the_document_says(service: Service, document: dict[str, Any]) -> None:
    secret = service.secret(*EVERYTHING)
    study = worked(service, secret)
    study.end(study.plan(), 0.5, None, 0.9)
    study.judge()
    study.release()
    schema = validator(document, {"$ref": "#/components/schemas/EventDocument"})
    lines = service.ask("GET", f"/v1/studies/{study.id}/events", secret).text.split("\n")
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert len(told) == 8
    for one in told:
        schema.validate(one)


def test_the_page_for_people_reads_as_text(document: dict[str, Any]) -> None:
    shown = page(document)
    assert "`" not in re.sub(r"<pre>.*?</pre>", "", shown, flags=re.DOTALL)
    assert "<code>Last-Event-ID</code>" in shown
    submit = next(part for part in shown.split("<details>") if "Submit a study" in part)
    assert submit.count("choice: [16, 32]") == 1
    assert "application/yaml, application/x-yaml, text/yaml" in submit
    for part in shown.split("<details>")[1:]:
        codes = re.findall(r"<code>(\d{3})</code>", part)
        assert codes == sorted(codes)
    assert shown.count("<p>For example</p>") >= 15
