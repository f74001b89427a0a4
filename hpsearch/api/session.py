"""How a browser logs in and out: once with a key, then with the cookie of a session."""

from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hpsearch.access import Key
from hpsearch.api.login import COOKIE, local, login_page
from hpsearch.api.problems import problem, refusals
from hpsearch.api.written import may_be_key
from hpsearch.api.wrong_keys import WrongKeys, too_many_wrong
from hpsearch.store.keyring import SESSION_S, Keyring

FORM: Final = "application/x-www-form-urlencoded"

router = APIRouter(tags=["session"])


FIELDS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["key"],
    "properties": {
        "key": {"type": "string", "description": "The API key."},
        "next": {"type": "string", "description": "The path on this server that the answer leads to."},
    },
}
REFUSED: Final[dict[int | str, dict[str, Any]]] = refusals(401, 403, 408, 413, 415, 429)
REFUSED[401]["content"] = {**REFUSED[401]["content"], "text/html": {"schema": {"type": "string"}}}


@router.post(
    "/session",
    status_code=303,
    response_class=Response,
    response_description="Logged in: the cookie is set, and `Location` leads on.",
    summary="Log in, as the form of the login page does it",
    responses=REFUSED,
    openapi_extra={"security": [], "requestBody": {"required": True, "content": {FORM: {"schema": FIELDS}}}},
)
async def log_in(request: Request) -> Response:
    """Opens a session for the key in the form's field ``key`` and leads to the local address in ``next``."""
    form = await _form(request)
    if form is None:
        return problem(415, None, f"the key is sent as a form: Content-Type {FORM} with the fields key and next")
    secret, following = _field(form, "key"), local(_field(form, "next"))
    wrong: WrongKeys = request.app.state.wrong
    address = request.client.host if request.client else ""
    if wait := wrong.wait(address, secret):
        return too_many_wrong(wait)
    opened = await run_in_threadpool(_opened, request.app.state.parts.keyring, secret)
    wrong.note(address, secret, right=opened is not None)
    if opened is None:
        return login_page(request, following=following, wrong=True)
    request.state.key, token = opened
    response = RedirectResponse(following, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, int(SESSION_S), path="/", secure=secure, httponly=True, samesite="strict")
    return response


@router.delete("/session", status_code=204, response_class=Response, summary="Log out")
async def log_out(request: Request) -> Response:
    """Ends the session of the cookie."""
    return await _without_session(request, Response(status_code=204))


@router.post("/session/end", status_code=303, response_class=Response, summary="Log out, as the form of a page does it")
async def log_out_by_form(request: Request) -> Response:
    """Ends the session of the cookie and leads to the first page."""
    return await _without_session(request, RedirectResponse("/", 303))


def _opened(keyring: Keyring, secret: str) -> tuple[Key, str] | None:
    key = keyring.find(secret) if may_be_key(secret) else None
    return None if key is None else (key, keyring.open_session(key))


async def _without_session(request: Request, response: Response) -> Response:
    token = request.cookies.get(COOKIE)
    if token is not None:
        await run_in_threadpool(request.app.state.parts.keyring.close_session, token)
    response.delete_cookie(COOKIE, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict")
    return response


async def _form(request: Request) -> dict[str, list[str]] | None:
    """The fields of a form; None for a body that is none."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        return parse_qs((await request.body()).decode(), max_num_fields=10)
    except ValueError:
        return {}


def _field(form: dict[str, list[str]], name: str) -> str:
    """The one value of a field; empty where there is none, or more than one."""
    values = form.get(name, [])
    return values[0].strip() if len(values) == 1 else ""
