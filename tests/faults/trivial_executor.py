"""An executor that trains nothing and takes a moment for it: results follow from the job alone, faults find time."""

import random
import threading
import time
from collections.abc import Generator, Sequence
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.executors.port import Arrivals
from hpsearch.job import Job
from tests.conductor.scripted import learning


class TrivialExecutor:
    """Gives each cohort's results together, cohorts in any order, each after up to ``longest_s`` seconds."""

    isolates_processes = False

    def __init__(self, longest_s: float = 0.004) -> None:
        self._longest_s = longest_s

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        order = random.sample(cohorts, len(cohorts))  # no order is promised
        for cohort in order:
            yield Arrivals(cohort.jobs, ())
            time.sleep(random.uniform(0, self._longest_s))
            if halt is not None and halt.is_set():
                return
            yield Arrivals((), tuple(learning(job) for job in cohort.jobs))

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Arrangement:
        return Arrangement()

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
