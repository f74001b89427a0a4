"""The recorded course of one trial, with what the rules read from it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from hpsearch.diagnosis.curves.noise import chance_of_right, share_error
from hpsearch.diagnosis.curves.trend import Trend, moving_average, spread_of_bends, spread_of_neighbours, trend
from hpsearch.schedule import learning_rate_at
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, Failure, FinishedTrial, TrialState

WINDOWS = 30
"""A moving average covers one part in so many of the training, and at least three iterations (heuristic)."""
LEARNED = 0.03
"""Of the loss of guessing: by so much it has fallen at least where something was learned (heuristic: the share that the
recipe's sweep of learning rates asks for)."""
FLAT = 0.1
"""Of its level: a loss that falls by less along the second half stands still (heuristic)."""
DECAYED = 0.2
"""Of its peak: a learning rate below it counts as decayed (heuristic)."""
UNFINISHED = 0.1
"""Of guessing: a loss above it has something left to lose (heuristic)."""
GOOD, GOOD_SHARE = 0.1, 0.2
"""See ``ended_well``."""
SIGNIFICANCE = 0.01
"""Chance of calling a score better than guessing that is not."""


@dataclass(frozen=True)
class Curve:
    """One trial whose budget is in epochs. Losses are those of training unless validation is named."""

    trial: FinishedTrial
    task: Task

    @cached_property
    def losses(self) -> tuple[float, ...]:
        """Of every iteration, up to the first that is not finite."""
        found = self.trial.result.step_losses
        end = next((index for index, loss in enumerate(found) if not math.isfinite(loss)), len(found))
        return found[:end]

    @property
    def epochs(self) -> tuple[EpochRecord, ...]:
        return self.trial.result.epochs

    @property
    def ended(self) -> bool:
        """Whether it went to its end with curves to read: at least three epochs and twelve iterations."""
        return self.trial.result.state is TrialState.COMPLETE and len(self.epochs) >= 3 and len(self.losses) >= 12

    @property
    def diverged(self) -> bool:
        return self.trial.result.failure is Failure.DIVERGED

    @cached_property
    def per_epoch(self) -> int:
        """Iterations of one epoch."""
        if self.epochs and self.ended:
            return max(1, round(len(self.losses) / len(self.epochs)))
        return max(1, math.ceil(self.task.train_samples / self.trial.job.batch_size))

    @cached_property
    def total(self) -> int:
        """Planned iterations."""
        planned = self.trial.job.budget.epochs or len(self.epochs)
        return max(1, planned * self.per_epoch, len(self.losses))

    def rate(self, step: int) -> float:
        """Learning rate of an iteration."""
        return learning_rate_at(self.trial.job.optimizer, step, self.total)

    @cached_property
    def peak_rate(self) -> float:
        return max(self.rate(step) for step in range(self.total))

    @property
    def annealed(self) -> bool:
        """Whether the learning rate ended as decayed."""
        return self.rate(len(self.losses) - 1) < DECAYED * self.peak_rate

    @cached_property
    def guess(self) -> float:
        """The loss of guessing: the entropy of the classes, or what the best constant has in regression; what theory
        expects where all of validation is of one class or target, which says nothing of the others."""
        counts = [count for count in self.task.validation_class_counts if count]
        if self.task.is_classification and len(counts) > 1:
            shares = [count / math.fsum(counts) for count in counts]
            return max(1e-6, -math.fsum(share * math.log(share) for share in shares))
        given = self.task.validation_guessing_loss
        return given if given is not None and given > 1e-6 else self.task.initial_loss

    @cached_property
    def floor(self) -> float:
        """The lowest loss there is: above 0 with label smoothing."""
        smoothing, classes = self.trial.job.label_smoothing, self.task.outputs
        if not (self.task.is_classification and self.trial.job.regularised and smoothing > 0):
            return 0.0
        wrong = smoothing / classes
        right = 1 - smoothing + wrong
        return -right * math.log(right) - (classes - 1) * wrong * math.log(wrong)

    @cached_property
    def window(self) -> int:
        return max(3, len(self.losses) // WINDOWS)

    @cached_property
    def means(self) -> list[float]:
        """Moving averages over ``window`` iterations."""
        return moving_average(self.losses, self.window)

    @cached_property
    def noise(self) -> float:
        """Standard deviation of one iteration in the second half."""
        return spread_of_neighbours(self.losses[len(self.losses) // 2 :])

    def part(self, start: float, end: float) -> Sequence[float]:
        """Losses between two shares of the training."""
        count = len(self.losses)
        return self.losses[int(start * count) : max(int(start * count) + 1, int(end * count))]

    def line(self, start: float, end: float) -> Trend:
        """The line through the losses between two shares of the training."""
        return trend(self.part(start, end))

    @cached_property
    def level(self) -> float:
        """Mean loss over the last epoch, above the lowest there is."""
        return max(0.0, self.epochs[-1].train_loss - self.floor)

    @property
    def lowest(self) -> float:
        """Mean loss of the best epoch."""
        return min(epoch.train_loss for epoch in self.epochs)

    @property
    def learned(self) -> bool:
        """Whether training has fallen below guessing for good: by 3 % of its loss (heuristic) and three errors."""
        error = self.noise / math.sqrt(self.per_epoch)
        return self.guess - self.epochs[-1].train_loss > max(LEARNED * self.guess, 3 * error)

    @cached_property
    def learned_on_the_way(self) -> bool:
        """Whether any epoch was below guessing by that much, or by half; or validation had a quarter less errors than
        guessing (heuristic), and more than by chance."""
        error = self.noise / math.sqrt(self.per_epoch)
        gained = self.guess - self.lowest
        if gained > min(0.5 * self.guess, max(LEARNED * self.guess, 3 * error)):
            return True
        few = 0.75 * (1 - self.task.guessing_accuracy)
        return self.task.is_classification and self.generalises and min(self.val_errors) < few

    @cached_property
    def flat(self) -> bool:
        """Whether the loss stands still in the second half: it falls by less than a tenth of its level (heuristic), or
        by no more than two standard errors."""
        line = self.line(0.5, 1.0)
        return -line.change < FLAT * max(1e-12, line.level - self.floor) or line.deviations > -2

    @property
    def generalises(self) -> bool:
        """Whether the best validation score is better than guessing."""
        if self.task.is_classification:
            right = round(max(epoch.val_accuracy or 0.0 for epoch in self.epochs) * self.task.validation_samples)
            chance = chance_of_right(right, self.task.validation_samples, self.task.guessing_accuracy)
            return len(self.epochs) * chance <= SIGNIFICANCE
        return min(epoch.val_loss for epoch in self.epochs) < (1 - LEARNED) * self.guess

    @cached_property
    def val_losses(self) -> list[float]:
        return [epoch.val_loss for epoch in self.epochs]

    @cached_property
    def late_val_loss(self) -> float:
        """The median over the last third of the epochs."""
        return median(self.val_losses[2 * len(self.val_losses) // 3 :])

    @cached_property
    def val_errors(self) -> list[float]:
        """Shares of wrong predictions in validation; in regression the losses as shares of that of guessing."""
        return [
            epoch.val_loss / self.guess if epoch.val_accuracy is None else 1 - epoch.val_accuracy
            for epoch in self.epochs
        ]

    @cached_property
    def train_errors(self) -> list[float]:
        """The same in training, as the network was while the epoch went on."""
        return [
            epoch.train_loss / self.guess if epoch.train_accuracy is None else 1 - epoch.train_accuracy
            for epoch in self.epochs
        ]

    @cached_property
    def moved(self) -> float:
        """How far the validation error moves around its own course from epoch to epoch in the second half, or in the
        last four epochs if these are more. The samples stay the same, so this is the movement of the network."""
        return spread_of_bends(self.val_errors[-max(4, -(-len(self.val_errors) // 2)) :])

    @cached_property
    def error_of_draw(self) -> float:
        """Standard error of the gap over the draw of the samples."""
        return math.hypot(self.drawn(self.ends[1]), self.drawn(self.ends[0], self.task.train_samples))

    @property
    def error_of_gap(self) -> float:
        """Standard error of the gap over the draw of the samples and over the epochs that it is the mean of."""
        return math.hypot(self.error_of_draw, self.moved / math.sqrt(self.ending))

    @property
    def error_of_validation(self) -> float:
        """Standard error of one validation error over the draw of the samples."""
        return self.drawn(self.val_errors[-1])

    def drawn(self, error: float, samples: int | None = None) -> float:
        """Standard error of an error over the draw of so many samples, by default those of validation. In regression as
        if single losses spread as far as their mean is high (heuristic, see the recipe)."""
        count = self.task.validation_samples if samples is None else samples
        if self.task.is_classification:
            return share_error(min(1.0, error), count)
        return error / math.sqrt(max(1, count))

    @property
    def ending(self) -> int:
        """Epochs that count as the end: a sixth of them, at least two; of fewer than three, the last one."""
        return max(2, len(self.epochs) // 6) if len(self.epochs) > 2 else 1

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Errors of training and of validation at the end: means over its epochs."""
        count = self.ending
        return math.fsum(self.train_errors[-count:]) / count, math.fsum(self.val_errors[-count:]) / count

    @property
    def gap(self) -> float:
        """Validation error less training error at the end."""
        train, held = self.ends
        return held - train

    @property
    def chance_of_error(self) -> float:
        """Share of wrong predictions of guessing, among all classes where all of validation is of one; of regression,
        the loss of guessing in its own measure."""
        if not self.task.is_classification:
            return 1.0
        return 1 - (1 / max(1, self.task.outputs) if self.of_one_class else self.task.guessing_accuracy)

    @property
    def of_one_class(self) -> bool:
        """Whether all samples of validation are of one class."""
        return self.task.is_classification and self.task.guessing_accuracy >= 1

    @property
    def ended_well(self) -> bool:
        """Whether the validation error at the end is not surely high.

        High is above ten per cent, or a fifth of that of guessing where this is less (heuristics); surely is by two
        standard errors over the draw of the validation samples.
        """
        held = self.ends[1]
        return held - 2 * self.drawn(held) < min(GOOD, GOOD_SHARE * self.chance_of_error)

    @property
    def fits(self) -> bool:
        """Whether the training error at the end is below that limit."""
        return self.ends[0] < min(GOOD, GOOD_SHARE * self.chance_of_error)

    @property
    def loss_of_error(self) -> float:
        """The cross-entropy of predictions that are as often wrong as those of the last epoch of training, and as sure
        of themselves as that allows: the entropy of right or wrong, and of which class where wrong."""
        wrong = min(1 - 1e-9, max(1e-9, self.train_errors[-1]))
        entropy = -wrong * math.log(wrong) - (1 - wrong) * math.log(1 - wrong)
        return entropy + wrong * math.log(max(1, self.task.outputs - 1))
