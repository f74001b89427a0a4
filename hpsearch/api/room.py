"""How many requests are answered at the same time."""

import resource

from starlette.types import ASGIApp, Receive, Scope, Send

from hpsearch.api.gate import OPEN
from hpsearch.api.problems import problem, retry_after

MOST = 1000
"""Requests at the same time, streams included."""
OWN = 80
"""Descriptors that the service keeps for itself: database, threads, files, pipes and the dashboard's socket."""
WANTED = 16_384
"""Descriptors that are asked for; a process may have far fewer by default."""
RETRY_S = 5.0


class Room:
    """ASGI middleware: refuses with 503 what is too much at the same time. What is open to everybody is not refused."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request if there is room."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) in OPEN:
            await self._app(scope, receive, send)
            return
        if self._inside >= self._most:
            detail = f"the server answers {self._most} requests at the same time, and there are no more; try again"
            headers = {**retry_after(RETRY_S), "Connection": "close"}
            await problem(503, None, detail, headers=headers)(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1


def room() -> int:
    """How many requests this process can answer at the same time, by the descriptors that it may open.

    Raises the soft limit of these towards the hard one first. Half of what is left is for connections: a request may
    need a second descriptor, to the dashboard or a file.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    able = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < able:
        resource.setrlimit(resource.RLIMIT_NOFILE, (able, hard))
    return max(8, min(MOST, (able - OWN) // 2))
