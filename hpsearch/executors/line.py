"""A line: the cohorts of one run that wait for workers, and what has happened to those that have had one."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue

from hpsearch.cohort import Cohort
from hpsearch.trial import TrialResult


@dataclass(frozen=True)
class Started:
    """A cohort has a worker."""

    cohort: Cohort


@dataclass(frozen=True)
class Reported:
    """A member of a cohort has its result."""

    result: TrialResult


@dataclass(frozen=True)
class Lost:
    """The worker of a cohort died before all members had reported."""

    cohort: Cohort
    reason: str
    was_ready: bool
    """Whether it could have trained: torch imported, data loaded. If not, the cohort is not to blame."""


@dataclass(frozen=True)
class Broken:
    """The loop has ended; nothing more will come."""

    reason: str


Inbox = SimpleQueue[Started | Reported | Lost | Broken]


@dataclass(eq=False)
class Line:
    """One run. Only the feed changes it."""

    turn: str = ""
    """Whose it is: those of different turns get workers alternately."""
    at_most: int | None = None
    """How many of its cohorts are trained at the same time; None: as many as there are workers."""
    inbox: Inbox = field(default_factory=SimpleQueue)
    waiting: deque[Cohort] = field(default_factory=deque)
    served: int = 0
    """The number of the last placement for it; 0 before the first."""
    withdrawn: bool = False


def next_line(lines: Iterable[Line], placed: Iterable[Line], served: Mapping[str, int]) -> Line | None:
    """Whose cohort gets the free worker; ``placed`` holds the line of each cohort that has one, None: nobody's.

    The turn with the fewest workers, of several the one that was served longest ago (``served``: by turn); within
    the turn the same among its lines. So nobody waits for the end of somebody else's whole run.
    """
    of_line = Counter(placed)
    of_turn: Counter[str] = Counter()
    for line, count in of_line.items():
        of_turn[line.turn] += count
    return min(
        (line for line in lines if line.waiting and (line.at_most is None or of_line[line] < line.at_most)),
        key=lambda line: (of_turn[line.turn], served.get(line.turn, 0), of_line[line], line.served),
        default=None,
    )
