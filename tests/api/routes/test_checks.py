"""Checks over HTTP: asked for, waited for, answered in every form, seen by their owners alone."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import jsonschema
import pytest

from hpsearch.access import Limits, Scope
from hpsearch.api.routes.checks import EXIT_CODE
from hpsearch.api.routes.definitions import YAML_EXAMPLE
from hpsearch.api.routes.examples import _checked
from hpsearch.checked import CheckOutcome, CheckVerdict
from hpsearch.errors import Problem
from hpsearch.finding import Severity
from hpsearch.report.check_documents import PartDocument, PlacedFindingDocument
from hpsearch.store.check_queue import CheckQueue
from tests.api.live import live
from tests.api.routes.test_openapi import validator
from tests.api.routes.working import EVERYTHING
from tests.api.service import DEFINITION, Service

YAML = {"Content-Type": "application/yaml"}
PROBLEM = Problem("data.batch_size", "4000", "too large", "Lower it.")
FINDING = PlacedFindingDocument(
    code="HP301", severity=Severity.ERROR, message="it is broken", evidence={}, advice="mend it", source="",
    part="advice", file=None, line=None,
)  # fmt: skip


def report(failing: bool = False) -> CheckOutcome:
    check = _checked()
    if failing:
        part = PartDocument(name="advice", verdict=CheckVerdict.FAIL, summary="bad", left_out=(), duration_s=0.1)
        parts = (*check.parts, part)
        check = check.model_copy(update={"parts": parts, "findings": (FINDING,), "verdict": CheckVerdict.FAIL})
    return CheckOutcome(report=check.model_dump_json())


def end(service: Service, outcome: CheckOutcome) -> None:
    """Whichever check waits comes to that."""
    queue = CheckQueue(service.parts.engine)
    claim = queue.next_check("me", 60.0, 99)
    assert claim is not None
    queue.finish(claim, outcome)


def ask(service: Service, secret: str, query: str = "", **headers: str) -> httpx.Response:
    return service.ask("POST", f"/v1/checks{query}", secret, headers=YAML | headers, content=YAML_EXAMPLE)


@pytest.fixture
def secret(service: Service) -> str:
    return service.secret(*EVERYTHING)


def test_a_check_is_noted_then_answered_in_every_form(service: Service, secret: str) -> None:
    begun = ask(service, secret, "?budget_s=30&format=junit")
    assert (begun.status_code, begun.headers["location"], begun.headers["retry-after"]) == (202, "/v1/checks/1", "2")
    assert (begun.json()["state"], begun.json()["budget_s"], begun.json()["check"]) == ("waiting", 30.0, None)
    assert EXIT_CODE not in begun.headers
    end(service, report(failing=True))
    told = service.ask("GET", "/v1/checks/1?file=a/study.yaml", secret)
    assert (told.status_code, told.headers[EXIT_CODE]) == (200, "1")
    assert told.json()["exit_code"] == 1
    assert [(one["file"], one["line"]) for one in told.json()["check"]["findings"]] == [("a/study.yaml", 3)]
    document = service.ask("GET", "/openapi.json", secret).json()
    validator(document, {"$ref": "#/components/schemas/ServiceCheckDocument"}).validate(told.json())
    junit = service.ask("GET", "/v1/checks/1", secret, headers={"Accept": "application/xml"})
    assert [case.get("name") for case in ET.fromstring(junit.text).iter("testcase")] == ["data", "advice"]  # noqa: S314
    assert junit.headers["content-type"] == "application/xml"
    for query, begins in (
        ("format=markdown", "## hpsearch check of digits: failed"),
        ("format=text", "Check of digits: failed"),
        (
            "format=github&file=study.yaml",
            "::error file=study.yaml,line=3,title=hpsearch advice%3A HP301::it is broken",
        ),
    ):
        answer = service.ask("GET", f"/v1/checks/1?{query}", secret)
        assert answer.text.startswith(begins)
        assert answer.headers[EXIT_CODE] == "1"
    assert service.ask("GET", "/v1/checks/1", secret, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (CheckOutcome(problems=(PROBLEM,)), "2", "too large"),
        (CheckOutcome(reason="it was killed by signal 9"), "1", "killed by signal 9"),
        (report(), "0", "data"),
    ],
)
def test_every_outcome_has_its_exit_code_and_its_forms(
    service: Service, secret: str, outcome: CheckOutcome, code: str, words: str
) -> None:
    ask(service, secret)
    end(service, outcome)
    for form in ("json", "junit", "markdown", "text"):
        answer = service.ask("GET", f"/v1/checks/1?format={form}", secret)
        assert (answer.status_code, answer.headers[EXIT_CODE]) == (200, code)
        assert words in answer.text
    annotations = service.ask("GET", "/v1/checks/1?format=github&file=s.yaml", secret).text
    assert annotations.startswith("::error file=s.yaml,line=") == (code != "0")
    listed = service.ask("GET", "/v1/checks", secret).json()["checks"]
    assert [str(one["exit_code"]) for one in listed] == [code]


def test_whoever_waits_is_answered_when_it_ends(service: Service, secret: str) -> None:
    def later() -> None:
        time.sleep(0.3)
        end(service, report())

    ask(service, secret)
    thread = threading.Thread(target=later)
    thread.start()
    answer = service.ask("GET", "/v1/checks/1?wait=60", secret)
    thread.join()
    assert (answer.status_code, answer.headers[EXIT_CODE]) == (200, "0")
    assert ask(service, secret, "?wait=0.2").status_code == 202


def test_a_key_waits_for_so_much_at_a_time(service: Service) -> None:
    key, secret = service.key(*EVERYTHING, limits=Limits(streams=1))
    service.app.state.streams.begin(key)
    assert ask(service, secret, "?wait=5").status_code == 429
    assert service.ask("GET", "/v1/checks", secret).json()["checks"] == []  # whoever is refused has no check
    service.app.state.streams.end(key)


def test_whoever_goes_away_leaves_the_place(service: Service) -> None:
    key, secret = service.key(*EVERYTHING, limits=Limits(streams=1))
    ask(service, secret)
    streams = service.app.state.streams
    with live(service.app) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        head = f"GET /v1/checks/1?wait=600 HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {secret}"
        client.sendall(f"{head}\r\n\r\n".encode())
        until(lambda: streams.is_full(key))
        client.close()
        until(lambda: not streams.is_full(key))


def until(there: Callable[[], bool]) -> None:
    for _ in range(600):
        if there():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come")


def test_a_baseline_is_an_earlier_check_of_the_same_study(service: Service, secret: str) -> None:
    ask(service, secret)
    end(service, report(failing=True))
    ask(service, secret, "?baseline=1")
    end(service, report(failing=True))
    assert service.ask("GET", "/v1/checks/2", secret).headers[EXIT_CODE] == "1"
    held = service.ask("GET", "/v1/checks/2?baseline=1", secret)
    assert held.headers[EXIT_CODE] == "0"
    assert held.json()["check"]["comparison"]["known"] == ["advice: bad"]
    itself = service.ask("GET", "/v1/checks/1?baseline=1", secret)
    assert [one["path"] for one in itself.json()["problems"]] == ["query.baseline"]
    assert ask(service, secret, "?baseline=9").status_code == 404
    other = service.ask("POST", "/v1/checks?baseline=1", secret, json={**DEFINITION, "name": "other"})
    assert other.json()["problems"][0]["path"] == "query.baseline"
    assert len(service.ask("GET", "/v1/checks", secret).json()["checks"]) == 2


def test_what_was_not_judged_is_no_baseline(service: Service, secret: str) -> None:
    part = PartDocument(name="overfit", verdict=CheckVerdict.INCOMPLETE, summary="late", left_out=(), duration_s=0.1)
    late = _checked().model_copy(update={"parts": (part,), "verdict": CheckVerdict.INCOMPLETE})
    ask(service, secret)
    end(service, CheckOutcome(report=late.model_dump_json()))
    refused = ask(service, secret, "?baseline=1")
    assert refused.status_code == 422
    assert "overfit could not be judged" in refused.json()["problems"][0]["message"]
    assert len(service.ask("GET", "/v1/checks", secret).json()["checks"]) == 1


def test_what_is_asked_wrongly_stores_nothing(service: Service, secret: str) -> None:
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("?whole=true&budget_s=3", DEFINITION, "query.budget_s"),
        ("?wait=601", DEFINITION, "query.wait"),
        ("?fast=1", DEFINITION, "query.fast"),
        ("", {**DEFINITION, "network": {"factory": "os:system"}}, "network.factory"),
        ("", {**DEFINITION, "data": {"dataset": "numpy", "path": "/etc/passwd"}}, "data.path"),
    ]
    for query, body, path in wrong:
        answer = service.ask("POST", f"/v1/checks{query}", secret, json=body)
        assert answer.status_code == 422, answer.text
        assert [one["path"] for one in answer.json()["problems"]] == [path]
        assert answer.headers.get(EXIT_CODE) == (None if path.startswith("query") else "2")
    assert service.ask("GET", "/v1/checks", secret).json() == {"checks": [], "next": None}


def test_a_repeated_request_is_one_check_and_pages_go_on(service: Service, secret: str) -> None:
    first, again = (ask(service, secret, "?budget_s=9", **{"Idempotency-Key": "a"}) for _ in range(2))
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert ask(service, secret, "?budget_s=8", **{"Idempotency-Key": "a"}).status_code == 409
    ask(service, secret)
    page = service.ask("GET", "/v1/checks?limit=1", secret).json()
    assert [one["id"] for one in page["checks"]] == [2]
    rest = service.ask("GET", page["next"], secret).json()
    assert ([one["id"] for one in rest["checks"]], rest["next"]) == ([1], None)


def test_checks_belong_to_their_owners_and_the_trail_names_them(service: Service, secret: str) -> None:
    ask(service, secret)
    stranger = service.secret(Scope.READ, Scope.SUBMIT, owner="bob")
    for method in ("GET", "DELETE"):
        assert service.ask(method, "/v1/checks/1", stranger).status_code == 404
    assert service.ask("POST", "/v1/checks", service.secret(Scope.READ), json=DEFINITION).status_code == 403
    assert service.ask("DELETE", "/v1/checks/1", secret).status_code == 204
    assert service.ask("GET", "/v1/checks/1", secret).status_code == 404
    entries = [(one.action, one.detail.get("check")) for one in service.parts.audit.entries()]
    assert ("DELETE /v1/checks/{check_id}", 1) in entries
    assert ("POST /v1/checks", 1) in entries


def test_the_example_of_the_report_is_one(service: Service, secret: str) -> None:
    document = service.ask("GET", "/openapi.json", secret).json()
    bodies = document["paths"]["/v1/checks"]["post"]["requestBody"]["content"]
    assert set(bodies) == {"application/json", "application/yaml", "application/x-yaml", "text/yaml"}
    with pytest.raises(jsonschema.ValidationError):
        validator(document, {"$ref": "#/components/schemas/ServiceCheckDocument"}).validate({"id": 1})
