"""How long attempts to learn a sample in a large network go on, so that fewer and shorter ones suffice."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from hpsearch.gate.dose import Dose
from hpsearch.gate.standing import agree, is_hopeless, is_idle, stands
from hpsearch.job import Job
from hpsearch.recipe.learning_rates import allowed
from hpsearch.recipe.overfit.attempt import Ending, attempts_of
from hpsearch.recipe.plan import Plan
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

LONGER = 2
"""Times as many iterations for an attempt that has left its place."""
FAR = 10.0
"""Times: so much farther a rate would have to bring the weights."""


class Patience:
    """The attempts of one stage in one dose."""

    def __init__(self, task: Task, dose: Dose) -> None:
        self._task, self._most, self._left = task, dose.most_steps, dose.steps_in_all
        self._idle: list[FinishedTrial] = []
        self._standing: list[FinishedTrial] = []
        self.without_proof: list[FinishedTrial] = []
        """Attempts that were given up."""
        self.given_up: int | None = None
        """After so many iterations at most; None: none was, or what the others showed is proof."""
        self.stalled: tuple[FinishedTrial, ...] = ()
        """Attempts at two rates whose losses fell and stand at the same height: not the rate holds them there."""

    def limits(self, job: Job) -> bool:
        """Whether a job is an attempt to learn a sample that may not go on to its end."""
        return self._most is not None and job.stage is StageName.OVERFIT and (job.budget.steps or 0) > self._most

    def has_hope_for(self, job: Job) -> bool:
        """Whether iterations are left, and no higher rate has left the loss in its place."""
        rate = job.optimizer.learning_rate
        return self._left > 0 and not any(rate < one.job.optimizer.learning_rate for one in self._idle)

    def longest(self, job: Job) -> Job:
        """The job with twice the iterations of an attempt, or with as many as are left for all attempts."""
        return replace(job, budget=replace(job.budget, steps=min(LONGER * (self._most or 0), self._left)))

    def enough(self, job: Job) -> Callable[[Sequence[float]], bool]:
        """Whether the losses of a job's iterations so far say that it is to be given up."""
        return partial(is_hopeless, job=job, worth=self._most or 0, task=self._task)

    def takes(self, trial: FinishedTrial, job: Job, *, given_up: bool) -> None:
        """Notes what an attempt at the ``job`` took, and what it showed if it was given up."""
        losses = trial.result.step_losses
        self._left -= len(losses)
        if not given_up:
            return
        self.without_proof.append(trial)
        self.given_up = max(self.given_up or 0, len(losses))
        if is_idle(losses, self._task):
            self._idle.append(FinishedTrial(job, trial.result))
        if not stands(losses, job, self._task):
            return
        other = next((one for one in self._standing if agree(one.result.step_losses, losses)), None)
        self._standing.append(trial)
        if other is not None:
            self.stalled = (other, trial)
            self.settles()

    def settles(self) -> None:
        """What is known is proof, whatever was given up."""
        self.given_up = None

    def too_low(self, learned: FinishedTrial, plan: Plan, study: StudyDefinition) -> list[FinishedTrial]:
        """The attempts at all rates that the study may use, if another rate has learned the sample and all of these
        are too low for all of their iterations; else nothing."""
        own = set(allowed(study, [job.optimizer.learning_rate for job in plan.jobs]))
        tried = [one for one in self._idle if one.job.optimizer.learning_rate in own]
        if not own or {one.job.optimizer.learning_rate for one in tried} != own or study.recipe.overfit.learning_rates:
            return []
        if not all(cannot_arrive(one, learned, one.job.budget.steps or 0) for one in tried):
            return []
        self.settles()
        return list(self._idle)


def cannot_arrive(idle: FinishedTrial, learned: FinishedTrial, steps: int) -> bool:
    """Whether a rate at which the loss has hardly moved is too low for ``steps`` iterations.

    As long as updates are small, the course of the weights depends on the rate times the number of updates alone: the
    lower rate would have to come a tenth as far as the other one has gone to learn the sample.
    """
    far = learned.job.optimizer.learning_rate * len(learned.result.step_losses)
    return FAR * idle.job.optimizer.learning_rate * steps < far


def bounded_for_certain(stage: StageName, finished: Sequence[FinishedTrial], task: Task) -> bool:
    """Whether an attempt had all samples right and stood at the floor of outputs that were seen to be bounded: no other
    rate takes a loss below that."""
    if stage is not StageName.OVERFIT:
        return False
    return any(one.ending is Ending.FLOOR and one.bounded is True for one in attempts_of(finished, task))
