"""Whoever opens connections and does nothing with them shuts nobody out."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx
import pytest

from hpsearch.access import Scope
from hpsearch.api.app import create_app
from hpsearch.api.connections import Accidents, connection_class
from hpsearch.api.log import LOGGER
from tests.api.live import Live, live
from tests.api.service import Service

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
PATIENCE_S = 60.0


@pytest.fixture
def hasty(service: Service) -> Iterator[Live]:
    """A server that waits briefly for heads."""
    with live(service.app, connection_class(100, head_s=0.3)) as running:
        yield running


@pytest.fixture
def small(service: Service) -> Iterator[Live]:
    """A server for four connections that waits long for heads."""
    with live(service.app, connection_class(4, head_s=PATIENCE_S)) as running:
        yield running


def opened(server: Live) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)


def ended(one: socket.socket) -> bool:
    """Waits for the end of a connection."""
    try:
        while one.recv(65536):
            pass
    except ConnectionError:
        return True
    return True


def answered(server: Live) -> socket.socket:
    """A connection on which one request was answered; another one whenever this process was too slow for the server."""
    while True:
        one = opened(server)
        try:
            one.sendall(HEAD + b"\r\n")
            if b"200 OK" in one.recv(65536):
                return one
        except ConnectionError:
            pass
        one.close()


@pytest.mark.parametrize("begun", [b"", b"GET /hea", HEAD])
def test_a_connection_without_a_whole_head_is_closed(hasty: Live, begun: bytes) -> None:
    with opened(hasty) as one:
        one.sendall(begun)
        assert ended(one)


def test_a_second_head_that_does_not_end_is_not_waited_for(hasty: Live) -> None:
    with answered(hasty) as one:
        one.sendall(HEAD)
        assert ended(one)


def test_drops_of_a_head_do_not_prolong_the_wait(hasty: Live) -> None:
    def dripped() -> None:
        for byte in HEAD + b"X: " + b"x" * 10_000:
            one.sendall(bytes([byte]))
            time.sleep(0.05)

    with opened(hasty) as one, pytest.raises(ConnectionError):
        dripped()


def test_an_answer_may_take_longer_than_a_head(hasty: Live, service: Service) -> None:
    secret = service.secret(Scope.READ, Scope.SUBMIT)
    url = f"http://127.0.0.1:{hasty.port}/v1/studies/{service.study(secret)}/events"
    told = {"Authorization": f"Bearer {secret}"}
    with ExitStack() as stack, httpx.Client(headers=told, timeout=PATIENCE_S) as client:
        answer = None
        while answer is None:
            with suppress(httpx.TransportError):  # this process was too slow for the server
                answer = stack.enter_context(client.stream("GET", url))
        lines = answer.iter_lines()
        assert next(lines).startswith("id: ")
        time.sleep(0.9)
        service.parts.closing.set()
        list(lines)  # ends well


def test_idle_connections_make_room_for_new_ones(small: Live) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(opened(small)) for _ in range(12)]
        assert httpx.get(f"http://127.0.0.1:{small.port}/healthz", timeout=PATIENCE_S).status_code == 200
        assert ended(idle[0])


def test_what_is_too_much_at_the_same_time_is_refused_but_not_the_sign_of_life(service: Service) -> None:
    secret = service.secret(Scope.READ, Scope.SUBMIT)
    study_id = service.study(secret)
    with live(create_app(service.parts, most=1)) as server:
        base, headers = f"http://127.0.0.1:{server.port}", {"Authorization": f"Bearer {secret}"}
        with httpx.stream("GET", f"{base}/v1/studies/{study_id}/events", headers=headers, timeout=PATIENCE_S) as stream:
            lines = stream.iter_lines()
            next(lines)
            refused = httpx.get(f"{base}/v1/studies", headers=headers, timeout=PATIENCE_S)
            assert (refused.status_code, refused.json()["status"]) == (503, 503)
            assert int(refused.headers["retry-after"]) >= 1
            assert httpx.get(f"{base}/healthz", timeout=PATIENCE_S).status_code == 200
            service.parts.closing.set()


def test_the_same_accident_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    loop, said = asyncio.new_event_loop(), Accidents()
    for _ in range(1000):
        said(loop, {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many")})
    said(loop, {"message": "something else"})
    loop.close()
    lines = [json.loads(record.message) for record in caplog.records]
    assert [line["error"] for line in lines] == [
        "socket.accept() out of system resource: OSError(24, 'Too many')",
        "something else: None",
    ]


@pytest.mark.parametrize(("hard", "most"), [(128, 24), (60, 8), (1080, 500), (4096, 1000)])
def test_there_is_room_by_descriptors(hard: int, most: int) -> None:
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (60, {hard})); "
        "from hpsearch.api.room import room; print(room(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(most), str(hard), str(hard)]
