"""What attempts to learn a sample in a large network show before their end, so that fewer and shorter ones suffice."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hpsearch.job import Job
from hpsearch.recipe.attempt import Ending, attempts_of
from hpsearch.recipe.loss_curve import SHARE_OF_GUESSING, Course, loss_curve
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialResult, TrialState

HOPELESS_SHARE = 0.5
"""Of the iterations that an attempt is worth. Heuristic: a loss that is not below that of guessing by then, and not on
its way there, will not be near zero at the end."""
IDLE_SHARE = 0.1
"""Of the drop that counts as one: a loss that stays within so much of its start has hardly moved."""
STALLED_SHARE = 0.75
"""Of the iterations that an attempt is worth: a loss that has left its place and stands again is given up then."""
LESS, LOWER = 0.95, 0.8
"""Times the loss of the third before, in the mean of the last third, and times the lowest loss so far: what falls by
less stands (heuristic: a sound network halves the loss of sixteen samples in as many iterations)."""
STALLED = 2
"""Rates at which the loss fell and stands far above zero are enough for a verdict: not the rate holds it there."""
LAST, FALLING = 10, 9
"""Of so many steps so many downwards are a loss on its way: by chance one in a hundred."""
LONGER = 2
"""Times as many iterations for an attempt that has left its place."""
ATTEMPTS = 3
"""The iterations of so many attempts are all that a failure without proof is worth."""
FAR = 10.0
"""Times: so much farther a rate would have to bring the weights."""


def is_hopeless(losses: Sequence[float], job: Job, task: Task) -> bool:
    """Whether an attempt has seen half of the iterations of the job without leaving its place or being on its way, or
    all of them without leaving it; or has left it and stands again."""
    steps = job.budget.steps or 0
    if len(losses) < HOPELESS_SHARE * steps:
        return False
    so_far = TrialResult(job.stage, job.number, TrialState.COMPLETE, step_losses=tuple(losses))
    batches = math.ceil((job.budget.samples or job.batch_size) / job.batch_size)
    curve = loss_curve(FinishedTrial(job, so_far), task, batches)
    if curve.stood_still is not None:
        return len(losses) >= STALLED_SHARE * steps and curve.course is Course.FELL and not _falls(losses)
    return len(losses) >= steps or not _is_on_its_way(losses, task)


def has_stalled(losses: Sequence[float], job: Job, task: Task) -> bool:
    """Whether an attempt that has been given up had left its place, and stood again."""
    so_far = TrialResult(job.stage, job.number, TrialState.COMPLETE, step_losses=tuple(losses))
    batches = math.ceil((job.budget.samples or job.batch_size) / job.batch_size)
    curve = loss_curve(FinishedTrial(job, so_far), task, batches)
    return curve.course is Course.FELL and not _falls(losses)


def longer(job: Job, left: int) -> Job:
    """The job with twice its iterations, or with as many as are left for all attempts."""
    return replace(job, budget=replace(job.budget, steps=min(LONGER * (job.budget.steps or 0), left)))


def is_idle(losses: Sequence[float], task: Task) -> bool:
    """Whether the loss has hardly moved: at a lower rate it moves even less."""
    least = IDLE_SHARE * SHARE_OF_GUESSING * task.initial_loss
    return all(abs(loss - losses[0]) <= least for loss in losses)


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


def _falls(losses: Sequence[float]) -> bool:
    third = max(1, len(losses) // 3)
    before, last = losses[-2 * third : -third], losses[-third:]
    return math.fsum(last) < LESS * math.fsum(before) or min(last) < LOWER * min(losses[:-third])


def _is_on_its_way(losses: Sequence[float], task: Task) -> bool:
    last = losses[-LAST - 1 :]
    return not is_idle(losses, task) and sum(after < before for before, after in pairwise(last)) >= FALLING
