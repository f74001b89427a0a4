"""The documentation as one page without scripts: nothing is loaded from anywhere, and it works without the internet."""

import html
import json
import re
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

router = APIRouter()

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 56rem; margin: 0 auto; padding: 1.5rem }}
details {{ border: 1px solid #d5d9df; padding: .5rem 1rem; margin: .5rem 0 }} summary {{ cursor: pointer }}
code, pre {{ font: .875em/1.5 ui-monospace, monospace }} pre {{ background: #f6f7f9; padding: 1rem; overflow: auto }}
table {{ border-collapse: collapse; width: 100% }} form {{ float: right }}
th, td {{ text-align: left; vertical-align: top; border-top: 1px solid #d5d9df; padding: .25rem 1rem .25rem 0 }}
</style></head>
<body><form method="post" action="/session/end"><button>Log out</button></form>
<h1>{title}</h1>{description}
<p>For programs: <a href="/openapi.json">/openapi.json</a></p>
{calls}</body></html>
"""


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """What there is to call, for people."""
    return HTMLResponse(page(request.app.openapi()), headers={"Content-Security-Policy": _POLICY})


def page(document: dict[str, Any]) -> str:
    """The page for an OpenAPI document."""
    info = document["info"]
    calls = [
        _call(method, path, call) for path, methods in document["paths"].items() for method, call in methods.items()
    ]
    described = _prose(info.get("description", ""))
    return _PAGE.format(title=html.escape(info["title"]), description=described, calls="\n".join(calls))


def _call(method: str, path: str, call: dict[str, Any]) -> str:
    named = f"<code><b>{html.escape(method.upper())}</b> {html.escape(path)}</code>"
    parameters = [(f"{one['name']} ({one['in']})", one.get("description", "")) for one in call.get("parameters", ())]
    answers = [(status, answer.get("description", "")) for status, answer in call.get("responses", {}).items()]
    return (
        f"<details><summary>{named} {html.escape(call.get('summary', ''))}</summary>"
        f"{_prose(call.get('description', ''))}{_table('Parameter', parameters)}{_bodies(call)}"
        f"{_table('Answer', sorted(answers))}{_answer(call)}</details>"
    )


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = [f"<tr><td><code>{html.escape(name)}</code></td><td>{_words(told)}</td></tr>" for name, told in rows]
    return f"<table><tr><th>{title}</th><th></th></tr>{''.join(lines)}</table>"


def _prose(text: str) -> str:
    """Paragraphs; the line breaks of the source are none of theirs."""
    return "".join(f"<p>{_words(' '.join(part.split()))}</p>" for part in text.split("\n\n") if part.strip())


def _words(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    return re.sub(r"(`+)(.+?)\1", r"<code>\2</code>", html.escape(text))


def _bodies(call: dict[str, Any]) -> str:
    """Each example of a body once, under all the types that take it."""
    kinds: dict[str, list[str]] = {}
    for kind, content in call.get("requestBody", {}).get("content", {}).items():
        kinds.setdefault(_shown(content.get("example")), []).append(kind)
    return "".join(f"<p>Body, {html.escape(', '.join(types))}</p>{shown}" for shown, types in kinds.items())


def _answer(call: dict[str, Any]) -> str:
    """The example of the first answer that has one."""
    contents = [content for _, one in sorted(call.get("responses", {}).items()) for content in _contents(one)]
    shown = next((_shown(content["example"]) for content in contents if "example" in content), "")
    return f"<p>For example</p>{shown}" if shown else ""


def _contents(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return list(answer.get("content", {}).values())


def _shown(example: Any) -> str:
    if example is None:
        return ""
    return f"<pre>{html.escape(example if isinstance(example, str) else json.dumps(example, indent=2))}</pre>"
