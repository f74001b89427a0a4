"""The API as a process that can be told to die at one of its commits."""

import socket

import uvicorn

from hpsearch.api.app import create_app
from hpsearch.api.parts import open_parts
from tests.faults.commit_kill import Death, die_at


def serve_api(url: str, port: int, death: Death | None) -> None:
    """Serves on loopback until it is killed."""
    with open_parts(url, "the test's database") as parts:
        if death is not None:
            die_at(parts.engine, death)
        uvicorn.Server(uvicorn.Config(create_app(parts), port=port, log_config=None)).run()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
