"""A measurement: how jobs of one structure train fastest on a worker, and what memory they take there."""

from dataclasses import dataclass

from hpsearch.cohort import Arrangement


@dataclass(frozen=True)
class Measurement:
    """What one worker found."""

    arrangement: Arrangement
    room_bytes: int
    """What the worker may use for training, beside what its process and the data take."""
    member_bytes: int | None = None
    """Predicted for one member: the most that is alive at once in its training; None if that cannot be told."""
    step_bytes: int | None = None
    """The same for an iteration alone, without the evaluations."""
    allocated_bytes: int | None = None
    """What its first steps really took; None if that was not looked at."""
    trouble: str | None = None
    """Why the arrangement is the default one, if something went wrong."""
