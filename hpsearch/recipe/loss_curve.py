"""The course of a training loss over some iterations: did it fall, rise, blow up, or stay where it was?

What counts as a significant drop is defined here (docs/decisions/0011-a-significant-drop-of-the-loss.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.task import Task
from hpsearch.trial import Failure, FinishedTrial

SHARE_OF_GUESSING = 0.03
"""A drop is at least this share of what lies between the loss of guessing and the lowest one, which is above 0 where
labels are smoothed. Heuristic: a hundred iterations take at least so much off even where there are many classes, while
noise alone is kept out by the standard errors below."""
STANDARD_ERRORS = 3.0
"""A drop is at least so many standard errors of the mini-batch noise: one chance in about 700 for noise alone."""
UPPER_QUARTILE = 1.1503
"""Of the absolute values of a normal distribution, in standard deviations."""
BLOW_UP = 1.5
"""The loss is far above its start where its moving average exceeds the first loss by this factor. Heuristic, measured
on 64 sound networks: of 36 curves that rose less above their start, 27 ended below half of it; of 144 that rose
further, 24."""


class Course(StrEnum):
    """What a loss did."""

    FELL = "fell"
    STOOD_STILL = "stood still"
    """It did not fall significantly."""
    UNSTABLE = "rose far above its start on the way"
    """It rose far above the first loss and came back from there, however low it ended."""
    EXPLODED = "exploded"
    """It became NaN or infinite, or ended far above the first loss."""
    BROKE_OFF = "broke off"
    """The training raised an exception or lost its worker, which says nothing about the loss."""


@dataclass(frozen=True)
class LossCurve:
    """One training run in steps."""

    learning_rate: float
    start: float
    """Loss of the first mini-batch, at initialisation."""
    end: float
    """Mean over the last ``window`` iterations; NaN if it did not stay finite."""
    lowest: float
    """Lowest mean over ``window`` iterations in a row."""
    highest: float
    """Highest such mean; infinite if the loss did not stay finite."""
    needed: float
    """The end must lie so far below ``reference`` for a significant drop."""
    reference: float
    """The loss of guessing, or the first loss where that is significantly lower: falling to it is not learning yet."""
    course: Course
    stood_still: int | None = None
    """Iterations until the mean over ``window`` of them first lay ``SHARE_OF_GUESSING`` below ``reference``, whatever
    the noise; None if it never did."""

    @property
    def drop(self) -> float:
        """How far the loss has fallen below ``reference``; 0 if it exploded, was unstable or broke off."""
        return max(0.0, self.reference - self.end) if self.course in (Course.FELL, Course.STOOD_STILL) else 0.0

    @property
    def recovered(self) -> bool:
        """Whether it ended significantly below ``reference`` although it had risen far above its start."""
        return self.course is Course.UNSTABLE and self.reference - self.end >= self.needed


def loss_curve(trial: FinishedTrial, task: Task, window: int) -> LossCurve:
    """Reads the curve of a trial in steps; ``window`` iterations are averaged (fewer if there are not as many)."""
    result = trial.result
    losses = [loss for loss in result.step_losses if math.isfinite(loss)]
    rate = trial.job.optimizer.learning_rate
    if not losses:
        exploded = result.failure is Failure.DIVERGED
        course = Course.EXPLODED if exploded else Course.BROKE_OFF
        return LossCurve(rate, math.nan, math.nan, math.nan, math.inf, math.nan, math.nan, course)
    means = _moving_average(losses, min(window, len(losses)))
    noise = _noise(losses)
    least = SHARE_OF_GUESSING * (task.initial_loss - Curve(trial, task).floor)
    knows = losses[0] < task.initial_loss - STANDARD_ERRORS * noise  # before it has seen anything
    reference = losses[0] if knows else task.initial_loss
    variance = 1 / min(window, len(losses)) + knows  # of the end, and of a first mini-batch; that of guessing is exact
    needed = max(least, STANDARD_ERRORS * noise * math.sqrt(variance))
    diverged = result.failure is Failure.DIVERGED
    if diverged or means[-1] > BLOW_UP * losses[0]:
        course = Course.EXPLODED
    elif result.failure is not None:
        course = Course.BROKE_OFF
    elif max(means) > BLOW_UP * losses[0]:
        course = Course.UNSTABLE
    else:
        course = Course.FELL if reference - means[-1] >= needed else Course.STOOD_STILL
    highest = math.inf if diverged else max(means)
    end = math.nan if diverged else means[-1]
    length = len(losses) - len(means) + 1
    moved = reference - least
    stood_still = next((place + length for place, mean in enumerate(means) if mean <= moved), None)
    return LossCurve(rate, losses[0], end, min(means), highest, needed, reference, course, stood_still)


def _moving_average(losses: Sequence[float], window: int) -> list[float]:
    return [math.fsum(losses[i : i + window]) / window for i in range(len(losses) - window + 1)]


def _noise(losses: Sequence[float]) -> float:
    """Standard deviation of one mini-batch's loss around the curve's trend, from successive differences.

    Differences of neighbours hardly contain the trend, and each holds the noise twice (von Neumann et al., 1941). Their
    upper quartile is taken, which a few leaps do not move, such as those of RMSprop's first updates.
    """
    leaps = sorted(abs(b - a) for a, b in pairwise(losses))
    return leaps[3 * len(leaps) // 4] / (UPPER_QUARTILE * math.sqrt(2)) if leaps else 0.0
