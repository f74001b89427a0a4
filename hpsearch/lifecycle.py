"""Where a study stands, what a user may wish of it, and how it came in."""

from enum import StrEnum


class StudyState(StrEnum):
    """Where a study stands; ``NEXT_STATES`` holds the legal transitions."""

    WAITING = "waiting"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """The process that worked on it stopped; whoever claims it goes on."""
    PAUSED = "paused"
    """At the user's wish; it waits for ``resume``."""
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


_UNCLAIMED = frozenset({StudyState.RUNNING, StudyState.PAUSED, StudyState.CANCELLED, StudyState.FAILED})

NEXT_STATES: dict[StudyState, frozenset[StudyState]] = {
    StudyState.WAITING: _UNCLAIMED,
    StudyState.RUNNING: _UNCLAIMED | {StudyState.INTERRUPTED, StudyState.COMPLETE},
    StudyState.INTERRUPTED: _UNCLAIMED,
    StudyState.PAUSED: frozenset({StudyState.WAITING, StudyState.CANCELLED, StudyState.FAILED}),
    StudyState.COMPLETE: frozenset(),
    StudyState.FAILED: frozenset(),
    StudyState.CANCELLED: frozenset(),
}

ENDED = frozenset(state for state, following in NEXT_STATES.items() if not following)
"""The terminal states."""

DAY_S = 86_400.0
STATE_LIMITS_S: dict[StudyState, float] = {
    StudyState.WAITING: 7 * DAY_S,
    StudyState.INTERRUPTED: 7 * DAY_S,
    StudyState.PAUSED: 30 * DAY_S,
}
"""How long a study of the service stays in a state before it fails; ``resources.time_limit_s`` is that of running."""


class Wish(StrEnum):
    """What a user wants of a study that somebody works on."""

    PAUSE = "pause"
    CANCEL = "cancel"

    @property
    def state(self) -> StudyState:
        """Where the study stands once the wish is fulfilled."""
        return StudyState.PAUSED if self is Wish.PAUSE else StudyState.CANCELLED


class Origin(StrEnum):
    """How a study came in, which decides who may work on it."""

    RUN = "run"
    """``hpsearch run``: the process that was given the definition, with the user's own modules beside it."""
    SERVICE = "service"
    """Submitted: any conductor of the service."""


LOCAL = "local"
"""The owner of studies that came from the command line of the database's own machine."""
