"""The application: every router behind the gate."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from hpsearch.api.gate import Gate
from hpsearch.api.parts import ServiceParts
from hpsearch.api.refused import add_refusals
from hpsearch.api.routes import ROUTERS


def create_app(parts: ServiceParts) -> FastAPI:
    """A new application on these parts."""
    app = FastAPI(title="hpsearch", redoc_url=None, redirect_slashes=False, middleware=[Middleware(Gate)])
    app.state.parts = parts
    add_refusals(app)
    app.add_api_route("/healthz", healthz, methods=["GET"])
    for router in ROUTERS:
        app.include_router(router)
    return app


def healthz() -> dict[str, str]:
    """The process is up and answers; nothing is said of the database or the workers."""
    return {"status": "ok"}
