"""Why the work on a study stops before its end, and how the study is left then."""

from dataclasses import dataclass
from enum import Enum, auto

from hpsearch.errors import LeaseLostError
from hpsearch.stage import StageName
from hpsearch.study import StudyState, Wish

SERVICE_STOPPED = "the service stopped"


class Cause(Enum):
    """What has set ``halt``."""

    PAUSE = auto()
    CANCEL = auto()
    TIME_UP = auto()
    LEASE_LOST = auto()
    STOPPED = auto()
    """From outside: the process that works on the study ends."""


CAUSE_OF_WISH = {Wish.PAUSE: Cause.PAUSE, Wish.CANCEL: Cause.CANCEL}


class Halted(Exception):  # noqa: N818  (nothing has gone wrong)
    """The work on the study stops here."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.name)
        self.cause = cause


@dataclass(frozen=True)
class Outcome:
    """How a study is released."""

    state: StudyState
    reason: str | None
    retry_s: float = 0.0
    """How long the service leaves an interrupted study alone."""


def left_for_later(error: BaseException) -> Outcome:
    """How ``hpsearch run`` leaves a study when working on it has raised an error: the same command goes on."""
    words = "interrupted" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {error}"
    return Outcome(StudyState.INTERRUPTED, words)


def outcome_of(cause: Cause, stage: StageName | None, time_limit_s: float) -> Outcome:
    """How a study is released that was halted in ``stage`` (None: before the first one).

    Raises LeaseLostError where there is nothing left to release.
    """
    if cause is Cause.LEASE_LOST:
        raise LeaseLostError("another conductor has taken the study over; it goes on there")
    if cause is Cause.PAUSE:
        return Outcome(StudyState.PAUSED, None)
    if cause is Cause.CANCEL:
        return Outcome(StudyState.CANCELLED, None)
    if cause is Cause.TIME_UP:
        where = "before the first stage" if stage is None else f"in stage {stage}"
        return Outcome(StudyState.FAILED, f"time limit of {time_limit_s:g} s reached {where}")
    return Outcome(StudyState.INTERRUPTED, SERVICE_STOPPED)
