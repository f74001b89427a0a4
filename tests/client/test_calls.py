"""What is sent, what is repeated, and what becomes of answers that are none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.client import (
    AnswerError,
    BrokenServerError,
    BusyError,
    Client,
    ConflictingError,
    ForbiddenError,
    InvalidDefinitionError,
    LimitReachedError,
    MissingError,
    RefusedError,
    ServiceError,
    UnauthorizedError,
    UnreachableError,
)
from hpsearch.client import transport as transport_module
from hpsearch.cost.named import named_cost
from hpsearch.errors import ConflictError, DefinitionError, NotFoundError
from tests.client.client_cases import KEY, asking, status, study
from tests.client.scripted_server import Heard, ScriptedServer, Told, problem

LOST = Told(breaks=True, body=b"")
TORN = Told(breaks=True, body=b'{"study": {')
BUSY = problem(503, "the database is away")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "FIRST_PAUSE_S", 0.001)


@pytest.mark.parametrize("failure", [LOST, TORN, BUSY, problem(429, "slower", {"Retry-After": "0"})])
def test_a_submission_whose_answer_was_lost_is_repeated_under_the_same_name(failure: Told) -> None:
    with asking(failure, failure, status("waiting")) as (client, server):
        assert client.submit("name: tiny").study.state == "waiting"
    names = [heard.headers["idempotency-key"] for heard in server.heard]
    assert len(names) == 3
    assert len(set(names)) == 1
    assert len(names[0]) >= 20
    assert {heard.body for heard in server.heard} == {b"name: tiny"}


def test_two_submissions_have_two_names_unless_the_caller_says_otherwise() -> None:
    with asking(status("waiting")) as (client, server):
        client.submit("a: 1")
        client.submit("a: 1")
        client.submit("a: 1", idempotency_key="mine")
    first, second, third = (heard.headers["idempotency-key"] for heard in server.heard)
    assert first != second
    assert third == "mine"


def test_a_definition_is_text_or_content_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_bytes(b"name: \xff")  # what is wrong with it the service says
    with asking(status()) as (client, server):
        for definition in ("name: x", {"name": "x"}, file):
            client.submit(definition)
    assert [(heard.headers["content-type"], heard.body) for heard in server.heard] == [
        ("application/yaml", b"name: x"),
        ("application/json", b'{"name": "x"}'),
        ("application/yaml", b"name: \xff"),
    ]


def test_a_network_is_asked_for_by_its_name() -> None:
    answer = {"name": "a b", "description": "", "hyperparameters": [], "cost": json.loads(named_cost("lenet"))}
    with asking(Told(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})) as (client, server):
        assert client.network("a b/c").cost.total.parameters == 61_706
    assert server.heard[0].path == "/v1/networks/a%20b%2Fc"


@pytest.mark.parametrize("definition", [{"seed": float("nan")}, {"seed": {1}}, Path("/absent/study.yaml")])
def test_what_cannot_be_sent_is_told_before_anything_is(definition: dict[str, object] | Path) -> None:
    with asking(status()) as (client, server), pytest.raises(DefinitionError):
        client.submit(definition)
    assert server.heard == []


@pytest.mark.parametrize(
    ("answer", "kind", "ground"),
    [
        (problem(400, "d"), RefusedError, ServiceError),
        (problem(401, "d"), UnauthorizedError, ServiceError),
        (problem(403, "d"), ForbiddenError, ServiceError),
        (problem(404, "d"), MissingError, NotFoundError),
        (problem(409, "d"), ConflictingError, ConflictError),
        (problem(413, "d"), RefusedError, ServiceError),
        (problem(422, "d"), RefusedError, ServiceError),
        (problem(500, "d"), BrokenServerError, ServiceError),
        (Told(500, b"<html>"), BrokenServerError, ServiceError),
        (Told(404, b'["x"]'), MissingError, ServiceError),
        (Told(200, b"<html>"), AnswerError, ServiceError),
        (Told(200, b'{"study": 1}'), AnswerError, ServiceError),
    ],
)
def test_a_refusal_is_an_error_of_its_kind_and_is_not_repeated(
    answer: Told, kind: type[ServiceError], ground: type[Exception]
) -> None:
    with asking(answer, status()) as (client, server), pytest.raises(kind) as caught:
        client.study(1)
    assert type(caught.value) is kind
    assert isinstance(caught.value, ground)
    assert caught.value.status == answer.status
    assert len(server.heard) == 1
    assert KEY not in str(caught.value)
    if b"detail" in answer.body:
        assert "d" in caught.value.detail


def test_the_problems_of_a_definition_come_along() -> None:
    listed = json.dumps([{"path": "seed", "value": "-1", "message": "at least 0", "next_step": "Raise it."}, 7])
    with (
        asking(problem(422, "1 problem", problems=listed)) as (client, _),
        pytest.raises(InvalidDefinitionError) as caught,
    ):
        client.submit("seed: -1")
    assert str(caught.value) == "seed: at least 0 (got -1). Raise it."
    assert [(found.path, found.value) for found in caught.value.problems] == [("seed", "-1")]
    assert isinstance(caught.value, DefinitionError)


def test_what_goes_on_failing_is_told_after_as_many_tries() -> None:
    with asking(BUSY, retries=2) as (client, server), pytest.raises(BusyError, match="the database is away"):
        client.study(1)
    assert len(server.heard) == 3


def test_nobody_there_is_told_with_what_to_do() -> None:
    with ScriptedServer(status()).running() as server:
        pass
    with Client(server.url, KEY, retries=1) as client, pytest.raises(UnreachableError, match="hpsearch serve"):
        client.study(1)


def test_the_wait_that_a_limit_asks_for_is_kept_or_left_to_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = list[float]()
    monkeypatch.setattr(transport_module.time, "sleep", waited.append)
    with asking(problem(429, "slower", {"Retry-After": "7"}), status()) as (client, _):
        client.study(1)
    assert waited == [7.0]
    with (
        asking(problem(429, "slower", {"Retry-After": "3600"}), status()) as (client, server),
        pytest.raises(LimitReachedError) as caught,
    ):
        client.study(1)
    assert caught.value.retry_after_s == 3600
    assert len(server.heard) == 1


def test_a_deletion_whose_answer_was_lost_has_succeeded() -> None:
    with asking(LOST, problem(404, "gone")) as (client, _):
        client.delete(1)
    with asking(problem(404, "gone")) as (client, _), pytest.raises(MissingError):
        client.delete(1)


def test_fields_of_a_newer_service_are_passed_over_at_any_depth() -> None:
    with asking(status()) as (client, _):
        assert client.study(1).study.name == "tiny"


def test_pages_follow_each_other_only_when_they_are_needed() -> None:
    def page(heard: Heard) -> Told:
        number = 1 if "cursor" not in heard.path else 2
        following = "/v1/studies?state=running&cursor=2" if number == 1 else None
        return Told(200, json.dumps({"studies": [study(number)], "next": following}).encode())

    with asking(page) as (client, server):
        found = client.studies()
        assert next(found).id == 1
        assert len(server.heard) == 1
        assert [one.id for one in found] == [2]
    assert server.heard[1].path == "/v1/studies?state=running&cursor=2"


@pytest.mark.parametrize("elsewhere", ["http://127.0.0.2:9/v1/studies", "https://evil.example/v1/studies"])
def test_a_next_page_on_another_host_is_not_asked_for(elsewhere: str) -> None:
    content = json.dumps({"studies": [], "next": elsewhere}).encode()
    with asking(Told(200, content)) as (client, server), pytest.raises(AnswerError, match="names"):
        list(client.studies())
    assert len(server.heard) == 1


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_redirects_are_not_followed_with_the_key(code: int) -> None:
    with (
        ScriptedServer(status()).running() as other,
        asking(Told(code, b"", {"Location": f"{other.url}/v1/studies/1"})) as (client, _),
        pytest.raises(AnswerError, match=other.url),
    ):
        client.study(1)
    assert other.heard == []


def test_a_proxy_of_the_environment_does_not_see_what_is_not_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(Told(500)).running() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        with asking(status()) as (client, _):
            client.study(1)
    assert proxy.heard == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://hp.example", "http://10.0.0.5:8000", "http://127.0.0.1.evil.example", "ftp://localhost"),
        *("localhost:8000", "http://", "http://[::1", "http://localhost:port", "https://hp.example?x=1"),
        "http://ann:secret@localhost",
    ],
)
def test_addresses_that_the_key_is_not_sent_to(url: str) -> None:
    with pytest.raises(DefinitionError, match="server") as caught:
        Client(url, KEY)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://127.0.0.9", "http://[::1]:1", "https://hp.example/a"])
def test_addresses_that_it_may_be_sent_to(url: str) -> None:
    with Client(url, KEY) as client:
        assert client.url == url.rstrip("/")


def test_plain_http_to_another_machine_is_for_those_who_say_so() -> None:
    with Client("http://10.0.0.5:8000", KEY, allow_http=True) as client:
        assert client.url == "http://10.0.0.5:8000"


@pytest.mark.parametrize("key", ["", "a b", "kéy", "a\r\nHost: x"])
def test_what_cannot_be_a_key(key: str) -> None:
    with pytest.raises(DefinitionError, match="key"):
        Client("http://localhost", key)


@pytest.mark.parametrize("act", [Client.cancel, Client.pause, Client.resume])
def test_steering_is_repeated_for_twice_is_once(act: Callable[[Client, int], object]) -> None:
    with asking(LOST, status()) as (client, server):
        act(client, 3)
    assert {(heard.method, heard.path) for heard in server.heard} == {("POST", f"/v1/studies/3/{act.__name__}")}
