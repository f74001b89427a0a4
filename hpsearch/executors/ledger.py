"""The ledger of one run: which jobs still owe a result, and what becomes of those whose worker died."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hpsearch.cohort import Cohort, Structure
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.line import Order
from hpsearch.job import Job
from hpsearch.stage import StageName
from hpsearch.trial import Failure, TrialResult, failed

DEATHS_ALONE = 2
"""A job that was alone on a worker and lost it so often is what kills workers."""

ACCIDENTS = 5
"""So often an order goes back as it was after an accident; one that meets more of them may well bring them about."""

ADVICE = "Lower data.batch_size, or make the network narrower or its input smaller."

Key = tuple[StageName, int]


@dataclass(frozen=True)
class AfterLoss:
    """What follows from the death of a worker, or from a lack of memory."""

    again: tuple[Order, ...]
    """To be run again, from their beginning."""
    given_up: tuple[TrialResult, ...]
    """Results of jobs that are not tried any more."""


def one_worker(cohort: Cohort) -> int:  # noqa: ARG001  (where nothing is known of memory)
    """The share of memory of any cohort where that is no matter."""
    return 1


class Ledger:
    """Keeps count of the jobs of one run, so that each gets exactly one result."""

    def __init__(self, cohorts: Sequence[Cohort], share: Callable[[Cohort], int] = one_worker) -> None:
        """``share``: how many workers' memory a cohort takes. Raises ValueError if a job is there twice."""
        jobs = [job for cohort in cohorts for job in cohort.jobs]
        self._owed: set[Key] = {_key(job) for job in jobs}
        if len(self._owed) != len(jobs):
            twice = [f"{stage} {number}" for (stage, number), n in Counter(map(_key, jobs)).items() if n > 1]
            raise ValueError(f"a job is run once, but these are there twice: {', '.join(twice)}; leave one of each out")
        self._share = share
        self._moved: dict[Key, Order] = {}
        """Of each job that has left its cohort the order that it has instead."""
        self._died_together: set[frozenset[Key]] = set()
        """Stacked cohorts that have lost a worker."""
        self._deaths_alone: Counter[Key] = Counter()
        self._accidents: Counter[frozenset[Key]] = Counter()
        """Of each order that has lost a worker by one."""
        self._lacking: dict[Key, Job] = {}
        """Those for which memory did not suffice."""
        self._hopeless: dict[Structure, str] = {}
        """What was said when a job of that structure lacked memory with nothing beside it."""

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

    def owed(self, order: Order) -> tuple[Job, ...]:
        """Those jobs of an order that have no result, and no other order either."""
        return tuple(
            job for job in order.work.jobs if _key(job) in self._owed and self._moved.get(_key(job), order) == order
        )

    def after_loss(self, order: Order, reason: str) -> AfterLoss:
        """What to do about a cohort whose worker died before all of its members had reported.

        A stacked cohort, whose members are rounded as their company is, is run again as a whole the first time. Else
        members that were still in it are run again each alone, so that the guilty one is known; one that was
        alone, or the last one left, is run again or, after ``DEATHS_ALONE`` deaths, given up. Results of what is
        trained one by one do not depend on company, so the innocent ones come out as if nothing had happened.
        """
        remaining = self.owed(order)
        members = frozenset(map(_key, order.work.jobs))
        if remaining and _is_stacked(order) and members not in self._died_together:
            self._died_together.add(members)
            return AfterLoss((order,), ())
        if len(remaining) > 1:
            return AfterLoss(tuple(self._alone(order, job) for job in remaining), ())
        again, given_up = [], []
        for job in remaining:
            self._deaths_alone[_key(job)] += 1
            if self._deaths_alone[_key(job)] < DEATHS_ALONE:
                again.append(order if len(order.work.jobs) == 1 else self._alone(order, job))
            else:
                text = f"its worker process died {DEATHS_ALONE} times with no other trial on it: {reason}"
                given_up.append(self._give_up(job, Failure.WORKER_LOST, text))
        return AfterLoss(tuple(again), tuple(given_up))

    def after_accident(self, order: Order, reason: str) -> AfterLoss:
        """What to do about a cohort whose worker was ended by something outside of it: it is run again as it was.

        That is no death of its members, unless it happens to the same ones more than ``ACCIDENTS`` times.
        """
        members = frozenset(map(_key, order.work.jobs))
        self._accidents[members] += 1
        if self._accidents[members] > ACCIDENTS:
            return self.after_loss(order, reason)
        return AfterLoss((order,) if self.owed(order) else (), ())

    def after_kill(self, order: Order, reason: str) -> AfterLoss:
        """What to do about a cohort whose worker was killed for lack of memory, whoever may have needed so much.

        A stacked cohort is tried as a whole with nothing beside it; members that can be told apart are run again
        each alone, and the one that is killed so has lacked memory itself.
        """
        remaining = self.owed(order)
        if remaining and _is_stacked(order) and order.share is not None:
            return AfterLoss((replace(order, share=None),), ())
        if len(remaining) > 1 or (remaining and _is_stacked(order)):
            return AfterLoss(tuple(self._alone(order, job) for job in remaining), ())
        return self.after_lack(order, OutOfMemory(remaining[0], reason)) if remaining else AfterLoss((), ())

    def after_lack(self, order: Order, lack: OutOfMemory) -> AfterLoss:
        """What to do about a member for which memory did not suffice: it is tried once with nothing beside it.

        Where one of its structure has failed so, it is given up at once, and so are those that wait to be tried.
        """
        job, structure = lack.job, lack.job.structure
        if job not in self.owed(order):
            return AfterLoss((), ())
        self._lacking[_key(job)] = job
        if order.share is None and len(order.work.jobs) == 1:
            self._hopeless[structure] = lack.reason
            text = f"it ran out of memory, also with nothing beside it: {lack.reason}. {ADVICE}"
            first = self._give_up(job, Failure.ERROR, text)
            return AfterLoss((), (first, *self._given_up_like(structure)))
        if structure in self._hopeless:
            return AfterLoss((), self._given_up_like(structure))
        return AfterLoss((self._alone(order, job, has_all=True),), ())

    def _given_up_like(self, structure: Structure) -> tuple[TrialResult, ...]:
        """All that lacked memory and have a structure of which one has lacked it with nothing beside it."""
        text = (
            f"it ran out of memory, and a trial of the same structure did with nothing beside it: "
            f"{self._hopeless[structure]}. {ADVICE}"
        )
        alike = [job for key, job in self._lacking.items() if key in self._owed and job.structure == structure]
        return tuple(self._give_up(job, Failure.ERROR, text) for job in alike)

    def _give_up(self, job: Job, failure: Failure, text: str) -> TrialResult:
        self._owed.remove(_key(job))
        return failed(job, failure, text)

    def _alone(self, order: Order, job: Job, *, has_all: bool = False) -> Order:
        """Moves a job to an order of its own, ``has_all``: with nothing beside it."""
        if not isinstance(order.work, Cohort):
            raise TypeError("a measurement owes no results")
        cohort = replace(order.work, jobs=(job,))
        moved = self._moved[_key(job)] = Order(cohort, None if has_all else self._share(cohort))
        return moved


def _is_stacked(order: Order) -> bool:
    return isinstance(order.work, Cohort) and order.work.arrangement.stacked and len(order.work.jobs) > 1


def _key(job: Job) -> Key:
    return job.stage, job.number
