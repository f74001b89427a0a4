"""When a run of a sweep is settled: more iterations at that rate would not change what it says."""

from collections.abc import Sequence
from dataclasses import replace

from hpsearch.job import Job
from hpsearch.recipe.loss_curve import Course, loss_curve
from hpsearch.recipe.lr_sweep.sweep import SMOOTHED_SHARE
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialResult, TrialState

FEWEST_ITERATIONS = 8
"""Before a drop counts. Heuristic: a rate that is too high shows it within a few iterations of momentum."""
CERTAIN = 2.0
"""Times what a significant drop needs."""
NEGLIGIBLE_DECAY = 0.01
"""Share of the weights that weight decay takes off by the end: what takes less changes no course."""


def is_settled(losses: Sequence[float], job: Job, task: Task, *, fewest: int = FEWEST_ITERATIONS) -> bool:
    """Whether the loss so far has dropped far enough, or has risen far above its start and come back.

    Iterations that repeat few samples are meant: a drop of their loss within some of them is one within more.
    """
    so_far = TrialResult(job.stage, job.number, TrialState.COMPLETE, step_losses=tuple(losses))
    steps = job.budget.steps or len(losses)
    curve = loss_curve(FinishedTrial(job, so_far), task, max(3, steps // SMOOTHED_SHARE))
    if curve.course is Course.UNSTABLE:
        return True
    return curve.course is Course.FELL and len(losses) >= fewest and curve.drop >= CERTAIN * curve.needed


def twin(job: Job, attempts: Sequence[FinishedTrial], task: Task, *, drops_out: bool) -> FinishedTrial | None:
    """The job as an attempt to learn a sample by heart has already shown it; None if none has.

    Where a study regularises nothing, a short sweep over few samples is such an attempt at the same rate, with other
    samples. ``drops_out``: whether the network has dropout.
    """
    if drops_out or job.label_smoothing:
        return None
    found = next((one for one in attempts if _trains_alike(one.job, job)), None)
    if found is None or found.result.failure is not None:
        return None
    losses = found.result.step_losses[: job.budget.steps]
    if not is_settled(losses, job, task, fewest=1 if found.result.learned else FEWEST_ITERATIONS):
        return None
    result = replace(
        found.result,
        stage=job.stage,
        number=job.number,
        step_losses=losses,
        step_accuracies=found.result.step_accuracies[: len(losses)],
        layers=(),
        looks=(),
        learned=None,
        duration_s=0.0,
    )
    return FinishedTrial(job, result)


def _trains_alike(attempt: Job, job: Job) -> bool:
    ours, theirs = job.optimizer, attempt.optimizer
    if ours.l1 or ours.max_norm is not None:
        return False
    if ours.weight_decay * ours.learning_rate * (job.budget.steps or 0) > NEGLIGIBLE_DECAY:
        return False
    return (
        replace(theirs, weight_decay=ours.weight_decay) == ours
        and attempt.network == job.network
        and attempt.precision == job.precision
        and _batches(attempt) == _batches(job)
    )


def _batches(job: Job) -> tuple[int, int]:
    """Samples, and those of a mini-batch."""
    samples = job.budget.samples or 0
    return samples, min(samples, job.batch_size)
