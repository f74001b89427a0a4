"""What chance alone would do to a validation score: its noise, and whether it is above guessing at all."""

import math
from bisect import bisect_left

from scipy.special import bdtrc, ndtri

from hpsearch.study import Objective
from hpsearch.task import Task

SIGNIFICANCE = 0.01
"""Chance of calling a result real that is not, over all looks together."""


def noise(value: float, objective: Objective, task: Task) -> float:
    """Standard error of a validation score over the draw of the validation samples.

    Accuracy: of a binomial share, √(p (1 − p) / n), with p = (k + 1) / (n + 2) so that k = n is no certainty
    (Laplace). Loss: value / √n, as if the losses of single samples spread as far as their mean is high (heuristic:
    their distribution is not recorded; for an exponential one this is exact).
    """
    samples = max(1, task.validation_samples)
    if objective.metric == "val_loss":
        return abs(value) / math.sqrt(samples)
    share = (value * samples + 1) / (samples + 2)
    return math.sqrt(share * (1 - share) / samples)


def chance_of_accuracy(accuracy: float, looks: int, task: Task) -> float:
    """An upper bound of the probability that guessing reaches this accuracy in one of ``looks`` looks.

    Exact binomial tail of guessing the most frequent class, times the number of looks (Bonferroni), at most 1.
    """
    return _chance(accuracy, looks, task.validation_samples, task.guessing_accuracy)


def least_accuracy(looks: int, task: Task) -> float:
    """The least accuracy that guessing reaches in none of ``looks`` looks, at the chosen significance."""
    samples = task.validation_samples
    least = bisect_left(range(samples + 1), True, key=lambda right: significant(right / max(1, samples), looks, task))
    return least / max(1, samples)


def significant(accuracy: float, looks: int, task: Task) -> bool:
    """Whether an accuracy is too high for guessing."""
    return chance_of_accuracy(accuracy, looks, task) <= SIGNIFICANCE


def significant_in_training(accuracy: float, looks: int, task: Task) -> bool:
    """The same of an accuracy on all training samples, whose classes are taken to be as frequent as in validation."""
    return _chance(accuracy, looks, task.train_samples, task.guessing_accuracy) <= SIGNIFICANCE


def guessing_loss(task: Task) -> float:
    """The validation loss of a regression that always predicts the same."""
    return task.initial_loss if task.validation_guessing_loss is None else task.validation_guessing_loss


def lucky_share(looks: int, task: Task) -> float:
    """The share of the guessing loss that predictions without any knowledge may gain by luck in ``looks`` looks.

    Predictions a·g, g unrelated to the n targets, lower the mean square by 2 a z / √n − a², where z is a standard
    normal: at most by z² / n, with z at the chosen significance (Bonferroni). Exact for L2 and normal targets; taken
    for L1 as well (heuristic).
    """
    deviations = -float(ndtri(SIGNIFICANCE / max(1, looks)))
    return min(1.0, deviations**2 / max(1, task.validation_samples))


def _chance(accuracy: float, looks: int, samples: int, guessing: float) -> float:
    right = round(accuracy * samples)
    return min(1.0, looks * (1.0 if right == 0 else float(bdtrc(right - 1, samples, guessing))))
