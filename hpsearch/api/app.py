"""The application: every router behind the gate."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from hpsearch.api import docs, health, session
from hpsearch.api.body import PAUSE_S, TOTAL_S, Allowance
from hpsearch.api.buckets import Buckets
from hpsearch.api.front import Front
from hpsearch.api.gate import REVIEW_S, Gate
from hpsearch.api.journal import Journal, Trail
from hpsearch.api.measures import Measures
from hpsearch.api.parts import ServiceParts
from hpsearch.api.problems import ProblemAnswer, refusals
from hpsearch.api.refused import add_refusals
from hpsearch.api.room import MOST, Room
from hpsearch.api.routes import ROUTERS
from hpsearch.api.routes.components import components
from hpsearch.api.routes.examples import add_examples
from hpsearch.api.streams import Streams
from hpsearch.api.turns import Turns
from hpsearch.api.wrong_keys import WrongKeys

OF_BODIES = ("408", "413")
REPORTS = 2
"""Reports that are written at the same time: one of a large study takes a second and a hundred megabytes."""
REPORT_WAIT_S = 10.0
"""How long a further one waits for its turn before it is refused."""

DESCRIPTION = """Hyperparameter search for convolutional networks by a staged recipe.

Every path but `GET /healthz` needs a key: `Authorization: Bearer hps_...`. Errors are problem documents (RFC 9457).
A `201` means that the study is in the database; it is worked on when a conductor has room for it.
"""


class Service(FastAPI):
    """The application, with an OpenAPI document that names the key and the form of every error."""

    def openapi(self) -> dict[str, Any]:
        """The document; made once."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        parts = document.setdefault("components", {})
        parts.setdefault("securitySchemes", {})["key"] = {"type": "http", "scheme": "bearer"}
        answer = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = parts.setdefault("schemas", {})
        for name, schema in answer.pop("$defs", {}).items():
            schemas.setdefault(name, schema)
        schemas["ProblemAnswer"] = answer
        for name, schema in components().items():
            schemas.setdefault(name, schema)
        document["security"] = [{"key": []}]
        for path, calls in document["paths"].items():
            for method, call in calls.items():
                call["responses"] |= {str(one): told for one, told in _of_frame(path, call).items()} | call["responses"]
                if method == "get":  # it has no body that could be too long or too slow
                    call["responses"] = {one: told for one, told in call["responses"].items() if one not in OF_BODIES}
        add_examples(document)
        return document


def _of_frame(path: str, call: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The refusals that come before any route is reached."""
    if path == "/healthz":
        return {}
    return refusals(400, 401, 403, 421, 429, 503, *((408, 413) if "requestBody" in call else ()))


def create_app(
    parts: ServiceParts,
    *,
    pause_s: float = PAUSE_S,
    total_s: float = TOTAL_S,
    review_s: float = REVIEW_S,
    most: int = MOST,
) -> FastAPI:
    """A new application on these parts.

    ``pause_s`` and ``total_s`` limit how slowly a body may arrive; ``review_s`` is how often the key of an answer that
    streams is looked up again; ``most`` is how many requests are answered at the same time.
    """
    measures, buckets = Measures(), Buckets()
    wrong = WrongKeys(buckets)
    app = Service(
        title="hpsearch",
        version=version("hpsearch"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Journal, measures=measures),
            Middleware(Room, most=most),
            Middleware(Gate, parts=parts, wrong=wrong, review_s=review_s),
            Middleware(Allowance, buckets=buckets, pause_s=pause_s, total_s=total_s),
            Middleware(Trail, audit=parts.audit),
            Middleware(Front, dashboard=parts.dashboard),
        ],
    )
    app.state.parts, app.state.measures, app.state.wrong = parts, measures, wrong
    app.state.streams, app.state.reports = Streams(), Turns(REPORTS, REPORT_WAIT_S)
    add_refusals(app)
    for router in (health.router, session.router, docs.router, *ROUTERS):
        app.include_router(router)
    return app
