"""Every error of the service as a problem document (RFC 9457)."""

import json
import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from hpsearch.errors import Problem
from hpsearch.report.documents import ProblemDocument

PROBLEM_TYPE = "application/problem+json"


class ProblemAnswer(BaseModel):
    """Why a request was refused or could not be answered: a problem document (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field("about:blank", description="The kind of problem; its title is that of the status.")
    title: str = Field(description="The status in words.", examples=["Unprocessable Content"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="The broken rule, the value got and the next step.")
    instance: str | None = Field(None, description="The path of the request.", examples=["/v1/studies"])
    problems: tuple[ProblemDocument, ...] = Field((), description="Everything that is wrong, each with its path.")


class ProblemResponse(Response):
    """A response that is a problem document."""

    media_type = PROBLEM_TYPE


def problem(
    status: int,
    title: str | None,
    detail: str,
    *,
    problems: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
    instance: str | None = None,
) -> Response:
    """A problem document; ``title`` is the status in words by default."""
    content: dict[str, Any] = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status}
    content["detail"] = detail
    if instance is not None:
        content["instance"] = instance
    if listed := [vars(one) for one in problems]:
        content["problems"] = listed
    # ASCII only: what a caller sent may hold halves of characters, which UTF-8 cannot write.
    return ProblemResponse(json.dumps(content), status, headers)


def retry_after(seconds: float) -> dict[str, str]:
    """The header that says when another try may succeed."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares as its errors, for the OpenAPI document."""
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
