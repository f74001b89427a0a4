"""Whether the service lives, whether it can work, and what it measures."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from hpsearch.access import Scope
from hpsearch.api.caller import Parts, requires
from hpsearch.api.front import ROOT
from hpsearch.api.measures import Measures
from hpsearch.api.readiness import Readiness, readiness

router = APIRouter(tags=["service"])


class Alive(BaseModel):
    """The process answers."""

    status: str = Field("ok", examples=["ok"])


@router.get("/healthz", summary="Whether the process lives", openapi_extra={"security": []})
async def healthz() -> Alive:
    """The process is up and answers; nothing is said of the database or the workers. Needs no key."""
    return Alive()


@router.get("/", include_in_schema=False)
async def first_page(parts: Parts) -> Response:
    """Leads a browser to the dashboard, or to the documentation where there is none."""
    return RedirectResponse("/docs" if parts.dashboard is None else ROOT, 303)


@router.get(
    "/readyz",
    summary="Whether the service can work",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Some part is not ready."}},
)
def readyz(parts: Parts) -> Response:
    """Whether the database is reachable and up to date, and a conductor and this process's
    own bell are connected to it. Any key will do."""
    found = readiness(parts.engine, parts.bell)
    return JSONResponse(found.model_dump(), 200 if found.ready else 503)


@router.get(
    "/metrics",
    summary="Measures for Prometheus",
    dependencies=[requires(Scope.READ)],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def metrics(request: Request, parts: Parts) -> Response:
    """Counts over the studies of all owners, without their names and owners: any key that reads will do."""
    measures: Measures = request.app.state.measures
    return Response(measures.written(parts.desk.tally()), media_type=CONTENT_TYPE_LATEST)
