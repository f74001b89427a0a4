"""The error behind an answer of the service that is not the one that was asked for."""

import math
from typing import Any

import httpx

from hpsearch.client.errors import (
    AnswerError,
    BrokenServerError,
    BusyError,
    ConflictingError,
    ForbiddenError,
    InvalidDefinitionError,
    LimitReachedError,
    MissingError,
    RefusedError,
    ServiceError,
    UnauthorizedError,
)
from hpsearch.errors import Problem, shown

BY_STATUS: dict[int, type[ServiceError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: MissingError,
    409: ConflictingError,
    422: InvalidDefinitionError,
    429: LimitReachedError,
    502: BusyError,
    503: BusyError,
    504: BusyError,
}


def refusal(response: httpx.Response, *, repeated: bool) -> ServiceError:
    """The error for a response, already read, whose status is not a success."""
    status = response.status_code
    if response.is_redirect:
        return AnswerError(f"{_elsewhere(response)} The key was not sent there.", status=status, repeated=repeated)
    content = _problem_document(response)
    detail = str(content.get("detail") or content.get("title") or f"HTTP status {status}")
    problems = _problems(content.get("problems"))
    if status == 422 and not problems:
        kind: type[ServiceError] = RefusedError
    else:
        kind = BY_STATUS.get(status) or (BrokenServerError if status >= 500 else RefusedError)
    if kind is UnauthorizedError:
        detail = f"the service at {_origin(response)} refuses the key: {detail}"
    elif kind is BrokenServerError:
        detail = f"the service at {_origin(response)} has failed: {detail}; its log says more"
    return kind(detail, status=status, problems=problems, retry_after_s=retry_after_s(response), repeated=repeated)


def retry_after_s(response: httpx.Response) -> float | None:
    """The seconds after which the service wants to be asked again; None where it does not say."""
    try:
        seconds = float(response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _problem_document(response: httpx.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _problems(content: object) -> tuple[Problem, ...]:
    """The problems of the document; what cannot be read of them is left out."""
    if not isinstance(content, list):
        return ()
    return tuple(
        Problem(*(str(one.get(name) or "") for name in ("path", "value", "message", "next_step")))
        for one in content
        if isinstance(one, dict)
    )


def _elsewhere(response: httpx.Response) -> str:
    to = shown(response.headers.get("location", ""), 200)
    return f"the server at {_origin(response)} sends callers on to {to}; give that address if it is your service."


def _origin(response: httpx.Response) -> str:
    url = response.request.url
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"
