"""What one key may send: how much, how often and how slowly."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from hpsearch.access import Limits, Scope
from hpsearch.api.app import create_app
from hpsearch.api.buckets import MOST_NAMES, Buckets
from hpsearch.api.parts import ServiceParts
from hpsearch.api.wrong_keys import WRONG_PER_MINUTE
from tests.api.live import Live, live
from tests.api.service import WRONG, Service


def stand_still(service: Service) -> None:
    """No bucket fills again however long the requests of a test take."""
    service.app.state.wrong._buckets._clock = lambda: 0.0


def test_a_longer_body_than_the_key_may_send_is_refused(service: Service) -> None:
    secret = service.secret(*Scope, limits=Limits(body_bytes=1000))
    assert service.ask("POST", "/v1/validate", secret, content=b"{" + b" " * 998 + b"}").status_code != 413
    for path in ("/v1/validate", "/v1/studies", "/nothing"):
        answer = service.ask("POST", path, secret, content=b" " * 1001)
        assert (answer.status_code, answer.json()["status"]) == (413, 413)
        assert "1000 bytes" in answer.json()["detail"]


def test_a_body_of_unknown_length_is_counted_while_it_comes(service: Service) -> None:
    secret = service.secret(*Scope, limits=Limits(body_bytes=1000))
    read = 0

    async def endless():  # type: ignore[no-untyped-def]
        nonlocal read
        while True:
            read += 100
            yield b" " * 100

    assert service.ask("POST", "/v1/validate", secret, content=endless()).status_code == 413
    assert read <= 2000


@pytest.mark.parametrize("length", ["-1", "1e3", "", "0x10", "²", "9" * 5000])
def test_a_length_is_a_number(service: Service, length: str) -> None:
    told = [(b"content-length", length.encode("latin-1", "replace"))]
    answer = service.ask("POST", "/v1/validate", service.secret(*Scope), headers=told, content=b"{}")
    assert answer.status_code in (400, 413)


def test_a_key_may_ask_so_often_and_then_waits(service: Service) -> None:
    stand_still(service)
    secret = service.secret(Scope.READ, limits=Limits(requests_per_minute=3))
    neighbour = service.secret(Scope.READ)
    answers = [service.ask("GET", "/v1/networks", secret) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert answers[-1].json()["status"] == 429
    assert service.ask("GET", "/v1/networks", neighbour).status_code == 200


def test_an_address_with_many_wrong_keys_waits_but_not_whoever_is_right_there(service: Service) -> None:
    stand_still(service)
    right, late = service.secret(Scope.READ), service.secret(Scope.READ)
    assert service.ask("GET", "/v1/networks", right, address="192.0.2.1").status_code == 200
    wrong = [service.ask("GET", "/", WRONG, address="192.0.2.1").status_code for _ in range(WRONG_PER_MINUTE + 1)]
    assert wrong == [401] * WRONG_PER_MINUTE + [429]
    assert service.ask("GET", "/v1/networks", right, address="192.0.2.1").status_code == 200
    refused = service.ask("GET", "/v1/networks", late, address="192.0.2.1")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert service.ask("GET", "/v1/networks", late, address="192.0.2.2").status_code == 200


def test_one_ipv6_network_counts_as_one_address(service: Service) -> None:
    stand_still(service)
    for number in range(WRONG_PER_MINUTE):
        service.ask("GET", "/", WRONG, address=f"2001:db8::{number:x}")
    assert service.ask("GET", "/", WRONG, address="2001:db8::ffff").status_code == 429
    assert service.ask("GET", "/", WRONG, address="2001:db8:0:1::1").status_code == 401


def test_wrong_logins_count_as_wrong_keys(service: Service) -> None:
    stand_still(service)
    told = {"Origin": "http://127.0.0.1:8000"}
    for _ in range(WRONG_PER_MINUTE):
        service.ask("POST", "/session", headers=told, data={"key": WRONG}, address="192.0.2.1")
    answer = service.ask("POST", "/session", headers=told, data={"key": WRONG}, address="192.0.2.1")
    assert answer.status_code == 429


def test_a_bucket_fills_again() -> None:
    now = 0.0
    buckets = Buckets(lambda: now)
    assert [buckets.take("a", 2) for _ in range(3)] == [0, 0, 30]
    now = 15
    assert buckets.take("a", 2) == pytest.approx(15)
    now = 30
    assert buckets.take("a", 2) == 0
    now = 1000
    assert [buckets.take("a", 2) > 0 for _ in range(3)] == [False, False, True]
    assert buckets.wait("a", 2) == pytest.approx(30)
    assert buckets.wait("b", 2) == 0


def test_buckets_do_not_fill_the_memory() -> None:
    now = 0.0
    buckets = Buckets(lambda: now)
    for number in range(3 * MOST_NAMES):
        now += 0.1
        buckets.take(f"address {number}", 30)
    assert len(buckets._buckets) <= MOST_NAMES


@pytest.fixture
def server(parts: ServiceParts) -> Iterator[Live]:
    """A service on a port, which waits shorter for bodies than usual."""
    with live(create_app(parts, pause_s=0.3, total_s=1.5)) as started:
        yield started


def head(secret: str, length: int) -> bytes:
    """The beginning of a request with a body."""
    lines = ["POST /v1/validate HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {secret}"]
    return "\r\n".join([*lines, "Content-Type: application/json", f"Content-Length: {length}", "", ""]).encode()


def test_half_a_body_is_answered_with_408_and_the_connection_is_closed(server: Live, parts: ServiceParts) -> None:
    secret = Service(parts).secret(*Scope)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
        caller.sendall(head(secret, 100) + b'{"data":')
        answer = everything(caller)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert b"connection: close" in answer.lower()


def test_a_body_that_trickles_is_cut_off_as_well(server: Live, parts: ServiceParts) -> None:
    secret = Service(parts).secret(*Scope)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
        caller.sendall(head(secret, 10_000))
        caller.settimeout(0.1)
        answer, end = b"", time.monotonic() + 60
        while not answer and time.monotonic() < end:
            with suppress(ConnectionError):  # closed meanwhile: the answer is there
                caller.sendall(b" ")
            with suppress(TimeoutError):
                answer = caller.recv(1000)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_caller_that_leaves_within_its_body_harms_nobody(server: Live, parts: ServiceParts) -> None:
    secret = Service(parts).secret(*Scope)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
            caller.sendall(head(secret, 100) + b"{")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
        caller.sendall(head(secret, 2).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"{}")
        assert everything(caller).startswith(b"HTTP/1.1 200 ")


def test_nobody_without_a_key_gets_a_body_read(server: Live) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
        caller.sendall(head(WRONG, 10**9))
        assert everything(caller).startswith(b"HTTP/1.1 401 ")


def test_a_length_told_twice_is_refused_and_the_connection_closed(server: Live, parts: ServiceParts) -> None:
    twice = head(Service(parts).secret(*Scope), 4).replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
        caller.sendall(twice + b"2\r\n{}\r\n0\r\n\r\n")
        answer = everything(caller)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in answer.lower()


def everything(caller: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    found = b""
    while chunk := caller.recv(10_000):
        found += chunk
    return found


def test_the_loop_is_free_while_a_key_is_looked_up(service: Service) -> None:
    """A database that hangs must not hang the whole process."""

    async def both() -> bool:
        looked_up = asyncio.Event()

        def slow(secret: str) -> None:
            loop.call_soon_threadsafe(looked_up.set)
            assert released.wait(60)

        loop, released = asyncio.get_running_loop(), threading.Event()
        object.__setattr__(service.parts, "keyring", type("Slow", (), {"find": staticmethod(slow)})())
        scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "client": ("192.0.2.9", 1)}
        headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {WRONG}".encode())]
        sent: list[object] = []

        async def send(message: object) -> None:
            sent.append(message)

        async def receive() -> object:
            return {"type": "http.request", "body": b""}

        asking = asyncio.ensure_future(service.app({**scope, "headers": headers}, receive, send))
        await looked_up.wait()  # the loop runs on although the look-up has not come back
        free = not asking.done()
        released.set()
        await asking
        return free and bool(sent)

    assert asyncio.run(both())
