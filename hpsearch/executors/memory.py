"""What the executor knows of the memory that cohorts take, and how many workers' share of it one gets."""

import logging

from hpsearch.cohort import Cohort, shape
from hpsearch.executors.amount import shown
from hpsearch.executors.measurement import Measurement, cohort_bytes
from hpsearch.job import Job

TOLERANCE = 0.1
"""By so much of the prediction the first steps may take another amount without being reported."""
LEAST_BYTES = 2**20
"""Less than that is no matter."""

Need = tuple[str, int | None, bool]
"""What the memory of a job depends on: not for how long it trains, but on how many samples and whether it evaluates."""

LOG = logging.getLogger("hpsearch.conductor.workers")


class Memory:
    """Fed by measurements; what was never measured gets the share of one worker."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._measured: dict[Need, Measurement] = {}

    def learn(self, job: Job, measurement: Measurement) -> None:
        """Keeps what was measured of jobs, and writes into the log where the prediction was wrong."""
        self._measured[_need(job)] = measurement
        predicted, allocated = measurement.step_bytes, measurement.allocated_bytes
        if measurement.trouble is not None:
            LOG.warning("measurement failed", extra={"reason": measurement.trouble})
        elif predicted is not None and allocated is not None and _differs(predicted, allocated):
            text = f"a step was predicted to take {predicted} bytes and takes {allocated}"
            LOG.info("memory differs from its prediction", extra={"reason": text})

    def share(self, cohort: Cohort) -> int:
        """How many workers' memory the cohort takes: more than one leaves others without work meanwhile.

        All of them where a worker has no room at all.
        """
        known = self._known(cohort.jobs[0])
        if known is None or known.member_bytes is None:
            return 1
        if known.room_bytes <= 0:
            return self._workers
        member = max(known.member_bytes, known.allocated_bytes or 0)
        needed = cohort_bytes(member, len(cohort.jobs)) if cohort.arrangement.stacked else member
        return max(1, min(self._workers, -(-needed // known.room_bytes)))

    def told(self, job: Job) -> str:
        """What is known of the memory that a job takes, for people."""
        known = self._known(job)
        if known is None or known.member_bytes is None:
            return "how much it needs was not predicted"
        return f"{shown(known.member_bytes)} were predicted, and a worker has {shown(known.room_bytes)} for training"

    def _known(self, job: Job) -> Measurement | None:
        """What was measured of such a job, or else of one that differs in evaluating only, which is near enough."""
        name, samples, evaluates = _need(job)
        return self._measured.get((name, samples, evaluates)) or self._measured.get((name, samples, not evaluates))


def _need(job: Job) -> Need:
    return shape(job), job.budget.samples, job.budget.epochs is not None


def _differs(predicted: int, allocated: int) -> bool:
    return abs(allocated - predicted) > max(TOLERANCE * predicted, LEAST_BYTES)
