"""Every route of the running application with every method, and what is no route, asked by those who may not."""

from collections.abc import AsyncIterator, Callable

import pytest
from starlette.responses import StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as Scopes

from hpsearch.access import Scope
from hpsearch.api.app import create_app
from hpsearch.api.gate import OPEN
from hpsearch.api.journal import UNCHANGING
from hpsearch.api.login import LOGIN
from hpsearch.api.origin import SAFE
from tests.api.service import WRONG, Service

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND")
NO_ROUTES = (
    "/dashboard", "/dashboard/", "/dashboard/studies/1", "/static/x", "/api/studies", "/api/meta",
    "/artifacts/1/1", "/csv/1", "/favicon.ico", "/docs/", "/redoc", "/docs/oauth2-redirect", "/openapi.yaml",
    "/nothing", "/v1", "/v1/", "/v1/nothing", "/.env", "/healthz/", "/healthz/x", "//healthz", "/HEALTHZ",
    "/healthz%20", "/healthz%00", "/session/", "/%2e%2e/healthz", "/readyz;x", "/metrics.json",
)  # fmt: skip
ANY_KEY = frozenset({"/", "/healthz", "/readyz", "/docs", "/openapi.json", "/session", "/session/end"})
"""Routes that ask for no scope: they show nobody's studies. Everything else has to be refused to a key without one."""


def test_nothing_but_healthz_answers_without_a_key_that_is_valid(service: Service) -> None:
    """No key, an unknown, a revoked and a mutilated one: the same answer at each path, known or unknown."""
    key, revoked = service.key(*Scope)
    service.parts.keyring.revoke(key.prefix)
    _, valid = service.key(*Scope)
    asked = {path for _, _, path in service.calls(1)} | {*NO_ROUTES}
    assert {"/", "/docs", "/openapi.json", "/metrics", "/readyz", "/v1/studies", "/v1/studies/1"} <= asked
    seen: dict[tuple[str, ...], list[str]] = {}
    for secret in (None, WRONG, revoked, valid[:-1], valid + "x", valid.swapcase()):
        for path in sorted(asked):
            for method in METHODS:
                if (method, path) in OPEN or (method, path) == LOGIN:
                    continue
                answer = service.ask(method, path, secret)
                told = {
                    name: value for name, value in answer.headers.items() if name not in ("x-request-id", "connection")
                }
                body = "" if method == "HEAD" else answer.text
                seen.setdefault((str(answer.status_code), body, str(told)), []).append(f"{method} {path}")
    assert {status for status, _, _ in seen} == {"401"}, {found[0]: calls[:5] for found, calls in seen.items()}
    assert len(seen) == 2, {found[:2]: calls[:5] for found, calls in seen.items()}  # with and without a body


@pytest.mark.parametrize(
    "path", ["/v1/../healthz", "/healthz/..", "/./healthz", "healthz", "*", "", "/healthz\x00", "/é"]
)
def test_paths_are_taken_as_they_come(service: Service, path: str) -> None:
    async def at_path(scope: Scopes, receive: Receive, send: Send) -> None:
        await service.app({**scope, "path": path}, receive, send)

    service.outside = at_path
    assert service.ask("GET", "/").status_code == 401
    assert service.ask("GET", "/", WRONG).status_code == 401


def test_only_one_path_is_open() -> None:
    assert {("GET", "/healthz")} == OPEN
    assert LOGIN == ("POST", "/session")


def test_healthz_answers_without_a_key_whatever_its_host(service: Service) -> None:
    answer = service.ask("GET", "/healthz", headers={"Host": "10-1-2-3.cluster.example"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_key_of_an_admin_reaches_everything_of_everybody_but_submits_nothing(service: Service) -> None:
    secret, submits = service.secret(owner="root"), service.secret(Scope.SUBMIT)
    study = service.study(submits)
    refused = set()
    for method, template, path in service.calls(study):
        if template in ANY_KEY or template.endswith("/events"):
            continue
        answer = service.ask(method, path, secret)
        if answer.status_code == 403:
            refused.add((method, template))
        else:
            assert answer.status_code != 401, (method, path)
        if method == "DELETE" and template == "/v1/studies/{study_id}":
            assert answer.status_code in (204, 409)
    assert refused == {("POST", "/v1/studies"), ("POST", "/v1/checks")}
    theirs = service.study(submits)
    for ending in ("pause", "resume", "cancel"):
        assert service.ask("POST", f"/v1/studies/{theirs}/{ending}", secret).status_code == 200
    assert service.ask("DELETE", f"/v1/studies/{theirs}", secret).status_code == 204


def test_a_key_that_reads_changes_nothing(service: Service) -> None:
    study = service.study(service.secret(Scope.SUBMIT))
    secret = service.secret(Scope.READ)
    changing = [call for call in service.calls(study) if call[0] not in SAFE and call[1] not in UNCHANGING | ANY_KEY]
    assert {template for _, template, _ in changing} >= {"/v1/studies", "/v1/studies/{study_id}/cancel"}
    for method, _, path in changing:
        assert service.ask(method, path, secret).status_code == 403, (method, path)


def test_a_key_that_submits_does_not_read(service: Service) -> None:
    secret = service.secret(Scope.SUBMIT)
    study = service.study(secret)
    for method, template, path in service.calls(study):
        if method in SAFE and template not in ANY_KEY:
            assert service.ask(method, path, secret).status_code == 403, (method, path)


def test_what_belongs_to_another_owner_answers_exactly_as_what_is_missing(service: Service) -> None:
    study = service.study(service.secret(Scope.SUBMIT, owner="ada"))
    other = service.secret(Scope.READ, Scope.SUBMIT, owner="bob")
    missing = study + 1  # both have one digit, so that also the lengths of the answers can be compared

    def outcome(method: str, path: str, number: int) -> tuple[int, str, dict[str, str]]:
        answer = service.ask(method, path, other)
        told = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        text = answer.text.replace(f"studies/{number}", "studies/N").replace(f"number {number}", "number N")
        return answer.status_code, text, told

    about = [(m, t) for m, t, _ in service.calls(study) if "{study_id}" in t]
    assert len(about) > 8
    for method, template in about:
        path = template.replace("{stage}", "coarse").replace("{number}", "0")
        theirs = outcome(method, path.replace("{study_id}", str(study)), study)
        none = outcome(method, path.replace("{study_id}", str(missing)), missing)
        assert theirs == none, (method, template)
        assert theirs[0] == 404, (method, template)


def test_an_admin_sees_every_owners_studies(service: Service) -> None:
    study = service.study(service.secret(Scope.SUBMIT, owner="ada"))
    admin = service.secret(*Scope, owner="root")
    assert service.ask("GET", f"/v1/studies/{study}", admin).status_code == 200


def test_a_revoked_key_is_refused_from_the_next_request_on(service: Service) -> None:
    key, secret = service.key(Scope.READ)
    assert service.ask("GET", "/v1/studies", secret).status_code == 200
    service.parts.keyring.revoke(key.prefix)
    assert service.ask("GET", "/v1/studies", secret).status_code == 401


def test_a_route_that_is_added_later_is_closed_until_someone_opens_it(service: Service) -> None:
    service.app.add_api_route("/later", lambda: {"secret": "1"}, methods=["GET"])
    assert service.ask("GET", "/later").status_code == 401
    assert service.ask("GET", "/later", service.secret()).status_code == 200


@pytest.mark.parametrize(
    "written",
    [
        lambda secret: [(b"authorization", f"Bearer {secret}".encode())] * 2,
        lambda secret: [(b"authorization", b"Basic x"), (b"authorization", f"Bearer {secret}".encode())],
        lambda secret: [(b"authorization", f"Bearer {secret}, Bearer {secret}".encode())],
        lambda secret: [(b"authorization", f"Bearer {secret} x".encode())],
        lambda secret: [(b"authorization", f"Bearer\t{secret}".encode())],
        lambda secret: [(b"authorization", f"Bearer{secret}".encode())],
        lambda secret: [(b"authorization", secret.encode())],
        lambda secret: [(b"authorization", f"Token {secret}".encode())],
        lambda secret: [(b"authorization", f"Basic {secret}".encode())],
        lambda secret: [(b"authorization", b"Bearer \xff\xfe" + secret.encode())],
        lambda secret: [(b"authorization", f"Bearer {secret}".encode() + b"\xc3\xa9")],
        lambda secret: [(b"authorization", f"Bearer {secret}".encode() * 1000)],
        lambda secret: [(b"x-api-key", secret.encode())],
        lambda secret: [(b"cookie", f"key={secret}".encode())],
        lambda secret: [(b"cookie", f"hpsearch_session={secret}".encode())],
        lambda secret: [(b"cookie", b"hpsearch_session=\xff\xfe; ;;=" + secret.encode())],
        lambda secret: [(b"proxy-authorization", f"Bearer {secret}".encode())],
    ],
)  # fmt: skip
def test_a_key_counts_only_where_it_belongs(
    service: Service, written: Callable[[str], list[tuple[bytes, bytes]]]
) -> None:
    secret = service.secret(*Scope)
    assert service.ask("GET", "/v1/studies", headers=written(secret)).status_code == 401


def test_the_scheme_is_written_in_any_letters(service: Service) -> None:
    secret = service.secret(Scope.READ)
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert service.ask("GET", "/v1/studies", headers={"Authorization": f"{scheme} {secret}"}).status_code == 200


def test_a_wrong_header_is_not_saved_by_a_right_cookie(service: Service) -> None:
    key, _ = service.key(Scope.READ)
    cookie = {"Cookie": f"hpsearch_session={service.parts.keyring.open_session(key)}"}
    assert service.ask("GET", "/v1/studies", headers=cookie).status_code == 200
    assert service.ask("GET", "/v1/studies", WRONG, headers=cookie).status_code == 401
    assert service.ask("GET", "/v1/studies", headers={**cookie, "Authorization": "Basic x"}).status_code == 401


def test_a_stream_ends_once_its_key_is_revoked(service: Service) -> None:
    key, secret = service.key(Scope.READ)

    async def told() -> AsyncIterator[bytes]:
        yield b"before"
        service.parts.keyring.revoke(key.prefix)
        yield b"after"

    app = create_app(service.parts, review_s=0)
    app.add_api_route("/stream", lambda: StreamingResponse(told()), methods=["GET"])
    service.outside = app
    answer = service.ask("GET", "/stream", secret)
    assert answer.status_code == 200
    assert "after" not in answer.text
