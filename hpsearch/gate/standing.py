"""What the losses of an attempt to learn a sample show before its end: idle, on its way, or standing where it came."""

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise

from hpsearch.job import Job
from hpsearch.recipe.loss_curve import SHARE_OF_GUESSING, STANDARD_ERRORS, Course, LossCurve, loss_curve
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialResult, TrialState

HOPELESS_SHARE = 0.5
"""Of the iterations that an attempt is worth. Heuristic: a loss that is not below that of guessing by then, and not on
its way there, will not be near zero at the end."""
IDLE_SHARE = 0.1
"""Of the drop that counts as one: a loss that stays within so much of its start has hardly moved."""
STANDING_SHARE = 0.75
"""Of the iterations that an attempt is worth: a loss that has left its place and stands again is given up then."""
HALF = 0.5
"""Of the height at which a loss stands. One that comes below it by the definition's last iteration, if it goes on
falling as it does, is still falling."""
LOWER = 0.8
"""Times the lowest loss before: what has just been lower does not stand."""
ALIKE = 0.1
"""Of the lower one of two heights: they are the same, or what noise leaves open is more (heuristic)."""
LAST, FALLING = 10, 9
"""Of so many steps so many downwards are a loss on its way: by chance one in a hundred."""


def is_hopeless(losses: Sequence[float], job: Job, worth: int, task: Task) -> bool:
    """Whether an attempt at the ``job`` has seen half of the iterations that it is worth without leaving its place or
    being on its way, or all of them without leaving it; or has left it and stands again."""
    if len(losses) < HOPELESS_SHARE * worth:
        return False
    if _curve(losses, job, task).stood_still is not None:
        return len(losses) >= STANDING_SHARE * worth and stands(losses, job, task)
    return len(losses) >= worth or not _is_on_its_way(losses, task)


def stands(losses: Sequence[float], job: Job, task: Task) -> bool:
    """Whether a loss has left its place, knows more than how frequent the classes are, and does not go on falling.

    Many networks first learn the frequencies and stand there for a while: that is how learning begins, and no end.
    """
    if _curve(losses, job, task).course is not Course.FELL:
        return False
    third = len(losses) // 3
    if third < 2:
        return False
    before, last = losses[-2 * third : -third], losses[-third:]
    height = statistics.fmean(last)
    if height >= (1 - ALIKE) * _of_frequencies(job.budget.samples or job.batch_size, task):
        return False
    if min(last) < LOWER * min(losses[:-third]):
        return False
    fallen = statistics.fmean(before) - height
    error = math.sqrt((statistics.variance(before) + statistics.variance(last)) / third)
    left = (job.budget.steps or 0) - len(losses)
    return fallen <= STANDARD_ERRORS * error or height - fallen / third * left > HALF * height


def agree(losses: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two losses stand at the same height."""
    last, other = losses[-(len(losses) // 3) :], others[-(len(others) // 3) :]
    apart = abs(statistics.fmean(last) - statistics.fmean(other))
    error = math.sqrt(statistics.variance(last) / len(last) + statistics.variance(other) / len(other))
    return apart <= max(STANDARD_ERRORS * error, ALIKE * min(statistics.fmean(last), statistics.fmean(other)))


def is_idle(losses: Sequence[float], task: Task) -> bool:
    """Whether the loss has hardly moved: at a lower rate it moves even less."""
    least = IDLE_SHARE * SHARE_OF_GUESSING * task.initial_loss
    return all(abs(loss - losses[0]) <= least for loss in losses)


def _of_frequencies(samples: int, task: Task) -> float:
    """The loss of a network that knows nothing but how frequent the classes are among some samples, in the mean over
    such samples; infinite in regression, where that is the loss of guessing."""
    total = sum(task.validation_class_counts)
    if not task.is_classification or not total:
        return math.inf
    shares = [count / total for count in task.validation_class_counts if count]
    counts = range(1, samples + 1)
    return -math.fsum(
        _chance(count, samples, share) * count / samples * math.log(count / samples)
        for share in shares
        for count in counts
    )


def _chance(count: int, samples: int, share: float) -> float:
    """That so many of some samples are of a class of that share."""
    if share == 1:
        return float(count == samples)
    ways = math.lgamma(samples + 1) - math.lgamma(count + 1) - math.lgamma(samples - count + 1)
    return math.exp(ways + count * math.log(share) + (samples - count) * math.log1p(-share))


def _curve(losses: Sequence[float], job: Job, task: Task) -> LossCurve:
    so_far = TrialResult(job.stage, job.number, TrialState.COMPLETE, step_losses=tuple(losses))
    batches = math.ceil((job.budget.samples or job.batch_size) / job.batch_size)
    return loss_curve(FinishedTrial(job, so_far), task, batches)


def _is_on_its_way(losses: Sequence[float], task: Task) -> bool:
    last = losses[-LAST - 1 :]
    return not is_idle(losses, task) and sum(after < before for before, after in pairwise(last)) >= FALLING
