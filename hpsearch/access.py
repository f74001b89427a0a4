"""Who may do what: keys, their scopes and their limits."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a key allows. Only admin includes something of the others."""

    READ = "read"
    """See the owner's studies."""
    SUBMIT = "submit"
    """Submit studies, and cancel, pause, resume and delete the owner's."""
    ADMIN = "admin"
    """See everybody's studies, and cancel, pause, resume and delete them. To submit some it takes submit as well."""


@dataclass(frozen=True)
class Limits:
    """What one key may use."""

    queued: int = 100
    """Its studies that have not ended, at most."""
    running: int = 4
    """Its studies that are worked on at the same time; the others wait."""
    trials: int = 10_000
    """Trials that one study may plan."""
    body_bytes: int = 200_000
    """Length of the body of one request."""
    requests_per_minute: int = 600
    """Requests to one process of the API."""
    streams: int = 20
    """Streams of events, and waits for checks, that are open at the same time at one process of the API."""
    checks: int = 20
    """Its checks that have not ended, at most."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"the limit {field.name} is a whole number of at least 1 (got {value!r})")

    def as_dict(self) -> dict[str, int]:
        """The limits by name."""
        return asdict(self)


def limits_of(written: Mapping[str, int]) -> Limits:
    """What ``as_dict`` gave, in this version or an earlier one: what is missing is at its default.

    Raises ValueError for an unknown name or a number that is no limit.
    """
    unknown = [name for name in written if name not in {field.name for field in fields(Limits)}]
    if unknown:
        known = ", ".join(field.name for field in fields(Limits))
        raise ValueError(f"there is no limit called {unknown[0]!r}; use one of {known}")
    return Limits(**written)


@dataclass(frozen=True)
class Key:
    """An API key, without its secret: only a hash of that is kept."""

    id: int
    prefix: str
    """The first characters of the key, to recognise it by."""
    label: str
    """What its holder calls it."""
    owner: str
    """Whose studies it sees and submits."""
    scopes: frozenset[Scope]
    limits: Limits
    created_at: datetime
    revoked_at: datetime | None

    def allows(self, scope: Scope) -> bool:
        """Whether the key has the scope, or one that includes it: who administers reads."""
        return scope in self.scopes or (scope is Scope.READ and Scope.ADMIN in self.scopes)

    @property
    def whose(self) -> str | None:
        """The owner whose studies it sees; None for those of all."""
        return None if self.allows(Scope.ADMIN) else self.owner
