"""The ledger of one run: which jobs still owe a result, and what becomes of those whose worker died."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hpsearch.cohort import Cohort
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.line import Order
from hpsearch.job import Job
from hpsearch.stage import StageName
from hpsearch.trial import Failure, TrialResult, failed

DEATHS_ALONE = 2
"""A job that was alone on a worker and lost it so often is what kills workers."""

Key = tuple[StageName, int]


@dataclass(frozen=True)
class AfterLoss:
    """What follows from the death of a worker, or from a lack of memory."""

    again: tuple[Order, ...]
    """To be run again, from their beginning."""
    given_up: tuple[TrialResult, ...]
    """Results of jobs that are not tried any more."""


class Ledger:
    """Keeps count of the jobs of one run, so that each gets exactly one result."""

    def __init__(self, cohorts: Sequence[Cohort]) -> None:
        """Raises ValueError if a job is there twice."""
        jobs = [job for cohort in cohorts for job in cohort.jobs]
        self._owed: set[Key] = {_key(job) for job in jobs}
        if len(self._owed) != len(jobs):
            twice = [f"{stage} {number}" for (stage, number), n in Counter(map(_key, jobs)).items() if n > 1]
            raise ValueError(f"a job is run once, but these are there twice: {', '.join(twice)}; leave one of each out")
        self._deaths_alone: Counter[Key] = Counter()

    @property
    def is_settled(self) -> bool:
        """Whether every job has its result."""
        return not self._owed

    def settle(self, result: TrialResult) -> bool:
        """Takes a result in; False if its job owes none (any more), and the result is to be dropped."""
        key = (result.stage, result.number)
        if key not in self._owed:
            return False
        self._owed.remove(key)
        return True

    def owed(self, order: Order) -> list[Job]:
        """Those jobs of an order that have no result."""
        return [job for job in order.work.jobs if _key(job) in self._owed]

    def after_loss(self, order: Order, reason: str) -> AfterLoss:
        """What to do about a cohort whose worker died before all of its members had reported.

        Members that were still in it are run again each alone, so that the guilty one is known; one that was
        alone, or the last one left, is run again or, after ``DEATHS_ALONE`` deaths, given up. Results do not
        depend on company, so the innocent ones come out as if nothing had happened.
        """
        remaining = self.owed(order)
        if len(remaining) > 1:
            return AfterLoss(tuple(_alone(order, job, order.share) for job in remaining), ())
        again, given_up = [], []
        for job in remaining:
            self._deaths_alone[_key(job)] += 1
            if self._deaths_alone[_key(job)] < DEATHS_ALONE:
                again.append(_alone(order, job, order.share))
            else:
                self._owed.remove(_key(job))
                text = f"its worker process died {DEATHS_ALONE} times with no other trial on it: {reason}"
                given_up.append(failed(job, Failure.WORKER_LOST, text))
        return AfterLoss(tuple(again), tuple(given_up))

    def after_lack(self, order: Order, lack: OutOfMemory) -> AfterLoss:
        """What to do about a member for which memory did not suffice: it is tried once with nothing beside it."""
        job = lack.job
        if _key(job) not in self._owed:
            return AfterLoss((), ())
        if order.share is not None or len(order.work.jobs) > 1:
            return AfterLoss((_alone(order, job, None),), ())
        self._owed.remove(_key(job))
        text = (
            f"it ran out of memory, also with nothing beside it: {lack.reason}. "
            f"Lower data.batch_size, or make the network narrower or its input smaller."
        )
        return AfterLoss((), (failed(job, Failure.ERROR, text),))


def _alone(order: Order, job: Job, share: int | None) -> Order:
    return Order(replace(order.work, jobs=(job,)), share)


def _key(job: Job) -> Key:
    return job.stage, job.number
