"""The dashboard behind the same login: who reaches it, and on whose behalf."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Send
from starlette.types import Scope as Scopes

from hpsearch.access import Scope
from hpsearch.api.parts import ServiceParts
from tests.api.service import BASE, WRONG, Service

PATHS = ["/dashboard", "/dashboard/", "/dashboard/studies/1", "/static/bundle.js", "/api/studies", "/api/meta"]
PATHS += ["/artifacts/1/1", "/csv/1", "/favicon.ico", "/api/studies/1?after=0"]


class Recording:
    """A dashboard that notes what reaches it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str | None]] = []

    async def __call__(self, scope: Scopes, receive: Receive, send: Send, whose: str | None) -> None:
        self.asked.append((scope["method"], scope["path"], whose))
        await PlainTextResponse("the dashboard")(scope, receive, send)


@pytest.fixture
def dashboard() -> Recording:
    """A dashboard."""
    return Recording()


@pytest.fixture
def service(parts: ServiceParts, dashboard: Recording) -> Iterator[Service]:
    """A service with that dashboard."""
    with Service(replace(parts, dashboard=dashboard)) as made:
        yield made


@pytest.mark.parametrize("path", PATHS)
def test_the_dashboard_shows_the_owners_studies(service: Service, dashboard: Recording, path: str) -> None:
    asked = path.partition("?")[0]
    assert service.ask("GET", path, service.secret(Scope.READ, owner="ada")).text == "the dashboard"
    assert service.ask("GET", path, service.secret(*Scope, owner="root")).text == "the dashboard"
    assert dashboard.asked == [("GET", asked, "ada"), ("GET", asked, None)]


def test_nobody_else_reaches_it(service: Service, dashboard: Recording) -> None:
    for path in PATHS:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            assert service.ask(method, path).status_code == 401
            assert service.ask(method, path, WRONG).status_code == 401
            assert service.ask(method, path, service.secret(Scope.SUBMIT)).status_code == 403
    assert dashboard.asked == []


def test_other_pages_cannot_use_a_login_for_it(service: Service, dashboard: Recording) -> None:
    key, _ = service.key(Scope.READ)
    cookie = {"Cookie": f"hpsearch_session={service.parts.keyring.open_session(key)}"}
    assert service.ask("POST", "/api/studies", headers={**cookie, "Origin": "https://evil.example"}).status_code == 403
    assert dashboard.asked == []
    assert service.ask("POST", "/api/studies", headers={**cookie, "Origin": BASE}).status_code == 200


def test_everything_else_is_the_applications(service: Service, dashboard: Recording) -> None:
    secret = service.secret(*Scope)
    for path in ("/", "/docs", "/v1/studies", "/nothing", "/dashboards", "/apis", "/static", "/metrics"):
        service.ask("GET", path, secret)
    assert dashboard.asked == []


def test_the_first_page_is_the_dashboard_where_there_is_one(service: Service, parts: ServiceParts) -> None:
    secret = service.secret(Scope.READ)
    assert service.ask("GET", "/", secret).headers["location"] == "/dashboard"
    with Service(parts) as without:
        assert without.ask("GET", "/", secret).headers["location"] == "/docs"


def test_the_documentation_loads_nothing_from_anywhere(service: Service) -> None:
    answer = service.ask("GET", "/docs", service.secret())
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "POST</b> /v1/studies" in answer.text
    assert "<script" not in answer.text
    assert "https://" not in answer.text
