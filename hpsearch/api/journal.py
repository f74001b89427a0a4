"""What is kept of each request: its id, a line in the log, a count, and a trail of what was changed."""

import logging
import re
import time
import traceback
import uuid

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hpsearch.access import Key
from hpsearch.api import log
from hpsearch.api.measures import Measures
from hpsearch.api.origin import SAFE
from hpsearch.api.problems import problem
from hpsearch.api.written import key_in
from hpsearch.store.audit import AuditEntry, AuditTrail

REQUEST_ID = "x-request-id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
GONE = 499
"""What is logged for a client that did not wait for its answer; no such status is ever sent."""
UNCHANGING = frozenset({"/v1/validate"})
"""Routes that are called with POST and change nothing."""

ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN"}
"""Headers of every answer. Without a referrer at all a browser would not say which page a form comes from."""


class Journal:
    """ASGI middleware around everything, the gate included."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Writes the line when the answer has been sent, whatever becomes of the request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = _id_of(Headers(scope=scope))
        began, status = time.perf_counter(), GONE

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, state["request_id"])
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            log.write(
                logging.ERROR, "error", request=state["request_id"], error="".join(traceback.format_exception(error))
            )
            if status != GONE:
                raise
            await _broken(state["request_id"])(scope, receive, sending)
        finally:
            duration_s = time.perf_counter() - began
            self._measures.note(route_of(scope), scope["method"], status, duration_s)
            log.write(logging.INFO, "request", **_facts(scope), status=status, duration_ms=round(duration_s * 1000, 1))


class Trail:
    """ASGI middleware behind the gate: writes down who has changed what, before they are told that it is done.

    The entry follows the change in a transaction of its own: a process that is killed between the two leaves a change
    without an entry, never an entry without a change.
    """

    def __init__(self, app: ASGIApp, audit: AuditTrail) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on; of a call that changes something, or may not, the answer waits for the entry."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and is_kept(scope, message["status"]):
                await self._keep(scope, message["status"])
            await send(message)

        await self._app(scope, receive, sending)

    async def _keep(self, scope: Scope, status: int) -> None:
        entry = entry_of(scope, status)
        try:
            await run_in_threadpool(self._audit.write, entry)
        except Exception as error:  # noqa: BLE001  the change is made: its caller has to be told so
            log.write(logging.ERROR, "audit entry lost", entry=vars(entry), error=str(error))


def is_kept(scope: Scope, status: int) -> bool:
    """Whether the trail has it: what succeeded, and what was refused for lack of rights."""
    return (status < 400 or status == 403) and "key" in scope["state"] and route_of(scope) not in UNCHANGING


def entry_of(scope: Scope, status: int) -> AuditEntry:
    """Who has called what."""
    state = scope["state"]
    key: Key = state["key"]
    return AuditEntry(
        key_id=key.id,
        owner=key.owner,
        action=f"{scope['method']} {route_of(scope)}",
        study_id=_study_of(scope),
        request_id=state["request_id"],
        detail={"key": key.prefix, "status": status, **_check(scope)},
    )


def route_of(scope: Scope) -> str:
    """The path of the route that answered, with names in place of values; ``-`` where none did."""
    return str(getattr(scope.get("route"), "path", "-"))


def _study_of(scope: Scope) -> int | None:
    found = scope["state"].get("study_id", scope.get("path_params", {}).get("study_id"))
    text = str(found)
    return int(text) if text.isascii() and text.isdigit() and int(text) < 2**31 else None


def _check(scope: Scope) -> dict[str, object]:
    """Which check a call is about, if it is about one."""
    found = scope["state"].get("check_id", scope.get("path_params", {}).get("check_id"))
    text = str(found)
    return {"check": int(text)} if text.isascii() and text.isdigit() and int(text) < 2**31 else {}


def _facts(scope: Scope) -> dict[str, object]:
    state = scope["state"]
    key: Key | None = state.get("key")
    named = scope.get("path_params", {})
    return {
        "request": state["request_id"],
        "method": scope["method"],
        "path": scope["path"][:500],
        "client": scope["client"][0] if scope.get("client") else None,
        "key": None if key is None else key.prefix,
        "owner": None if key is None else key.owner,
        "study": _study_of(scope),
        "stage": named.get("stage"),
        "trial": named.get("number"),
        **_check(scope),
    }


def _id_of(headers: Headers) -> str:
    """The id that the caller has given, if it can stand in a log; else a new one."""
    given = headers.get(REQUEST_ID, "")
    return given if _ID.fullmatch(given) and key_in(given) is None else uuid.uuid4().hex


def _add_headers(message: Message, request_id: str) -> None:
    headers = MutableHeaders(scope=message)
    headers[REQUEST_ID] = request_id
    headers.setdefault("Cache-Control", "no-store")
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)


def _broken(request_id: str) -> ASGIApp:
    detail = f"the server has a fault here; its log tells more under the request id {request_id}"
    return problem(500, None, detail)
