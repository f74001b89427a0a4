"""The ledger of one run: which jobs still owe a result, and what becomes of those whose worker died."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hpsearch.cohort import Cohort
from hpsearch.job import Job
from hpsearch.stage import StageName
from hpsearch.trial import Failure, TrialResult, failed

DEATHS_ALONE = 2
"""A job that was alone on a worker and lost it so often is what kills workers."""

Key = tuple[StageName, int]


@dataclass(frozen=True)
class AfterLoss:
    """What follows from the death of a worker."""

    again: tuple[Cohort, ...]
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

    def after_loss(self, cohort: Cohort, reason: str) -> AfterLoss:
        """What to do about a cohort whose worker died before all of its members had reported.

        Members that were still in it are run again each alone, so that the guilty one is known; one that was
        alone, or the last one left, is run again or, after ``DEATHS_ALONE`` deaths, given up. Results do not
        depend on company, so the innocent ones come out as if nothing had happened.
        """
        remaining = [job for job in cohort.jobs if _key(job) in self._owed]
        if len(remaining) > 1:
            return AfterLoss(tuple(replace(cohort, jobs=(job,)) for job in remaining), ())
        again, given_up = [], []
        for job in remaining:
            self._deaths_alone[_key(job)] += 1
            if self._deaths_alone[_key(job)] < DEATHS_ALONE:
                again.append(replace(cohort, jobs=(job,)))
            else:
                self._owed.remove(_key(job))
                text = f"its worker process died {DEATHS_ALONE} times with no other trial on it: {reason}"
                given_up.append(failed(job, Failure.WORKER_LOST, text))
        return AfterLoss(tuple(again), tuple(given_up))


def _key(job: Job) -> Key:
    return job.stage, job.number
