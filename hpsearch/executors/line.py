"""A line: the orders of one run that wait for workers, and what has happened to those that have had one."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue

from hpsearch.cohort import Cohort
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.measurement import Measurement
from hpsearch.job import Job
from hpsearch.trial import TrialResult


@dataclass(frozen=True)
class Measuring:
    """Jobs of one structure; the worker is to find out how they train fastest."""

    jobs: tuple[Job, ...]


Answer = TrialResult | OutOfMemory | Measurement


@dataclass(frozen=True)
class Order:
    """What one worker is to do."""

    work: Cohort | Measuring
    share: int | None = 1
    """How many workers' memory it takes; None: it wants to be alone, with no other worker beside its own."""

    @property
    def answers(self) -> int:
        """How many there will be: a result for each job of a cohort, or one measurement."""
        return len(self.work.jobs) if isinstance(self.work, Cohort) else 1


@dataclass(frozen=True)
class Started:
    """An order has a worker."""

    order: Order


@dataclass(frozen=True)
class Reported:
    """A member of a cohort has its result, or a measurement is done."""

    answer: Answer
    order: Order


@dataclass(frozen=True)
class Lost:
    """The worker of an order died before everything was answered."""

    order: Order
    reason: str
    was_ready: bool
    """Whether it could have trained: torch imported, data loaded. If not, the order is not to blame."""
    is_accident: bool = False
    """Whether what ended it lies outside of it."""


@dataclass(frozen=True)
class Broken:
    """The loop has ended; nothing more will come."""

    reason: str


Event = Started | Reported | Lost | Broken
Inbox = SimpleQueue[Event]


@dataclass(eq=False)
class Line:
    """One run. Only the feed changes it."""

    turn: str = ""
    """Whose it is: those of different turns get workers alternately."""
    at_most: int | None = None
    """How many of its orders are worked on at the same time; None: as many as there are workers."""
    inbox: Inbox = field(default_factory=SimpleQueue)
    waiting: deque[Order] = field(default_factory=deque)
    served: int = 0
    """The number of the last placement for it; 0 before the first."""
    fresh_deaths: int = 0
    """How many new workers in a row died with one of its orders before they had taken it up."""
    withdrawn: bool = False


def next_line(lines: Iterable[Line], placed: Iterable[Line], served: Mapping[str, int]) -> Line | None:
    """Whose order gets the free worker; ``placed`` holds the line of each order that has one, None: nobody's.

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
