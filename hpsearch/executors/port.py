"""The port: what the conductor expects of whatever runs its cohorts."""

from collections.abc import Generator, Sequence
from types import TracebackType
from typing import Protocol, Self

from hpsearch.job import Cohort
from hpsearch.trial import TrialResult


class Executor(Protocol):
    """Runs cohorts. A job's result is the same whatever the executor, the number of workers and the other jobs."""

    @property
    def isolates_processes(self) -> bool:
        """Whether the death of a process (``os._exit``, a crash, a kill) ends nothing but the trial that caused it."""

    def run(self, cohorts: Sequence[Cohort]) -> Generator[TrialResult, None, None]:
        """Yields exactly one result for each job as soon as there is one, in any order.

        Whatever goes wrong in one job ends as its failed result. Closing the generator cancels what is still
        missing. Raises WorkerError if there are no workers (any more), ValueError if a job is given twice.
        """

    def close(self) -> None:
        """Ends the workers and takes away everything the executor put on disk. May be called more than once."""

    def __enter__(self) -> Self:
        """Gets the workers going; ``run`` waits for them."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the executor."""
