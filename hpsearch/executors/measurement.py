"""A measurement: how jobs of one structure train fastest on a worker, and what memory they take there."""

from dataclasses import dataclass

from hpsearch.cohort import Arrangement

STACKED = 1.1
"""So many times what its members take alone does a stacked network take. Measured on the CPU for LeNet, a convnet,
ResNet-20 and VGG-11: 1.04 to 1.1."""
BESIDE = 6
"""Members' worth of memory that a cohort takes beside that while it is put together and tried: networks that are to be
stacked are there once more. Measured for VGG-11, whose weights take the most: 5.8."""


def cohort_bytes(member_bytes: int, members: int) -> int:
    """The most that a stacked cohort takes at once."""
    return int(member_bytes * (STACKED * members + BESIDE))


def most_members(member_bytes: int, room_bytes: int) -> int:
    """Of a stacked cohort that fits into the room; at least one."""
    return max(1, int((room_bytes / max(1, member_bytes) - BESIDE) / STACKED))


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
