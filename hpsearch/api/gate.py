"""Default deny: what is not listed as open is refused before any route sees it."""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = frozenset({("GET", "/healthz")})
"""Method and path of everything that answers without a key."""

REFUSAL = json.dumps(
    {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "This path needs a key, and no key has been issued. Only GET /healthz answers without one.",
    }
).encode()
"""An RFC 9457 problem. The same for every path, so that nobody learns which paths exist."""


class Gate:
    """ASGI middleware in front of the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is open and the server's own start and stop; refuses everything else."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and (scope["method"], scope["path"]) in OPEN):
            await self._app(scope, receive, send)
            return
        for message in REFUSED_HTTP if scope["type"] == "http" else REFUSED_WEBSOCKET:
            await send(message)


REFUSED_HTTP: tuple[Message, ...] = (
    {
        "type": "http.response.start",
        "status": 401,
        "headers": [(b"content-type", b"application/problem+json"), (b"www-authenticate", b"Bearer")],
    },
    {"type": "http.response.body", "body": REFUSAL},
)
REFUSED_WEBSOCKET: tuple[Message, ...] = ({"type": "websocket.close", "code": 1008},)
