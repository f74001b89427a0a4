"""A browser logs in once with a key, and other pages cannot use its cookie."""

import re

import pytest

from hpsearch.access import Scope
from tests.api.service import BASE, WRONG, Service

HERE = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


def logged_in(service: Service, *scopes: Scope) -> dict[str, str]:
    """The cookie of a new login."""
    answer = service.ask("POST", "/session", headers=HERE, data={"key": service.secret(*scopes)})
    assert answer.status_code == 303
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_a_browser_without_a_key_gets_the_page_that_asks_for_one(service: Service) -> None:
    answer = service.ask("GET", '/dashboard/"><script>?x=<b>&y=1', headers=PAGE)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"  # with no-referrer a form's Origin would be null
    assert '<form method="post" action="/session">' in answer.text
    assert "<script" not in answer.text
    assert "<b>" not in answer.text
    assert not re.search(r"(?:src|href)=", answer.text)  # nothing is loaded from anywhere


def test_the_page_leads_back_to_where_the_browser_wanted_to_go(service: Service) -> None:
    answer = service.ask("GET", "/v1/studies?limit=5&state=failed", headers=PAGE)
    assert 'value="/v1/studies?limit=5&amp;state=failed"' in answer.text


def test_a_login_sets_a_cookie_that_scripts_and_other_sites_cannot_use(service: Service) -> None:
    secret = service.secret(Scope.READ)
    answer = service.ask("POST", "/session", headers=HERE, data={"key": secret, "next": "/v1/studies?limit=5"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/v1/studies?limit=5")
    cookie, *flags = answer.headers["set-cookie"].split("; ")
    assert {flag.lower() for flag in flags} >= {"httponly", "samesite=strict", "path=/"}
    assert int(re.search(r"Max-Age=(\d+)", answer.headers["set-cookie"])[1]) > 0  # type: ignore[index]
    assert "secure" not in {flag.lower() for flag in flags}
    assert secret not in str(answer.headers)
    assert service.ask("GET", "/v1/studies", headers={"Cookie": cookie}).status_code == 200


def test_over_https_the_cookie_is_secure(service: Service) -> None:
    sent = {"key": service.secret(Scope.READ)}
    answer = service.ask("POST", "https://127.0.0.1/session", headers={"Origin": "https://127.0.0.1"}, data=sent)
    assert answer.status_code == 303
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "following",
    [
        "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "evil",
        "/ok\r\nSet-Cookie: a=b", "javascript:alert(1)", "", "/session", "/\u0000", "/\ud7ff", " /x y",
    ],
)  # fmt: skip
def test_a_login_leads_to_this_server_only(service: Service, following: str) -> None:
    sent = {"key": service.secret(Scope.READ), "next": following}
    answer = service.ask("POST", "/session", headers=HERE, data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("sent", [{"key": WRONG}, {"key": ""}, {"next": "/"}, {"key": "x" * 3000}, {"key": "\x00"}])
def test_a_wrong_key_gets_the_page_again_and_no_cookie(service: Service, sent: dict[str, str]) -> None:
    answer = service.ask("POST", "/session", headers=HERE, data=sent)
    assert answer.status_code == 401
    assert "This key is not valid" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_revoked_key_logs_nobody_in_and_ends_its_sessions(service: Service) -> None:
    key, secret = service.key(Scope.READ)
    answer = service.ask("POST", "/session", headers=HERE, data={"key": secret})
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert service.ask("GET", "/v1/studies", headers=cookie).status_code == 200
    service.parts.keyring.revoke(key.prefix)
    assert service.ask("GET", "/v1/studies", headers=cookie).status_code == 401
    assert service.ask("POST", "/session", headers=HERE, data={"key": secret}).status_code == 401


def test_a_login_is_a_form_of_modest_length(service: Service) -> None:
    secret = service.secret(Scope.READ)
    assert service.ask("POST", "/session", headers=HERE, json={"key": secret}).status_code == 415
    assert service.ask("POST", "/session", headers=HERE, data={"key": "x" * 5000}).status_code == 413
    twice = {**HERE, "Content-Type": "application/x-www-form-urlencoded"}
    assert service.ask("POST", "/session", headers=twice, content=f"key={secret}&key={secret}").status_code == 401
    many = "&".join(f"a{number}=1" for number in range(100))
    assert service.ask("POST", "/session", headers=twice, content=f"key={secret}&{many}").status_code == 401
    assert service.ask("POST", "/session", headers=twice, content=b"key=\xff\xfe").status_code == 401


@pytest.mark.parametrize("path", ["/session", "/session/end"])
def test_whoever_logs_out_is_out(service: Service, path: str) -> None:
    cookie = logged_in(service, Scope.READ)
    answer = service.ask("DELETE" if path == "/session" else "POST", path, headers={**HERE, **cookie})
    assert answer.status_code in (204, 303)
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert service.ask("GET", "/v1/studies", headers=cookie).status_code == 401


FOREIGN = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1:9000"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": BASE, "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("told", FOREIGN)
def test_pages_of_others_change_nothing_with_the_cookie(service: Service, told: dict[str, str]) -> None:
    cookie = logged_in(service, *Scope)
    for method, path in (("POST", "/v1/studies"), ("DELETE", "/v1/studies/1"), ("POST", "/session/end")):
        assert service.ask(method, path, headers={**cookie, **told}).status_code == 403
    assert service.ask("GET", "/v1/studies", headers={**cookie, **told}).status_code == 200
    sent = {"key": service.secret(Scope.READ)}
    assert service.ask("POST", "/session", headers=told, data=sent).status_code == 403


def test_the_same_page_may(service: Service) -> None:
    cookie = logged_in(service, *Scope)
    for told in (HERE, {"Origin": BASE}, {"Sec-Fetch-Site": "same-origin"}):
        answer = service.ask("POST", "/v1/validate", headers={**cookie, **told}, json={})
        assert answer.status_code == 200, answer.text


def test_programs_with_a_key_come_from_no_page(service: Service) -> None:
    assert service.ask("POST", "/v1/validate", service.secret(*Scope), json={}).status_code == 200


HOSTS = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "hpsearch.example:8000", "x" * 300]


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_host_is_refused(service: Service, host: str) -> None:
    answer = service.ask("GET", "/v1/studies", service.secret(*Scope), headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["status"] == 421


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "192.0.2.7", "localhost."]
)
def test_names_of_the_loopback_and_numbers_are_ours(service: Service, host: str) -> None:
    assert service.ask("GET", "/v1/studies", service.secret(*Scope), headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "hosts",
    [[], [b"localhost", b"evil.example"], [b""], [b"["], [b"localhost:x:y"], [b"localhost:0"], [b"x@localhost"]],
)
def test_there_is_one_host_that_can_be_read(service: Service, hosts: list[bytes]) -> None:
    async def with_hosts(scope, receive, send):  # type: ignore[no-untyped-def]
        kept = [pair for pair in scope["headers"] if pair[0] != b"host"]
        await service.app({**scope, "headers": kept + [(b"host", host) for host in hosts]}, receive, send)

    service.outside = with_hosts
    assert service.ask("GET", "/v1/studies", service.secret(*Scope)).status_code in (400, 421)


@pytest.mark.parametrize(
    "address",
    ["/v1/studies?key={0}", "/?{0}", "/nothing?a=b&x={0}&c", "/v1/studies?key=%68ps_{1}", "/v1/studies/{0}", "/{0}/x"],
)
def test_a_key_in_the_address_is_refused_and_called_burnt(service: Service, address: str) -> None:
    key, secret = service.key(*Scope)
    for sent in (secret, None):
        answer = service.ask("GET", address.format(secret, secret.removeprefix("hps_")), sent)
        assert answer.status_code == 400
        assert "revoke" in answer.text.lower()
        assert key.prefix in answer.text
        assert secret not in answer.text
