"""What no client library would send, over a socket: every connection ends or waits alone, and nothing is stored."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import repeat

import pytest

from tests.fuzz.server import Server
from tests.fuzz.wire import sent

DEFINITION = b'{"data": {"dataset": "digits"}, "network": "convnet"}'
PATIENCE_S = 60.0
PAUSE_LIMIT_S, TOTAL_LIMIT_S = 10.0, 30.0
"""What the documentation says of bodies that come slowly."""
HALF_OPEN = 150


def head(server: Server, line: str, *headers: bytes) -> bytes:
    """The beginning of a request that closes its connection; without its last empty line."""
    own = (
        f"{line} HTTP/1.1",
        f"Host: {server.place[0]}",
        f"Authorization: Bearer {server.secret}",
        "Connection: close",
    )
    return b"\r\n".join([*(word.encode() for word in own), *headers]) + b"\r\n"


def submission(server: Server, *headers: bytes) -> bytes:
    """The head of a submission."""
    return head(server, "POST /v1/studies", b"Content-Type: application/json", *headers) + b"\r\n"


def broken_requests(server: Server) -> dict[str, bytes]:
    """What is no HTTP, or none that has one meaning."""
    host = f"Host: {server.place[0]}\r\n".encode()
    read = head(server, "GET /v1/studies")
    return {
        "NUL in a header": read + b"X-A: a\0b\r\n\r\n",
        "NUL in a header's name": read + b"X\0A: ab\r\n\r\n",
        "a header of a megabyte": read + b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\n",
        "a header that never ends": read + b"X-A: " + b"a" * 1_000_000,
        "an address of a megabyte": head(server, "GET /" + "a" * 1_000_000) + b"\r\n",
        "two lengths": submission(server, b"Content-Length: 53", b"Content-Length: 3") + DEFINITION,
        "a negative length": submission(server, b"Content-Length: -1") + DEFINITION,
        "a length with a sign": submission(server, b"Content-Length: +53") + DEFINITION,
        "a length of 5,000 digits": submission(server, b"Content-Length: " + b"9" * 5000) + DEFINITION,
        "a chunk without a length": submission(server, b"Transfer-Encoding: chunked") + b"zz\r\n" + DEFINITION,
        "another transfer encoding": submission(server, b"Transfer-Encoding: gzip") + DEFINITION,
        "two hosts": read + b"Host: evil.example\r\n\r\n",
        "no host": b"GET /v1/studies HTTP/1.1\r\n\r\n",
        "HTTP/0.9": b"GET /v1/studies\r\n\r\n",
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "bytes above ASCII in the path": b"GET /v1/studies/\xff\xfe HTTP/1.1\r\n" + host + b"\r\n",
        "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(160),
        "zeros": bytes(100_000),
    }


def odd_requests(server: Server) -> dict[str, tuple[bytes, int]]:
    """Requests that can be read, and their statuses."""
    evil = b"GET http://evil.example/v1/studies HTTP/1.1\r\n"
    return {
        "10,000 headers": (head(server, "GET /v1/studies", *(b"X-%d: y" % i for i in range(10_000))) + b"\r\n", 200),
        "another server's whole address": (evil + head(server, "GET /").partition(b"\r\n")[2] + b"\r\n", 404),
        "all of the server": (head(server, "OPTIONS *") + b"\r\n", 404),
        "a tunnel": (head(server, "CONNECT 127.0.0.1:443") + b"\r\n", 404),
        "a WebSocket": (
            head(server, "GET /v1/nothing", b"Upgrade: websocket", b"Sec-WebSocket-Key: AAAA") + b"\r\n",
            404,
        ),
        "%ff in the path": (head(server, "GET /v1/studies/%ff%fe") + b"\r\n", 404),
        "%00 in the path": (head(server, "GET /v1/networks/%00") + b"\r\n", 404),
        "%2e%2e in the path": (head(server, "GET /v1/%2e%2e/healthz") + b"\r\n", 404),
        "two slashes": (head(server, "GET //healthz") + b"\r\n", 404),
        "dots in a page of the dashboard": (head(server, "GET /static/%2e%2e/%2e%2e/etc/passwd") + b"\r\n", 404),
        "a body that nobody asked for": (head(server, "GET /v1/studies", b"Content-Length: 2") + b"\r\n{}", 200),
    }


def test_what_is_no_http_is_refused_and_its_connection_closed(server: Server) -> None:
    before = server.rows()
    for name, request in broken_requests(server).items():
        answer = sent(server.place, [request], patience_s=PATIENCE_S)
        assert answer.closed, name
        assert answer.status == 400, (name, answer.content[:300])
    assert server.rows() == before
    server.assert_well()


def test_odd_requests_are_answered_like_any_other(server: Server) -> None:
    before = server.rows()
    for name, (request, status) in odd_requests(server).items():
        answer = sent(server.place, [request], patience_s=PATIENCE_S)
        assert (answer.status, answer.closed) == (status, True), (name, answer.content[:300])
        assert b"root:" not in answer.content, name
    assert server.rows() == before
    server.assert_well()


def test_open_paths_open_no_others(server: Server) -> None:
    host = f"Host: {server.place[0]}\r\nConnection: close\r\n\r\n".encode()
    paths = (
        "/v1/%2e%2e/healthz",
        "/healthz/../v1/studies",
        "//healthz",
        "/healthz/",
        "/HEALTHZ",
        "/healthz%00",
        "/healthz;x",
    )
    for path in (*paths, f"http://{server.place[0]}/healthz"):
        answer = sent(server.place, [f"GET {path} HTTP/1.1\r\n".encode() + host], patience_s=PATIENCE_S)
        assert answer.status == 401, path
    server.assert_well()


def test_a_body_that_does_not_come_is_given_up_and_a_second_request_is_not_taken_from_it(server: Server) -> None:
    before = server.rows()
    begun = submission(server, b"Content-Length: 500") + DEFINITION
    answer = sent(server.place, [begun], patience_s=PATIENCE_S)
    assert (answer.status, answer.closed) == (408, True)
    assert answer.seconds >= PAUSE_LIMIT_S - 1
    hidden = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    refused = b"POST /v1/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(hidden)
    answer = sent(server.place, [refused + hidden], patience_s=PATIENCE_S)
    assert (answer.status, answer.answers, answer.closed) == (401, 1, True)
    assert server.rows() == before
    server.assert_well()


def endless(server: Server) -> Iterator[bytes]:
    """A body in chunks of one byte each that never ends."""
    yield submission(server, b"Transfer-Encoding: chunked")
    yield from repeat(b"1\r\n \r\n")


def test_an_endless_body_is_refused_once_it_is_too_long(server: Server) -> None:
    before = server.rows()
    answer = sent(server.place, endless(server), patience_s=PATIENCE_S)
    assert (answer.status, answer.closed) == (413, True)
    assert server.rows() == before
    server.assert_well()


@pytest.mark.slow
def test_an_endless_trickle_is_given_up_in_time(server: Server) -> None:
    before = server.rows()
    answer = sent(server.place, endless(server), patience_s=2 * PATIENCE_S, pause_s=0.5)
    assert (answer.status, answer.closed) == (408, True)
    assert answer.seconds >= TOTAL_LIMIT_S - 1
    assert server.rows() == before
    server.assert_well()


def test_requests_that_never_end_keep_nobody_else_waiting(server: Server) -> None:
    before = server.rows()
    beginnings = (b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n")
    with ExitStack() as stack:
        for number in range(HALF_OPEN):
            connection = stack.enter_context(socket.create_connection(server.place, timeout=PATIENCE_S))
            connection.sendall(beginnings[number % len(beginnings)])
        server.assert_well()
    assert server.rows() == before
    server.assert_well()
