"""One attempt to learn a small sample by heart, at one learning rate: how it ended."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hpsearch.look import OutputLook
from hpsearch.recipe.loss_curve import Course, LossCurve, loss_curve
from hpsearch.recipe.output_loss import floor_of_probabilities
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

FEWEST_FOR_FLOOR = 10
"""Fewer samples than this can all be right by chance while the loss is still high (heuristic)."""
FEWEST_CLASSES = 7
"""Before any update the outputs of fewer classes may all be positive by chance: images look much alike to a new
network, and each class has one chance in two; 1/128 for seven (heuristic)."""
FROM_THE_BOUNDS = 0.25
"""A new sigmoid's outputs for all images lie so far from 0 and 1, and those of weights drawn around zero hardly ever
do: they lie around zero (heuristic)."""
NEARLY_LEARNED = 0.1
"""A regression that leaves this share of the targets' variance has nearly learned them. Heuristic, measured on sixteen
sound networks: after 400 iterations those of one layer leave 2–8 %, deeper ones less; networks that cannot learn at
all leave everything."""
STILL_FALLING = 0.05
"""A loss that fell by this share of itself over the last fifth of the iterations is still on its way (heuristic)."""


class Ending(StrEnum):
    """How an attempt ended."""

    LEARNED = "learned"
    NEARLY = "nearly learned"
    """A regression that is close to its targets and has not come to the very end."""
    FLOOR = "learned above a floor"
    """Every sample is right and the loss stands where outputs between 0 and 1 would hold it, as far as is known."""
    STALLED = "stalled above zero"
    STOOD_STILL = "did not move"
    UNSTABLE = "rose far above its start on the way"
    EXPLODED = "exploded"
    BROKE_OFF = "broke off"


@dataclass(frozen=True)
class Attempt:
    """One learning rate."""

    rate: float
    ending: Ending
    loss: float
    """Mean over the last pass over the sample; NaN if it did not stay finite."""
    accuracy: float | None
    """The best of any pass; None for regression."""
    iterations: int
    curve: LossCurve
    reason: str
    """Why the training ended early, if it failed."""
    still_falling: bool | None
    """None after too few iterations to say."""
    without_gradient: tuple[str, ...]
    bounded: bool | None
    """Whether the network's outputs lie between 0 and 1, as the looks at all attempts show; None where they do not."""

    @property
    def succeeded(self) -> bool:
        """Whether it shows that the network can learn the sample."""
        return self.ending in (Ending.LEARNED, Ending.NEARLY)

    @property
    def merit(self) -> float:
        """How near it came to learning the sample; higher is nearer."""
        if self.accuracy is not None:
            return self.accuracy
        return -self.loss if math.isfinite(self.loss) else -math.inf


def attempts_of(finished: Sequence[FinishedTrial], task: Task) -> list[Attempt]:
    """The attempts of a stage, by rising learning rate."""
    bounded = _bounded(finished, task)
    attempts = sorted((_attempt(trial, task, bounded) for trial in finished), key=lambda attempt: attempt.rate)
    above = [attempt for attempt in attempts if attempt.ending is Ending.FLOOR]
    if bounded or (bounded is None and all(stands_at_a_floor(attempt) for attempt in above)):
        return attempts
    return [replace(attempt, ending=Ending.LEARNED) if attempt in above else attempt for attempt in attempts]


def stands_at_a_floor(attempt: Attempt) -> bool:
    """Whether bounds of the outputs may hold the loss of an attempt that ended above the floor of probabilities.

    A training that ended early, all samples being right, may have been on its way below it.
    """
    return bool(attempt.bounded) or (attempt.bounded is None and attempt.still_falling is False)


def _bounded(finished: Sequence[FinishedTrial], task: Task) -> bool | None:
    """Whether outputs lie between 0 and 1; one that does not is enough to say no. Equal outputs are no evidence."""
    looks = [look for trial in finished for look in trial.result.looks]
    seen = [(look.step, look.outputs) for look in looks if look.outputs and look.outputs.lowest != look.outputs.highest]
    if any(outputs.lowest < 0 or outputs.highest > 1 for _, outputs in seen):
        return False
    certain = any(
        step > 0 or outputs.sums_to_one or _around_a_half(outputs) or task.outputs >= FEWEST_CLASSES
        for step, outputs in seen
    )
    return True if certain else None


def _around_a_half(outputs: OutputLook) -> bool:
    return outputs.lowest > FROM_THE_BOUNDS and outputs.highest < 1 - FROM_THE_BOUNDS


def _attempt(trial: FinishedTrial, task: Task, bounded: bool | None) -> Attempt:
    result, job = trial.result, trial.job
    samples = job.budget.samples or 1
    batches = math.ceil(samples / job.batch_size)  # iterations of one pass
    curve = loss_curve(trial, task, batches)
    return Attempt(
        job.optimizer.learning_rate,
        _ending(trial, curve, task, samples),
        curve.end,
        _best_accuracy(result.step_accuracies, batches) if task.is_classification else None,
        len(result.step_losses),
        curve,
        result.reason or "",
        _still_falling(result.step_losses, batches),
        result.without_gradient,
        bounded,
    )


def _ending(trial: FinishedTrial, curve: LossCurve, task: Task, samples: int) -> Ending:
    if trial.result.learned:
        counts = task.is_classification and samples >= FEWEST_FOR_FLOOR
        return Ending.FLOOR if counts and curve.lowest >= floor_of_probabilities(task.outputs) else Ending.LEARNED
    match curve.course:
        case Course.EXPLODED:
            return Ending.EXPLODED
        case Course.UNSTABLE:
            return Ending.NEARLY if _is_near(curve.end, task) else Ending.UNSTABLE
        case Course.BROKE_OFF:
            return Ending.BROKE_OFF
        case Course.STOOD_STILL:
            return Ending.STOOD_STILL
        case Course.FELL:
            return Ending.NEARLY if _is_near(curve.end, task) else Ending.STALLED


def _is_near(loss: float, task: Task) -> bool:
    """An absolute error is compared by its square, so that both losses are held to the same unit; targets have
    variance 1."""
    return not task.is_classification and (loss * loss if task.loss == "l1" else loss) <= NEARLY_LEARNED


def _best_accuracy(accuracies: Sequence[float], batches: int) -> float:
    """The highest mean over one pass; batches count alike (a smaller last one too). 0 if no pass was finished."""
    passes = [accuracies[i : i + batches] for i in range(0, len(accuracies) - batches + 1, batches)]
    return max((math.fsum(one) / batches for one in passes), default=0.0)


def _still_falling(losses: Sequence[float], batches: int) -> bool | None:
    fifth = len(losses) // 5
    if fifth < batches:
        return None
    before, after = losses[-2 * fifth : -fifth], losses[-fifth:]
    return math.fsum(after) < (1 - STILL_FALLING) * math.fsum(before)
