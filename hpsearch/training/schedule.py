"""How the learning rate changes while a trial trains: the share of it that is left, as a function of the step."""

import math

from hpsearch.job import OptimizerSettings


def learning_rate_at(settings: OptimizerSettings, step: int, total: int) -> float:
    """The learning rate of iteration ``step`` (from 0) of ``total``; the first iteration has the full one.

    ``cosine`` falls along half a cosine and would reach 0 in the iteration after the last (Loshchilov and Hutter,
    2017, equation 5, one period). ``step`` multiplies by ``factor`` after every ``every`` · ``total`` iterations,
    rounded to whole ones.
    """
    if settings.schedule == "cosine":
        return settings.learning_rate * 0.5 * (1.0 + math.cos(math.pi * step / total))
    if settings.schedule == "step":
        period = max(1, round(settings.every * total))
        return settings.learning_rate * float(settings.factor ** (step // period))
    return settings.learning_rate
