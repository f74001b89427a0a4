"""What can go wrong with a call of the service. A class is one reaction, as in ``hpsearch.errors``."""

from collections.abc import Iterable

from hpsearch.errors import (
    ConflictError,
    DefinitionError,
    HpsearchError,
    LimitError,
    NotFoundError,
    Problem,
)


class ServiceError(HpsearchError):
    """Base of all errors of the client, with what the service's problem document says."""

    status: int | None
    """The HTTP status; None if there was no answer."""
    detail: str
    problems: tuple[Problem, ...]
    repeated: bool
    """Whether an earlier try of the same call may have been heard: its effect may be there already."""

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        problems: Iterable[Problem] = (),
        retry_after_s: float | None = None,
        repeated: bool = False,
    ) -> None:
        HpsearchError.__init__(self, detail)
        self.status, self.detail, self.problems = status, detail, tuple(problems)
        self.retry_after_s, self.repeated = retry_after_s, repeated

    def __str__(self) -> str:
        return "\n".join([self.detail, *(str(problem) for problem in self.problems)])


class UnreachableError(ServiceError):
    """Try again later: nothing answers at the address, or the answer broke off."""


class BusyError(ServiceError):
    """Try again later: the service, its database or the rate limit does not allow it now."""


class BrokenServerError(ServiceError):
    """Tell the operator: the service has failed on its own account."""


class AnswerError(ServiceError):
    """Check the address: what answers there is not this service, or another version of it."""


class RefusedError(ServiceError):
    """Reject: the request is not one that the service takes."""


class UnauthorizedError(RefusedError):
    """Reject: the service does not know the key."""


class ForbiddenError(RefusedError):
    """Reject: the key does not allow it."""


class InvalidDefinitionError(RefusedError, DefinitionError):
    """Reject: the study definition cannot be used; ``problems`` has everything that is wrong with it."""

    def __reduce__(self) -> tuple[type[DefinitionError], tuple[tuple[Problem, ...]]]:
        return DefinitionError, (self.problems,)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems) or self.detail


class MissingError(RefusedError, NotFoundError):
    """Reject: the key's owner has no such study or trial."""


class ConflictingError(RefusedError, ConflictError):
    """Reject: the study's state, or an earlier submission under the same idempotency key, does not allow it."""


class LimitReachedError(BusyError, LimitError):
    """Wait: the key has used up what it may have at the moment; ``retry_after_s`` says for how long."""
