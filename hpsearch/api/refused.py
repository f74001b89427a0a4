"""What each error of the system becomes over HTTP."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from hpsearch.api import log
from hpsearch.api.problems import problem, retry_after
from hpsearch.errors import (
    ConflictError,
    DatabaseUnavailableError,
    DefinitionError,
    HpsearchError,
    LimitError,
    NotFoundError,
    Problem,
    shown,
)

DATABASE_RETRY_S = 5.0
"""When a database that was away is worth another try: a guess."""


def add_refusals(app: FastAPI) -> None:
    """Makes every error of the application's routes a problem document."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        HTTPException: _http,
        RequestValidationError: _request,
        HpsearchError: _error,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def definition_refused(error: DefinitionError, instance: str, headers: Mapping[str, str] | None = None) -> Response:
    """The refusal of a definition, with every problem."""
    count = len(error.problems)
    detail = f"the study definition has {count} {'problem' if count == 1 else 'problems'}; nothing was stored"
    return problem(422, None, detail, problems=error.problems, headers=headers, instance=instance)


async def _error(request: Request, error: HpsearchError) -> Response:
    """One of the system's own errors."""
    instance = request.url.path
    match error:
        case DefinitionError():
            return definition_refused(error, instance)
        case NotFoundError():
            return problem(404, None, str(error), instance=instance)
        case ConflictError():
            return problem(409, None, str(error), instance=instance)
        case LimitError(retry_after_s=None):
            return problem(403, None, str(error), instance=instance)
        case LimitError(retry_after_s=float() | int() as seconds):
            return problem(429, None, str(error), headers=retry_after(seconds), instance=instance)
        case DatabaseUnavailableError():
            return database_away(error, instance)
    raise error


def database_away(error: DatabaseUnavailableError, instance: str | None) -> Response:
    """The answer while the database cannot be reached; where it is and why is for the log alone."""
    log.write(logging.WARNING, "database unavailable", error=str(error))
    detail = (
        "the database cannot be reached at the moment; try again. A submission that is repeated with the same "
        "Idempotency-Key is made once."
    )
    return problem(503, None, detail, headers=retry_after(DATABASE_RETRY_S), instance=instance)


async def _http(request: Request, error: HTTPException) -> Response:
    """A refusal of the framework or of a route; a wrong method names the right ones."""
    headers, detail = dict(error.headers or {}), str(error.detail)
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(allowed(request)))
        detail = f"this path does not take {request.method}; it takes {headers['Allow']}"
    elif error.status_code == 404 and detail == "Not Found":
        detail = "there is nothing at this path; see /openapi.json for what there is"
    return problem(error.status_code, None, detail, headers=headers, instance=request.url.path)


async def _request(request: Request, error: RequestValidationError) -> Response:
    """Parameters that cannot be read. What cannot be a number of a study names nothing."""
    found = [_problem(details) for details in error.errors()]
    if all(details["loc"][:1] == ("path",) for details in error.errors()):
        detail = f"nothing has the number {found[0].value}; see GET /v1/studies for what there is"
        return problem(404, None, detail, instance=request.url.path)
    return problem(422, None, "the request cannot be read", problems=found, instance=request.url.path)


def _problem(details: dict[str, Any]) -> Problem:
    value = "" if details["type"] == "missing" else shown(details.get("input"))
    step = "See /openapi.json for what it may be."
    return Problem(".".join(map(str, details["loc"])), value, details["msg"], step)


def allowed(request: Request) -> set[str]:
    """The methods that some route takes at the path of the request."""
    return {
        method for route in flat(request.app.routes) if _at(route, request) for method in getattr(route, "methods", ())
    }


def _at(route: BaseRoute, request: Request) -> bool:
    return route.matches(request.scope)[0] is not Match.NONE


def flat(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """All routes, those of included routers in place of the routers."""
    found: list[BaseRoute] = []
    for route in routes:
        router = getattr(route, "original_router", None)
        found += [route] if router is None else flat(router.routes)
    return found
