"""The frame of the application: what it loads, and how it says that something is not there."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hpsearch.access import Scope
from hpsearch.api.origin import SAFE
from tests.api.service import Service

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "ray", "optuna", "sklearn", "pandas", "optuna_dashboard"}


def test_the_service_loads_nothing_heavy(database_url: str) -> None:
    program = (
        "import sys\n"
        "from hpsearch.api.app import create_app\n"
        "from hpsearch.api.parts import open_parts\n"
        "with open_parts(sys.argv[1], 'here') as parts: create_app(parts).openapi()\n"
        f"print(sorted({{name.partition('.')[0] for name in sys.modules}} & {HEAVY!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, database_url], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_websocket_is_refused(service: Service) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    _, secret = service.key(*Scope)
    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {secret}".encode())]
    scope = {"type": "websocket", "path": "/healthz", "headers": headers}
    asyncio.run(service.app(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_wrong_method_names_all_right_ones(service: Service) -> None:
    answer = service.ask("PATCH", "/v1/studies", service.secret(*Scope))
    assert answer.status_code == 405
    assert {method.strip() for method in answer.headers["allow"].split(",")} >= {"GET", "POST"}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/nothing", "/v1/studies/", "/v1/studies/x/y/z", "/%00", "/v1/%ff", "/favicon.ico"])
def test_what_is_not_there_is_a_problem_document(service: Service, path: str) -> None:
    answer = service.ask("GET", path, service.secret(*Scope))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Not Found"


@pytest.mark.parametrize("number", ["-1", "0", str(2**31), str(2**63), "9" * 400, "x", "1.5", "%00", "1e3", "٣"])
def test_what_cannot_be_the_number_of_a_study_is_not_there(service: Service, number: str) -> None:
    answer = service.ask("GET", f"/v1/studies/{number}", service.secret(*Scope))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_parameters_that_cannot_be_read_are_all_named(service: Service) -> None:
    answer = service.ask("GET", "/v1/studies?limit=x&state=y", service.secret(*Scope))
    assert answer.status_code == 422
    assert {found["path"] for found in answer.json()["problems"]} == {"query.limit", "query.state"}


def test_every_answer_says_how_it_may_be_used(service: Service) -> None:
    secret = service.secret(*Scope)
    for path in ("/healthz", "/v1/studies", "/nothing", "/metrics", "/docs"):
        answer = service.ask("GET", path, secret)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"]
        assert len(answer.headers["x-request-id"]) == 32


def test_the_document_of_the_api_tells_of_keys_and_of_every_error(service: Service) -> None:
    document = service.ask("GET", "/openapi.json", service.secret()).json()
    assert document["security"] == [{"key": []}]
    assert document["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
    assert "ProblemAnswer" in document["components"]["schemas"]
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            assert call.get("summary"), (method, path)
            if path == "/healthz":
                assert call["security"] == []
                continue
            told = call["responses"]
            assert {"401", "429"} <= told.keys(), (method, path)
            assert method.upper() in SAFE or "403" in told, (method, path)
            for status, answer in told.items():
                if status[0] in "45" and (path, status) != ("/readyz", "503"):
                    assert "application/problem+json" in answer["content"], (method, path, status)
