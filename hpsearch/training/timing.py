"""A short measurement of how the jobs of one structure train fastest."""

import logging
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.job import Budget, Job
from hpsearch.stage import StageName
from hpsearch.training.blame import described
from hpsearch.training.closeness import refuse_other_gradients
from hpsearch.training.curves import Curves
from hpsearch.training.formats import MemoryFormat, alone_channels_last, stacked_channels_last
from hpsearch.training.isolation import own_randomness
from hpsearch.training.member import Training
from hpsearch.training.precision import settled_precision
from hpsearch.training.samples.arrays import Arrays, Shelf
from hpsearch.training.samples.order import DataOrder
from hpsearch.training.stacked_members import StackedMembers

LOG = logging.getLogger(__name__)
SHARE = 0.03
"""Of the time that training the jobs takes, so much may be spent on finding out how."""
LIMIT_S = 3.0
"""And no more than that, by the clock that speeds are measured by."""
CEILING = 4
"""So many times as long it may take by the clock on the wall, on a processor that others use too. Heuristic."""
ASKED = 4
"""Jobs at most whose first gradients are compared before half precision is measured."""
WARM_UP, MOST_STEPS, TIMED_S = 2, 8, 0.08
"""Iterations before the clock runs, iterations on the clock at most, and seconds after which their number is enough."""
START = 8
"""Members of the first stacked networks that are tried."""
GAIN = 1.05
"""So many times faster than the best one by one must a stacked network be. Heuristic: closer is noise."""


@dataclass(frozen=True)
class Timing:
    """How fast jobs trained in one arrangement."""

    arrangement: Arrangement
    member_steps_per_second: float
    """Iterations of all members together; 0 if the jobs cannot be trained so."""
    error: str | None = None
    """Why they cannot."""


def measured(
    jobs: Sequence[Job], dataset: Dataset, device: str = "cpu", shelf: Shelf | None = None
) -> tuple[Arrangement, tuple[Timing, ...]]:
    """The fastest arrangement for jobs of one structure, and what was measured of it and of others.

    It takes some hundredths of what training the jobs takes, and about three seconds at most; where that is too little
    to measure anything, it is the default arrangement and no timings. No more members are tried than there are jobs,
    on the CPU than half of them: two workers are to have something to do. Torch computes on as many threads as are set.
    """
    budget = jobs[0].budget
    if budget.steps == 0:
        return Arrangement(), ()
    wall = time.perf_counter()
    stopwatch = _Stopwatch(jobs, dataset, torch.device(device), shelf or Shelf(dataset, device))
    clock = stopwatch.clock
    began = clock()
    if stopwatch.device.type != "cpu":
        stopwatch.timing(Arrangement())  # the first of a process starts the device and its libraries
        wall, began = time.perf_counter(), clock()
    first = stopwatch.timing(Arrangement())
    if not first.member_steps_per_second:
        return Arrangement(), ()
    steps = budget.steps or (budget.until_epoch or budget.epochs or 0) * stopwatch.batches
    allowed_s = min(LIMIT_S, SHARE * len(jobs) * steps / first.member_steps_per_second)
    now = clock()
    timings = [first]
    most = len(jobs) if stopwatch.device.type != "cpu" else -(-len(jobs) // 2)
    other: MemoryFormat | None = None
    if jobs[0].network.name is not None:
        other = "contiguous" if stopwatch.device.type == "cpu" else "channels_last"
    took_s = now - began
    halves = jobs[0].precision == "auto"
    while (candidate := following(timings, other, most, halves=halves)) is not None and (
        now + 2 * took_s < began + allowed_s and time.perf_counter() < wall + CEILING * allowed_s
    ):
        timings.append(stopwatch.timing(candidate))
        before, now = now, clock()
        took_s = now - before
    return (chosen(timings), tuple(timings)) if len(timings) > 1 else (Arrangement(), ())


def following(
    timings: Sequence[Timing], other: MemoryFormat | None, most: int, *, halves: bool = False
) -> Arrangement | None:
    """What to measure next, if anything; ``other`` is the format for one by one that is not the usual one.

    One by one in both formats; then stacked in channels-last, which is faster more often, with twice as many members as
    long as that is faster, or half as many; and the best number of members in the other format. At last, with
    ``halves``, the fastest one by one and the fastest stacked one in bf16.
    """
    in_full = _in_float32(timings, other, most)
    if in_full is not None or not halves:
        return in_full
    speeds = _speeds(timings)
    best = finalists([timing for timing in timings if timing.arrangement.precision == "float32"])
    left = (replace(arrangement, precision="bf16") for arrangement in best)
    return next((arrangement for arrangement in left if arrangement not in speeds), None)


def _in_float32(timings: Sequence[Timing], other: MemoryFormat | None, most: int) -> Arrangement | None:
    speeds = _speeds([timing for timing in timings if timing.arrangement.precision == "float32"])
    if other is not None and Arrangement(memory_format=other) not in speeds:
        return Arrangement(memory_format=other)
    start = _stacked(min(START, most))
    if most < 2 or start not in speeds:
        return start if most >= 2 else None
    if not speeds[start]:
        return None  # it cannot be stacked
    known = [one for one in speeds if one.stacked and one.memory_format == start.memory_format]
    best = max(known, key=lambda arrangement: speeds[arrangement]).members
    counts = {arrangement.members for arrangement in known}
    if best == max(counts) and 2 * best <= most:
        return _stacked(2 * best)
    if best == min(counts) and best // 2 >= 2:
        return _stacked(best // 2)
    last = replace(_stacked(best), memory_format="contiguous")
    return None if last in speeds else last


def _stacked(members: int) -> Arrangement:
    return Arrangement(members, stacked=True, memory_format="channels_last")


def chosen(timings: Sequence[Timing]) -> Arrangement:
    """The fastest of some arrangements, the first of equals: what is stacked only if it is clearly faster than all that
    is one by one, and in bf16 only if that is clearly faster than all that is not. There must be one that is one by one
    in float32."""
    speeds = _speeds(timings)
    alone, *stacked = finalists([timing for timing in timings if timing.arrangement.precision == "float32"])
    best = stacked[0] if stacked and speeds[stacked[0]] > GAIN * speeds[alone] else alone
    in_half = [arrangement for arrangement in speeds if arrangement.precision == "bf16"]
    half = max(in_half, key=lambda one: speeds[one], default=best)
    return half if speeds[half] > GAIN * speeds[best] else best


def finalists(timings: Sequence[Timing]) -> tuple[Arrangement, ...]:
    """The fastest one by one, and the fastest stacked one if there is one. Raises ValueError without the first."""
    speeds = _speeds(timings)
    alone = [arrangement for arrangement in speeds if not arrangement.stacked]
    stacked = [arrangement for arrangement, speed in speeds.items() if arrangement.stacked and speed]
    if not alone:
        raise ValueError("one by one was not measured, which anything else is compared with")
    return tuple(max(group, key=lambda one: speeds[one]) for group in (alone, stacked) if group)


def _speeds(timings: Sequence[Timing]) -> dict[Arrangement, float]:
    """The best of each arrangement: nothing makes it look faster than it is."""
    speeds: dict[Arrangement, float] = {}
    for timing in timings:
        speeds[timing.arrangement] = max(timing.member_steps_per_second, speeds.get(timing.arrangement, 0.0))
    return speeds


class _Stopwatch:
    """Trains some iterations of jobs, with a learning rate of 0: that takes as long, and none diverges."""

    def __init__(self, jobs: Sequence[Job], dataset: Dataset, device: torch.device, shelf: Shelf) -> None:
        self.device = device
        # On one thread the processor's own time, from which other processes take nothing away.
        alone = device.type == "cpu" and torch.get_num_threads() == 1
        self.clock: Callable[[], float] = time.process_time if alone else time.perf_counter
        self._close: set[str] = set()
        """Precisions whose first gradients were found close to the exact ones."""
        self._jobs = [
            replace(
                job,
                stage=StageName.COARSE,  # where nobody looks at layers
                budget=Budget(steps=WARM_UP + MOST_STEPS, samples=job.budget.samples),
                optimizer=replace(job.optimizer, learning_rate=0.0),
            )
            for job in jobs
        ]
        self._shelf = shelf
        self._samples = dataset.task.train_samples
        self.batches = self._order(jobs[0]).batches

    def timing(self, arrangement: Arrangement) -> Timing:
        """Its speed is 0 if the jobs cannot be trained so, which shows again when they are; the log says why."""
        cohort = Cohort(tuple(self._jobs[: arrangement.members]), arrangement)
        cohort = replace(cohort, jobs=settled_precision(cohort))
        clock = self.clock
        seconds: list[float] = []
        try:
            with own_randomness(0, self.device):
                self._ensure_close(cohort)
                iterate, members = self._stacked(cohort) if arrangement.stacked else self._alone(cohort)
                for number in range(WARM_UP + MOST_STEPS):
                    began = clock()
                    iterate(number)
                    if number >= WARM_UP:
                        seconds.append(clock() - began)
                    if sum(seconds) > TIMED_S:
                        break
        except (Exception, SystemExit) as error:  # noqa: BLE001  (the network may be of the user's own)
            reason = described(error)
            LOG.info("jobs cannot be trained in %s: %s", arrangement, reason)
            return Timing(arrangement, 0.0, reason)
        return Timing(arrangement, members / statistics.median(seconds))

    def _ensure_close(self, cohort: Cohort) -> None:
        precision = cohort.arrangement.precision
        if precision == "float32" or precision in self._close:
            return
        for job in self._jobs[:ASKED]:  # weights of other seeds round differently
            refuse_other_gradients(replace(job, precision=precision), self._arrays(cohort), self._order(job))
        self._close.add(precision)

    def _alone(self, cohort: Cohort) -> tuple[Callable[[int], None], int]:
        job = cohort.jobs[0]
        arrays = self._arrays(cohort)
        curves = Curves(job, arrays.task)
        training = Training(job, arrays, curves)
        training.network.train()
        batches = self._order(job).one_pass()

        def iterate(number: int) -> None:
            training.iteration(batches[number % len(batches)], number, WARM_UP + MOST_STEPS)
            curves.flush()

        return iterate, 1

    def _stacked(self, cohort: Cohort) -> tuple[Callable[[int], None], int]:
        arrays = self._arrays(cohort)
        together = StackedMembers(cohort.jobs, arrays, arrays)
        together.network.train()
        batches = torch.split(together.orders(), together.sizes, dim=1)

        def iterate(number: int) -> None:
            losses, _ = together.iteration(batches[number % len(batches)])
            losses.tolist()

        return iterate, len(cohort.jobs)

    def _arrays(self, cohort: Cohort) -> Arrays:
        if cohort.arrangement.stacked:
            return self._shelf.arrays(channels_last=stacked_channels_last(cohort.arrangement, self.device.type))
        return self._shelf.arrays(channels_last=alone_channels_last(cohort, self.device.type))

    def _order(self, job: Job) -> DataOrder:
        return DataOrder(job.order_seed, self._samples, job.budget.samples, job.batch_size)
