"""What the tests of the client share."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hpsearch.client import Client
from tests.client.scripted_server import Answer, ScriptedServer, Told

KEY = f"hps_{'a' * 8}_{'B' * 43}"
AT = "2026-01-01T00:00:00Z"


def study(study_id: int = 1, state: str = "running", name: str = "tiny", **more: Any) -> dict[str, Any]:
    times = {"created_at": AT, "finished_at": None, "deadline": None}
    return {"id": study_id, "name": name, "owner": "ann", "state": state, "wish": None, "reason": None, **times, **more}


def status(state: str = "running", **more: Any) -> Told:
    """Where a study stands, with fields that this version of the client does not know."""
    about = {**study(state=state), "seed": 0, "metric": None, "task": None, "mood": "new"}
    text = {"study": about, "stages": [], "best": None, "time_left_s": None, "at": AT, "weather": {"sun": 1}, **more}
    return Told(200, json.dumps(text).encode(), {"Content-Type": "application/json"})


def event(number: int, kind: str = "trial", detail: str = "complete", **more: Any) -> bytes:
    about = {"id": number, "study": 1, "kind": kind, "stage": None, "number": None, "detail": detail, "at": AT}
    data = {**about, "value": None, "reason": None, "summary": None, "progress": None, "new": 1, **more}
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def stream(*parts: bytes) -> Told:
    return Told(200, b"".join(parts), {"Content-Type": "text/event-stream; charset=utf-8"})


@contextmanager
def asking(*answers: Answer, retries: int = 3) -> Iterator[tuple[Client, ScriptedServer]]:
    """A client of a server with these answers."""
    with (
        ScriptedServer(*answers).running() as server,
        Client(server.url, KEY, timeout_s=120, retries=retries) as client,
    ):
        yield client, server
