"""The report of a study as JSON, Markdown or a web page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hpsearch.access import Scope
from hpsearch.api.caller import Caller, Parts, requires
from hpsearch.api.problems import refusals
from hpsearch.api.routes.accepting import preferred
from hpsearch.api.routes.refusing import COMMON
from hpsearch.api.routes.studies import StudyId
from hpsearch.errors import shown
from hpsearch.report.compose import report_document
from hpsearch.report.documents import ReportDocument
from hpsearch.report.html import html_report
from hpsearch.report.markdown import markdown_report
from hpsearch.results import StudyResults

router = APIRouter(prefix="/v1/studies/{study_id}/report", tags=["reports"], responses=COMMON)

Format = Literal["json", "markdown", "html"]


@dataclass(frozen=True)
class Rendering:
    """One form of a report."""

    media_type: str
    write: Callable[[ReportDocument, StudyResults], str]


RENDERINGS: dict[Format, Rendering] = {
    "json": Rendering("application/json", lambda document, _: document.model_dump_json()),
    "markdown": Rendering("text/markdown", lambda document, _: markdown_report(document)),
    "html": Rendering("text/html", html_report),
}
"""In the order in which they are preferred where a client takes several alike."""

HEADERS = {
    "Vary": "Accept",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""The page needs nothing but its own style: nothing else may run in it."""

DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report.",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ReportDocument"}},
            "text/markdown": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
        },
    },
    **refusals(404, 406),
}


@router.get(
    "",
    operation_id="readReport",
    summary="The report of a study",
    response_class=Response,
    responses=DESCRIBED,
    dependencies=[requires(Scope.READ)],
)
async def report(
    study_id: StudyId,
    request: Request,
    parts: Parts,
    caller: Caller,
    format: Annotated[Format | None, Query(description="Instead of the Accept header.")] = None,  # noqa: A002
) -> Response:
    """Everything that is known of a study: stages, verdicts, findings, trials and the best one.

    As JSON, Markdown or a web page without any external part, as the `Accept` header or `format` asks for. The page
    has the curves of a few trials; `GET /v1/studies/{study_id}/trials/{stage}/{number}` has those of any.
    """
    accept = ",".join(request.headers.getlist("accept")) or "*/*"
    chosen = format or preferred_form(accept)
    if chosen is None:
        types = ", ".join(rendering.media_type for rendering in RENDERINGS.values())
        raise HTTPException(406, f"there is no report of the type {shown(accept)}; ask for one of {types}")
    base, turns = str(request.base_url).rstrip("/"), request.app.state.reports

    def written() -> str:
        results = parts.desk.reported(caller.whose, study_id)
        return RENDERINGS[chosen].write(report_document(results, base), results)

    async with turns.turn():
        content = await run_in_threadpool(written)
    return Response(content, media_type=RENDERINGS[chosen].media_type, headers=HEADERS)


def preferred_form(accept: str) -> Format | None:
    """The form that an Accept header likes best; None if it takes none of them."""
    return preferred(accept, {name: rendering.media_type for name, rendering in RENDERINGS.items()})
