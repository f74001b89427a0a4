"""The application factory: ``uvicorn --factory hpsearch.api.app:create_app``."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from hpsearch.api.gate import Gate


def create_app() -> FastAPI:
    """A new application. It has no pages of documentation: they would answer without a key."""
    app = FastAPI(title="hpsearch", openapi_url=None, docs_url=None, redoc_url=None, middleware=[Middleware(Gate)])
    app.add_api_route("/healthz", healthz, methods=["GET"])
    return app


def healthz() -> dict[str, str]:
    """The process is up and answers; nothing is said of the database or the workers."""
    return {"status": "ok"}
