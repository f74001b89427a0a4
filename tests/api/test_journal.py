"""Request ids, the log, the trail of changes, and faults of the server."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from hpsearch.access import Scope
from hpsearch.api import log
from hpsearch.errors import ConflictError, DatabaseUnavailableError, LimitError
from tests.api.service import BASE, DEFINITION, WRONG, Service


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the service logs."""
    stream = StringIO()
    logger, handler = logging.getLogger(log.LOGGER), log.handler_for(stream)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


def lines(stream: StringIO) -> list[dict[str, Any]]:
    """The lines, each one JSON document."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_request_is_one_line_of_json(service: Service, written: StringIO) -> None:
    key, secret = service.key(Scope.READ, Scope.SUBMIT, owner="ada")
    study = service.study(secret)
    told = {"X-Request-Id": "night-run.7"}
    answer = service.ask("GET", f"/v1/studies/{study}/trials/coarse/0?x=1", secret, headers=told)
    assert answer.headers["x-request-id"] == "night-run.7"
    submitted, looked = lines(written)
    assert submitted["study"] == study
    assert {"method", "path", "status", "duration_ms", "client", "time"} <= looked.keys()
    assert looked["request"] == "night-run.7"
    assert (looked["key"], looked["owner"]) == (key.prefix, "ada")
    assert (looked["study"], looked["stage"], looked["trial"]) == (study, "coarse", "0")
    assert "?" not in looked["path"]


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "{}", "ä", '"', "a/b"])
def test_an_id_that_could_not_stand_in_a_log_is_replaced(service: Service, given: str) -> None:
    told = [(b"x-request-id", given.encode())]
    found = service.ask("GET", "/healthz", headers=told).headers["x-request-id"]
    assert found != given
    assert len(found) == 32


def test_no_secret_is_ever_logged(service: Service, written: StringIO) -> None:
    secrets = [service.secret(*Scope), service.secret(), WRONG]
    cookies = [service.parts.keyring.open_session(service.key(*Scope)[0])]
    service.app.add_api_route("/fault", fault, methods=["GET", "POST"])
    for secret in secrets:
        for method in ("GET", "POST"):
            service.ask(method, "/fault", secrets[0], headers={"X-Said": secret})
            service.ask(method, f"/v1/studies/{secret}", secrets[0])
            service.ask(method, f"/v1/studies?key={secret}", secrets[0])
            told = {"X-Request-Id": secret, "User-Agent": secret}
            assert secret not in str(service.ask(method, "/nothing", secret, headers=told).headers)
            service.ask(method, "/v1/studies", secret, headers={"Cookie": f"hpsearch_session={secret}"})
            service.ask(method, "/v1/validate", secrets[0], content=secret)
            service.ask(method, "/session", headers={"Origin": BASE}, data={"key": secret, "next": f"/{secret}"})
            service.ask(secret[:40], "/nothing", secret)
    service.ask("GET", "/v1/studies", headers={"Cookie": f"hpsearch_session={cookies[0]}"})
    text = written.getvalue()
    assert len(text.splitlines()) > 8 * len(secrets)
    assert "fault" in text
    for secret in secrets + cookies:
        assert secret not in text
        assert secret[-30:] not in text
    assert "authorization" not in text.lower()


async def fault() -> None:
    """A route that is broken, and tells what it should not."""
    raise RuntimeError(f"a fault, told with a key: {WRONG}")


def test_a_fault_is_a_problem_document_without_its_traceback(service: Service, written: StringIO) -> None:
    service.app.add_api_route("/fault", fault, methods=["GET"])
    answer = service.ask("GET", "/fault", service.secret())
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert "told with a key" not in answer.text
    told, request = lines(written)
    assert "Traceback" in told["error"]
    assert told["request"] == request["request"] == answer.headers["x-request-id"]
    assert request["status"] == 500
    assert answer.headers["x-request-id"] in answer.json()["detail"]


def test_what_was_changed_is_on_the_trail_with_who_did_it(service: Service) -> None:
    key, secret = service.key(Scope.SUBMIT, owner="ada")
    study = service.study(secret)
    service.ask("POST", f"/v1/studies/{study}/cancel", secret, headers={"X-Request-Id": "r-1"})
    reader, reading = service.key(Scope.READ, owner="ada")
    service.ask("DELETE", f"/v1/studies/{study}", reading)
    service.ask("GET", f"/v1/studies/{study}", reading)
    service.ask("POST", "/v1/validate", reading, json=DEFINITION)
    service.ask("POST", f"/v1/studies/{study + 1}/cancel", secret)
    service.ask("POST", f"/v1/studies/{study}/cancel", WRONG)
    service.ask("DELETE", f"/v1/studies/{study}", secret)
    entries = sorted(service.parts.audit.entries(100), key=lambda entry: entry.id or 0)
    assert [(entry.action, entry.key_id, entry.owner, entry.study_id, entry.detail["status"]) for entry in entries] == [
        ("POST /v1/studies", key.id, "ada", study, 201),
        ("POST /v1/studies/{study_id}/cancel", key.id, "ada", study, 200),
        ("DELETE /v1/studies/{study_id}", reader.id, "ada", study, 403),
        ("DELETE /v1/studies/{study_id}", key.id, "ada", study, 204),
    ]
    assert entries[1].request_id == "r-1"
    assert secret not in str(entries)


def test_a_trail_that_cannot_be_written_does_not_hide_what_was_done(service: Service, written: StringIO) -> None:
    class Broken:
        def write(self, entry: object) -> None:
            raise DatabaseUnavailableError("gone")

    object.__setattr__(service.parts, "audit", Broken())
    with Service(service.parts) as other:
        assert other.study(other.secret(Scope.SUBMIT)) == 1
    assert "audit entry lost" in [line["event"] for line in lines(written)]


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (ConflictError("x"), 409, None),
        (LimitError("x", 2.5), 429, "3"),
        (LimitError("x", None), 403, None),
        (DatabaseUnavailableError("postgres.internal is gone"), 503, "5"),
    ],
)
def test_the_systems_errors_have_their_status(
    service: Service, error: Exception, status: int, retry: str | None
) -> None:
    def fail() -> None:
        raise error

    service.app.add_api_route("/fails", fail, methods=["GET"])
    answer = service.ask("GET", "/fails", service.secret())
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "internal" not in answer.text


def test_a_database_that_is_away_is_a_503_at_the_gate_as_well(service: Service) -> None:
    class Away:
        def find(self, secret: str) -> None:
            raise DatabaseUnavailableError("postgres.internal is gone")

    object.__setattr__(service.parts, "keyring", Away())
    answer = service.ask("GET", "/v1/studies", WRONG)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "internal" not in answer.text
