"""Default deny: what is not listed as open is refused before any route sees it."""

import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hpsearch.access import Key
from hpsearch.api.login import COOKIE, LOGIN, login_page
from hpsearch.api.origin import SAFE, host_of, is_ours, is_same_origin
from hpsearch.api.parts import ServiceParts
from hpsearch.api.problems import problem
from hpsearch.api.refused import database_away
from hpsearch.api.written import bearer_of, key_in
from hpsearch.api.wrong_keys import WrongKeys, too_many_wrong
from hpsearch.errors import DatabaseUnavailableError

OPEN = frozenset({("GET", "/healthz")})
"""Method and path of everything that answers without a key; ``LOGIN`` takes the key in its body."""

REVIEW_S = 5.0
"""How long an answer that streams goes on at most before its key is looked up again; asked when it says something."""


class OverError(Exception):
    """Within an answer: its key is no longer known to be valid."""


class Gate:
    """ASGI middleware in front of the whole application: leaves the key in ``scope["state"]["key"]``.

    Each request looks its key up, so that a revoked one is refused from the next request on.
    """

    def __init__(self, app: ASGIApp, parts: ServiceParts, wrong: WrongKeys, review_s: float) -> None:
        self._app = app
        self._parts = parts
        self._wrong = wrong
        self._review_s = review_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is open, what has a key, and the server's own start and stop; refuses everything else."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        refusal = await self._refusal(request := Request(scope))
        if refusal is not None:
            if "content-length" in request.headers or "transfer-encoding" in request.headers:
                refusal.headers["Connection"] = "close"  # nobody reads the body
            await refusal(scope, receive, send)
        elif "key" in scope["state"]:
            await self._reviewed(request, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _reviewed(self, request: Request, receive: Receive, send: Send) -> None:
        """Answers, and ends an answer that goes on and on once its key is no longer valid."""
        at = time.monotonic()

        async def sending(message: Message) -> None:
            nonlocal at
            if message.get("more_body") and time.monotonic() - at >= self._review_s:
                at = time.monotonic()
                try:
                    key = await self._key(request)
                except DatabaseUnavailableError:
                    key = None  # its reader comes back, and is told
                if key is None:
                    raise OverError
            await send(message)

        try:
            await self._app(request.scope, receive, sending)
        except* OverError:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _refusal(self, request: Request) -> Response | None:
        """Why the request goes no further; None if it does."""
        call = (request.method, request.scope["path"])
        if call in OPEN:
            return None
        if refusal := _misdirected(request, self._parts.hosts) or _told(request):
            return refusal
        if call == LOGIN:
            return None if is_same_origin(request.headers) else _foreign_page()
        return await self._without_key(request)

    async def _without_key(self, request: Request) -> Response | None:
        """Looks for the key."""
        secret, from_cookie = _secret(request)
        if secret is None:
            return unauthorized(request)
        address = request.client.host if request.client else ""
        if wait := self._wrong.wait(address, secret):
            return too_many_wrong(wait)
        try:
            key = await self._key(request)
        except DatabaseUnavailableError as error:
            return database_away(error, None)
        self._wrong.note(address, secret, right=key is not None)
        if key is None:
            return unauthorized(request)
        if from_cookie and request.method not in SAFE and not is_same_origin(request.headers):
            return _foreign_page()
        request.state.key = key
        return None

    async def _key(self, request: Request) -> Key | None:
        """The key as it stands now."""
        secret, from_cookie = _secret(request)
        keyring = self._parts.keyring
        return await run_in_threadpool(keyring.session if from_cookie else keyring.find, secret or "")


def _secret(request: Request) -> tuple[str | None, bool]:
    """What the request has to show, and whether it comes from a cookie. A header counts, also where it is wrong."""
    headers = request.headers.getlist("authorization")
    return (bearer_of(headers), False) if headers else (request.cookies.get(COOKIE), True)


def unauthorized(request: Request) -> Response:
    """The same for every path and every kind of wrong key, so that nobody learns which paths and keys exist."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return login_page(request)
    return problem(
        401,
        None,
        "this needs a key, and none that is valid came with the request; send `Authorization: Bearer hps_...` with "
        "one that `hpsearch keys create` has made. Only GET /healthz answers without a key.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _misdirected(request: Request, ours: frozenset[str]) -> Response | None:
    if "content-length" in request.headers and "transfer-encoding" in request.headers:
        # A proxy in front may have read another end of this request than we do (RFC 9112, section 6.3).
        return problem(400, None, "the request says its length twice, by Content-Length and by Transfer-Encoding")
    host = host_of(request.headers)
    if host is None:
        return problem(400, None, "the request needs exactly one Host header that names this server")
    if is_ours(host, ours):
        return None
    detail = "this server does not answer under that name; use its address, or set HPSEARCH_HOSTS to its names"
    return problem(421, None, detail)


def _told(request: Request) -> Response | None:
    """A key in the address stands in logs, histories and the headers of other servers by now."""
    found = key_in(request.url.path) or key_in(request.scope["query_string"].decode("latin-1")) or _in_query(request)
    if found is None:
        return None
    detail = (
        f"a key belongs into the Authorization header, never into an address: addresses are kept in logs. Revoke this "
        f"one now with `hpsearch keys revoke {found}` and make another."
    )
    return problem(400, None, detail)


def _in_query(request: Request) -> str | None:
    words = (word for pair in request.query_params.multi_items() for word in pair)
    return next((found for word in words if (found := key_in(word))), None)


def _foreign_page() -> Response:
    detail = (
        "with the cookie of a login only pages of this server may change anything, and this request does not come from "
        "one; programs send a key in the Authorization header"
    )
    return problem(403, None, detail)
