"""The client of the service: typed calls over HTTP."""

from hpsearch.client.client import Client
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
    UnreachableError,
)

__all__ = [
    "AnswerError",
    "BrokenServerError",
    "BusyError",
    "Client",
    "ConflictingError",
    "ForbiddenError",
    "InvalidDefinitionError",
    "LimitReachedError",
    "MissingError",
    "RefusedError",
    "ServiceError",
    "UnauthorizedError",
    "UnreachableError",
]
