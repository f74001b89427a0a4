"""What the time of a round goes into, seen from where its results arrive."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hpsearch.cohort import Cohort
from hpsearch.executors.port import Arrivals
from hpsearch.speed import Speed


class Stopwatch:
    """Runs from its beginning on. ``clock`` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._began_s = clock, clock()
        self._workers, self._trials, self._cohorts = 0, 0, 0
        self._alone, self._because = 0, ""
        self._measuring_s = self._starting_s = self._ending_s = self._trained_s = 0.0

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Inside, nothing is trained but what a measurement needs."""
        began_s = self._clock()
        try:
            yield
        finally:
            self._measuring_s += self._clock() - began_s

    def watch(self, cohorts: Sequence[Cohort], running: Iterator[Arrivals]) -> Iterator[Arrivals]:
        """Passes on what arrives of one run."""
        place = {job.number: index for index, cohort in enumerate(cohorts) for job in cohort.jobs}
        left = [len(cohort.jobs) for cohort in cohorts]
        trained_s = [0.0] * len(cohorts)
        since_s: dict[int, float] = {}  # of the cohorts that are being trained
        waiting, at_s, first = set(range(len(cohorts))), self._clock(), True
        for arrived in running:
            now_s = self._clock()
            if not waiting:
                self._ending_s += (self._workers - len(since_s)) * (now_s - at_s)
            begun = {place[job.number] for job in arrived.started} & waiting
            for index in begun:
                waiting.remove(index)
                since_s[index] = now_s
                self._starting_s += now_s - at_s if first else 0.0
                first = False
            self._workers = max(self._workers, min(1, len(since_s)))
            for result in arrived.results:
                index = place[result.number]
                left[index] -= 1
                trained_s[index] += result.duration_s
                if left[index] == 0:
                    # Members that were trained as one network have all lasted as long as the cohort. What has begun
                    # and ended since the last arrivals may have lasted since then.
                    since = since_s.pop(index, now_s)
                    self._trained_s += min(trained_s[index], now_s - (at_s if index in begun else since))
            # Only now: what has been taken up after a result may have arrived together with it.
            self._workers = max(self._workers, len(since_s))
            self._trials += len(arrived.results)
            reasons = [result.alone_because for result in arrived.results if result.alone_because]
            self._alone += len(reasons)
            self._because = self._because or next(iter(reasons), "")
            at_s = now_s
            yield arrived
        self._cohorts += len(cohorts)

    def speed(self) -> Speed:
        """All so far."""
        wall_s = self._clock() - self._began_s
        return Speed(
            wall_s, self._workers, self._measuring_s, self._starting_s, self._ending_s, self._trained_s,
            self._trials, self._cohorts, self._alone, self._because or None,
        )  # fmt: skip
