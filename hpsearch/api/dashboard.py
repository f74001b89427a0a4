"""Hands requests for the Optuna dashboard on to its process, which is started when the first one comes.

The dashboard has no access control and can create, rename and delete; so it is asked with GET and HEAD alone, is told
whose studies it may show, and reads the database in sessions that cannot write.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from starlette.types import Receive, Scope, Send

from hpsearch.api.problems import problem, retry_after
from hpsearch.dashboard.owner import OWNER_HEADER, owner_header
from hpsearch.dashboard.process import IDLE_S, DashboardProcess

METHODS = ("GET", "HEAD")
ASKED = (b"accept", b"accept-encoding", b"accept-language", b"if-modified-since", b"if-none-match", b"range")
"""Headers of the client that the dashboard is told; no cookie, no key, and nothing that names an owner."""
ANSWERED = (
    b"accept-ranges",
    b"content-disposition",
    b"content-encoding",
    b"content-length",
    b"content-range",
    b"content-type",
    b"etag",
    b"last-modified",
)
"""Headers of the dashboard that the client is told as they are."""

ANSWER_S = 300.0
"""Reading a study of 100,000 trials for the first time takes one to three minutes, by how busy the machine is."""
TRIES = 3
"""The process may end, because nobody asked or otherwise, in the moment in which somebody asks."""
PAUSE_S = 0.2

POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
NOTHING = f"default-src 'none'; {POLICY}"


class DashboardProxy:
    """The dashboard as an ASGI application that knows who asks."""

    def __init__(self, url: str, *, idle_s: float = IDLE_S) -> None:
        """``url``: the database. The process ends ``idle_s`` after the last request."""
        self.process = DashboardProcess(url, idle_s=idle_s)
        # Requests that wait for the process hold none of the threads in which the API works.
        self._starter = ThreadPoolExecutor(1, "dashboard")

    async def __call__(self, scope: Scope, receive: Receive, send: Send, whose: str | None) -> None:
        """Answers one request; ``whose`` is the owner whose studies may be seen, None for those of all."""
        if scope["method"] not in METHODS:
            detail = f"the dashboard only shows, and takes GET and HEAD (got {scope['method']}); see /docs for the API"
            await problem(405, None, detail, headers={"Allow": ", ".join(METHODS)})(scope, receive, send)
            return
        if leads_out(scope["path"]):
            detail = "there is nothing at this path; see /docs for what there is"
            await problem(404, None, detail)(scope, receive, send)
            return
        try:
            response = await self._asked(_request(scope, whose))
        except httpx.TimeoutException:
            detail = "the dashboard has not answered in time; a study may have too many trials for it. See /docs"
            await problem(504, None, detail)(scope, receive, send)
        except (OSError, httpx.TransportError):
            detail = "the dashboard cannot be started or has ended; try again, or see the server's log"
            await problem(503, None, detail, headers=retry_after(5))(scope, receive, send)
        else:
            await _pass_on(response, scope["path"], send)

    def close(self) -> None:
        """Ends the process."""
        self._starter.shutdown(wait=False, cancel_futures=True)
        self.process.close()

    async def _asked(self, request: httpx.Request) -> httpx.Response:
        """The beginning of the answer, its body not read yet."""
        for left in reversed(range(TRIES)):
            place = await self._place()
            transport = httpx.AsyncHTTPTransport(uds=str(place), verify=False, trust_env=False)
            try:
                return await transport.handle_async_request(request)
            except httpx.TimeoutException:
                raise
            except httpx.TransportError:
                if not left:
                    raise
            await asyncio.sleep(PAUSE_S)
        raise AssertionError("the last try returns or raises")

    async def _place(self) -> Path:
        """The socket of the process, which may have to be started first."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._starter, self.process.ready)
        except RuntimeError as error:  # the proxy is closed
            raise ChildProcessError(str(error)) from error


def leads_out(path: str) -> bool:
    """Whether a path would leave its folder, or can name no file at all."""
    return ".." in path.replace("\\", "/").split("/") or "\0" in path


def _request(scope: Scope, whose: str | None) -> httpx.Request:
    target = scope.get("raw_path") or scope["path"].encode()
    if scope["query_string"]:
        target = target.partition(b"?")[0] + b"?" + scope["query_string"]
    told = [(name, value) for name, value in scope["headers"] if name in ASKED]
    if all(name != b"accept-encoding" for name, _ in told):
        told.append((b"accept-encoding", b"identity"))  # the dashboard fails where the header is missing
    told += [(b"host", b"dashboard"), (OWNER_HEADER.encode(), owner_header(whose).encode())]
    timeout = httpx.Timeout(ANSWER_S).as_dict()
    return httpx.Request(
        scope["method"], "http://dashboard/", headers=told, extensions={"target": target, "timeout": timeout}
    )


async def _pass_on(response: httpx.Response, path: str, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower() in ANSWERED]
    headers += [(name.encode(), value.encode()) for name, value in _safe(response.headers, path).items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    try:
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        await response.aclose()
    await send({"type": "http.response.body", "body": b""})


def _safe(answered: Mapping[str, str], path: str) -> dict[str, str]:
    """What a browser is told to refuse. Answers with results are kept nowhere; scripts are asked for anew by date."""
    own = answered.get("content-security-policy")
    static = path.startswith("/static/") or path == "/favicon.ico"
    return {
        "content-security-policy": f"{own}; {POLICY}" if own else NOTHING,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "private, no-cache" if static else "no-store",
    }
