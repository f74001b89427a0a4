"""The port: what the conductor expects of whatever runs its cohorts."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.job import Job
from hpsearch.trial import TrialResult


@dataclass(frozen=True)
class Arrivals:
    """What has happened to the jobs of one run since the last time; one of the two is not empty."""

    started: tuple[Job, ...]
    """A worker has taken them up."""
    results: tuple[TrialResult, ...]


class Executor(Protocol):
    """Runs cohorts. A job's result is the same whatever the executor, the number of workers and the other jobs."""

    @property
    def isolates_processes(self) -> bool:
        """Whether the death of a process (``os._exit``, a crash, a kill) ends nothing but the trial that caused it."""

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        """Yields, until there is exactly one result for each job, whatever has arrived, in any order.

        Runs of several threads share the workers: those of different ``turn`` get them alternately, and each run
        has ``at_most`` so many at a time. Whatever goes wrong in one job ends as its failed result. Closing the
        generator cancels what is still missing, and so does setting ``halt``, which ends the generator early and
        kills workers that train for it. Raises WorkerError if there are no workers (any more), ValueError if a job
        is given twice.
        """

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Arrangement | None:
        """How jobs of one structure train fastest, found by a short measurement on the workers that would train them.

        So many workers measure side by side as would train (``at_most``), since on an idle machine everything is
        fast, and the arrangement fits the memory that each of them has. ``turn`` and ``halt`` as in ``run``. None if
        something went wrong, so that nothing was found out. Raises WorkerError if there are no workers (any more),
        ValueError unless the jobs, at least one, have the same structure.
        """

    def close(self) -> None:
        """Ends the workers and takes away everything the executor put on disk. May be called more than once."""

    def __enter__(self) -> Self:
        """Gets the workers going; ``run`` waits for them."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the executor."""
