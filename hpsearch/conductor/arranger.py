"""Arrangements belong to the plan: what was measured once is written down, and holds wherever the study goes on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from hpsearch.cohort import Arranged, Arrangement, Structure, by_structure, shape
from hpsearch.conductor.means import Means
from hpsearch.job import Job
from hpsearch.recipe.plan import Plan
from hpsearch.stage import StageName
from hpsearch.task import Task

FEWEST_JOBS = 4
"""Fewer jobs of one shape are not worth a measurement (heuristic)."""
FEWEST_ITERATIONS = 2000
"""Nor are so few iterations of all of them together (heuristic: some seconds of the smallest networks)."""


class Arranger:
    """Says in which arrangement the jobs of a round are trained: the recorded one, a measured one or the default."""

    def __init__(self, means: Means, task: Task, recorded: Iterable[Arranged]) -> None:
        self._means, self._task = means, task
        self._recorded = {(one.stage, one.shape): one for one in recorded}

    def arrangements(self, plan: Plan, begun: Collection[str]) -> dict[str, Arrangement]:
        """By shape; shapes that are not named are trained in the default arrangement.

        ``begun``: the shapes of the trials of the stage that have results. A shape that has some and no record was
        begun without a measurement, and goes on so.
        """
        found: dict[str, Arrangement] = {}
        for name, jobs in by_shape(plan.jobs).items():
            arranged = self._known(plan, name, len(jobs))
            if arranged is None and name not in begun and self._is_worth_it(jobs):
                arranged = self._measured(plan.stage, name, jobs)
            if arranged is not None:
                found[name] = arranged.arrangement
        return found

    def _known(self, plan: Plan, name: str, jobs: int) -> Arranged | None:
        """What is recorded of the stage; else of an earlier one, if it could have tried cohorts as large as now."""
        if plan.stage is StageName.TEST:  # the same training once more, in the arrangement that it had
            stage = plan.best_before.stage if plan.best_before else plan.stage
            return self._recorded.get((stage, name))
        known = self._recorded.get((plan.stage, name))
        if known is not None:
            return known
        for stage in reversed(StageName):
            earlier = self._recorded.get((stage, name))
            if earlier is not None and earlier.measured_for >= min(jobs, earlier.arrangement.members + 1):
                how = spread(earlier.arrangement, earlier.measured_for, jobs)
                return self._record(Arranged(plan.stage, name, how, earlier.measured_for))
        return None

    def _is_worth_it(self, jobs: Sequence[Job]) -> bool:
        if len(jobs) < FEWEST_JOBS or any(job.budget.until_learned or job.budget.steps == 0 for job in jobs):
            return False
        return sum(_iterations(job, self._task) for job in jobs) >= FEWEST_ITERATIONS

    def _measured(self, stage: StageName, name: str, jobs: Sequence[Job]) -> Arranged:
        means = self._means
        found = means.executor.measure(jobs, turn=means.turn, at_most=means.at_most, halt=means.keeper.halt)
        means.keeper.check()
        if found is None:  # the default holds for this stage; the next one asks again
            return self._record(Arranged(stage, name, Arrangement(), measured_for=0))
        return self._record(Arranged(stage, name, found, len(jobs)))

    def _record(self, arranged: Arranged) -> Arranged:
        means = self._means
        means.write(lambda: means.store.save_arrangement(means.lease, arranged))
        return self._recorded.setdefault((arranged.stage, arranged.shape), arranged)


def by_shape(jobs: Iterable[Job]) -> dict[str, tuple[Job, ...]]:
    """The jobs of each shape."""
    found: dict[str, tuple[Job, ...]] = {}
    for members in by_structure(jobs).values():
        name = shape(members[0])
        found[name] = found.get(name, ()) + members
    return found


def spread(arrangement: Arrangement, jobs: int, left: int) -> Arrangement:
    """The arrangement for those that are left of so many jobs: still two cohorts at least, if they were two before.

    So two workers both have something to do. The number of workers is not asked: no result may depend on it.
    """
    if left == jobs:
        return arrangement
    fewest = min(2, -(-jobs // arrangement.members))
    return replace(arrangement, members=max(1, min(arrangement.members, -(-left // fewest))))


def at_rung(
    living: Sequence[Job], planned: Sequence[Job], arrangements: Mapping[str, Arrangement]
) -> dict[Structure, Arrangement]:
    """How those of the planned jobs that have come to a rung are trained from there on, by structure."""
    before = {name: len(jobs) for name, jobs in by_shape(planned).items()}
    found: dict[Structure, Arrangement] = {}
    for structure, jobs in by_structure(living).items():
        name = shape(jobs[0])
        found[structure] = spread(arrangements.get(name, Arrangement()), before[name], len(jobs))
    return found


def _iterations(job: Job, task: Task) -> int:
    samples = min(task.train_samples, job.budget.samples or task.train_samples)
    return job.budget.steps or (job.budget.epochs or 0) * -(-samples // job.batch_size)
