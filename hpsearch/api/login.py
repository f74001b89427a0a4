"""The page on which a browser is asked for a key."""

import html
import re
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

COOKIE: Final = "hpsearch_session"
LOGIN: Final = ("POST", "/session")
"""Takes the key in its body instead of a header: the login itself."""

_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path on this server: what begins with ``//`` or ``/\\`` leads a browser to another one."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>hpsearch</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #f6f7f9; margin: 0 }}
main {{ max-width: 24rem; margin: 18vh auto 0; padding: 2rem; background: #fff; border: 1px solid #d5d9df }}
h1 {{ font-size: 1.2rem; margin: 0 0 1rem }} p {{ margin: 1rem 0 0; color: #57606a }} .wrong {{ color: #b42318 }}
input, button {{ font: inherit; box-sizing: border-box; width: 100%; padding: .5rem; margin-top: .5rem }}
</style></head>
<body><main><h1>hpsearch</h1>
<form method="post" action="/session"><label>API key
<input name="key" type="password" autocomplete="current-password" required autofocus></label>
<input name="next" type="hidden" value="{next}"><button>Log in</button></form>
{message}<p>A key is made with <code>hpsearch keys create</code>.</p></main></body></html>
"""


def login_page(request: Request, *, following: str | None = None, wrong: bool = False) -> Response:
    """The page that asks for a key, with status 401; afterwards it leads to ``following`` or the requested address."""
    query = request.url.query
    following = following or request.url.path + (f"?{query}" if query else "")
    message = '<p class="wrong" role="alert">This key is not valid.</p>' if wrong else ""
    page = _PAGE.format(next=html.escape(local(following)), message=message)
    return HTMLResponse(page, 401, {"WWW-Authenticate": "Bearer", "Content-Security-Policy": _POLICY})


def local(address: str) -> str:
    """The address if it is a path on this server, else the first page."""
    return address if _LOCAL.fullmatch(address) and address != LOGIN[1] else "/"
