"""Which requests are for the Optuna dashboard: it lies at the root, since its pages name absolute paths."""

from starlette.types import ASGIApp, Receive, Scope, Send

from hpsearch.access import Key
from hpsearch.access import Scope as Right
from hpsearch.api.caller import lacking
from hpsearch.api.parts import Dashboard
from hpsearch.api.problems import problem

ROOT = "/dashboard"
BELOW = ("/dashboard/", "/static/", "/api/", "/artifacts/", "/csv/")
ALONE = frozenset({ROOT, "/favicon.ico"})


class Front:
    """ASGI middleware behind the gate: the dashboard for those who may read, the application for the rest."""

    def __init__(self, app: ASGIApp, dashboard: Dashboard | None) -> None:
        self._app = app
        self._dashboard = dashboard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request to one of the two."""
        if self._dashboard is None or scope["type"] != "http" or not is_for_dashboard(scope["path"]):
            await self._app(scope, receive, send)
            return
        key: Key = scope["state"]["key"]
        scope["route"] = DASHBOARD
        if not key.allows(Right.READ):
            await problem(403, None, lacking(key, Right.READ))(scope, receive, send)
            return
        await self._dashboard(scope, receive, send, key.whose)


class _Dashboard:
    """Stands for a route where log and measures look for one."""

    path = ROOT


DASHBOARD = _Dashboard()


def is_for_dashboard(path: str) -> bool:
    """Whether the dashboard answers at this path."""
    return path in ALONE or path.startswith(BELOW)
