"""The learning rate of every iteration, as its schedule has it."""

import math

from hpsearch.job import OptimizerSettings


def rate_at(settings: OptimizerSettings, step: int, total: int) -> float:
    """Of iteration ``step`` (from 0) of ``total``: what the trainer has used (a test holds the two together)."""
    warmup = min(round(settings.warmup * total), total - 1)
    if step < warmup:
        return _scheduled(settings, 0, total - warmup) * (step + 1) / (warmup + 1)
    return _scheduled(settings, step - warmup, total - warmup)


def _scheduled(settings: OptimizerSettings, step: int, total: int) -> float:
    rate, factor = settings.learning_rate, settings.factor
    match settings.schedule:
        case "cosine":
            return rate * 0.5 * (1.0 + math.cos(math.pi * step / total))
        case "step":
            return rate * float(factor ** (step // max(1, round(settings.every * total))))
        case "cyclic":
            period = max(2, round(settings.every * total))
            return rate * (factor + (1.0 - factor) * (1.0 - abs(2.0 * (step % period) / period - 1.0)))
        case "exponential":
            return rate * float(factor ** (step / total))
    return rate
