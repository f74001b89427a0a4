"""How the learning rate changes while a trial trains."""

import math

from hpsearch.job import OptimizerSettings


def learning_rate_at(settings: OptimizerSettings, step: int, total: int) -> float:
    """The learning rate of iteration ``step`` (from 0) of ``total``.

    Without a warm-up the first iteration has what the schedule begins with. With one of W iterations (Goyal et al.,
    2017, section 2.2), iteration number s of them has (s + 1) / (W + 1) of that, and the schedule goes over the rest.

    ``cosine`` falls along half a cosine and would reach 0 in the iteration after the last (Loshchilov and Hutter,
    2017, equation 5, one period). ``step`` multiplies by ``factor`` after every ``every`` · ``total`` iterations,
    rounded to whole ones. ``cyclic`` is the triangle of Smith (2017), of that period, between ``factor`` times the
    rate, where it begins, and the whole one. ``exponential`` would have fallen to ``factor`` times the rate in the
    iteration after the last.
    """
    warmup = min(round(settings.warmup * total), total - 1)
    if step < warmup:
        return _without_warmup(settings, 0, total - warmup) * (step + 1) / (warmup + 1)
    return _without_warmup(settings, step - warmup, total - warmup)


def _without_warmup(settings: OptimizerSettings, step: int, total: int) -> float:
    """The same without a warm-up."""
    rate, factor = settings.learning_rate, settings.factor
    match settings.schedule:
        case "cosine":
            return rate * 0.5 * (1.0 + math.cos(math.pi * step / total))
        case "step":
            return rate * float(factor ** (step // max(1, round(settings.every * total))))
        case "cyclic":
            period = max(2, round(settings.every * total))
            risen = 1.0 - abs(2.0 * (step % period) / period - 1.0)
            return rate * (factor + (1.0 - factor) * risen)
        case "exponential":
            return rate * float(factor ** (step / total))
    return rate
