"""How the service starts, and when it refuses to."""

import socket
import threading

import httpx
import pytest

from tests.service.running import PATIENCE_S, Service, cli, serving, short_home

EVERYWHERE = "0.0.0.0"  # noqa: S104  (that is what is tested)

pytestmark = pytest.mark.timeout(300)


def test_of_two_first_starts_at_once_one_makes_the_key() -> None:
    """And each has a port of its own, on which that key is good."""
    found, ended = list[Service](), threading.Event()

    def start() -> None:
        try:
            with serving(home, "--api-only") as service:
                found.append(service)
                both.wait()
                ended.wait()
        finally:
            both.abort()  # nobody waits for one that does not come

    both = threading.Barrier(3)
    with short_home() as home:
        threads = [threading.Thread(target=start) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            both.wait(120)
            (key,) = [service.key for service in found if service.key is not None]
            for service in found:
                with service.client(key) as client:
                    assert list(client.studies()) == []
        finally:
            ended.set()
            both.abort()
            for thread in threads:
                thread.join()


def test_a_port_in_use_is_told() -> None:
    with short_home() as home, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = cli(home, "serve", "--port", port)
        assert (done.returncode, done.stdout) == (75, "")
        assert done.stderr.startswith(f"hpsearch: port {port} of 127.0.0.1 is in use by another program.")
        assert not home.exists()


def test_others_are_not_served_before_there_is_a_key() -> None:
    with short_home() as home:
        done = cli(home, "serve", "--host", EVERYWHERE, "--port", "0")
        assert (done.returncode, done.stdout) == (2, "")
        assert "hpsearch keys create" in done.stderr
        key = cli(home, "keys", "create", "--owner", "ann", "--label", "test").stdout.strip()
        with serving(home, "--host", EVERYWHERE, "--api-only") as service:
            assert service.key is None
            url = service.url.replace(EVERYWHERE, "127.0.0.1")
            assert httpx.get(f"{url}/v1/studies", timeout=PATIENCE_S).status_code == 401
            told = {"Authorization": f"Bearer {key}"}
            answer = httpx.get(f"{url}/v1/studies", headers=told, timeout=PATIENCE_S)
            assert answer.status_code == 200


def test_an_address_of_another_machine_is_told() -> None:
    with short_home() as home:
        done = cli(home, "serve", "--host", "192.0.2.1", "--port", "0")
        assert (done.returncode, done.stdout) == (2, "")
        assert "--host: this machine cannot listen" in done.stderr
