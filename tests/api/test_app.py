"""Only ``GET /healthz`` answers, and the process that answers has loaded neither torch nor ray."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from hpsearch.api.app import create_app

ROOT = Path(__file__).parents[2]


def ask(method: str, path: str, app: FastAPI | None = None) -> httpx.Response:
    """One request to a new application."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app or create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path)

    return asyncio.run(asked())


def test_healthz_answers_without_a_key() -> None:
    answer = ask("GET", "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/redoc", "/openapi.json", "/v1/studies", "/healthz/", "/healthz/x", "//healthz", "/HEALTHZ"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_everything_else_needs_a_key(method: str, path: str) -> None:
    answer = ask(method, path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["status"] == 401


def test_there_are_no_pages_of_documentation() -> None:
    assert {getattr(route, "path", "") for route in create_app().routes} == {"/healthz"}


def test_other_methods_on_healthz_need_a_key() -> None:
    assert {ask(method, "/healthz").status_code for method in ("POST", "PUT", "DELETE", "PATCH")} == {401}


def test_a_websocket_is_refused() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    asyncio.run(create_app()({"type": "websocket", "path": "/healthz", "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_route_that_is_added_later_is_closed_until_someone_opens_it() -> None:
    app: FastAPI = create_app()
    app.add_api_route("/secret", lambda: {"secret": "1"}, methods=["GET"])
    assert ask("GET", "/secret", app).status_code == 401


def test_the_service_loads_neither_torch_nor_ray() -> None:
    program = (
        "import sys; from hpsearch.api.app import create_app; create_app(); "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'torch', 'ray', 'optuna'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
