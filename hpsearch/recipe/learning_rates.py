"""Which learning rates the sanity stages try, and which of them the study itself may use."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hpsearch.job import Job
from hpsearch.space import Choice, Distribution, Grid, Int, LogInt, Value
from hpsearch.study import StudyDefinition

LEARNING_RATE = "optimizer.learning_rate"
"""The path of the learning rate in a definition."""

SGD_LADDER = (3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
"""Rates for SGD with a momentum of 0.9, half a decade apart. Measured on 64 sound networks: each learned 320 samples
within 400 iterations at one of them at least, and no rate alone was right for all."""
ADAM_LADDER = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
"""Rates for Adam and AdamW, whose steps do not depend on the scale of the gradient; around the usual 1e-3."""
ADAGRAD_LADDER = (3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
"""Rates for Adagrad, whose steps shrink with the root of their number: ten times those of Adam. Heuristic."""

SWEEP_STEPS_PER_DECADE = 3
"""Two rates between the powers of ten."""
SWEEP_DECADES = (-5, -1)
"""The sweep holds 1e-5 … 1e-1 at least."""
SWEEP_LIMITS = (1e-9, 1e2)
"""How far the sweep's grid goes on to cover the definition's own rates; beyond, those are tried as they are."""


def ladder(optimizer: str, momentum: float) -> tuple[float, ...]:
    """A few rates that suit an optimiser, rising.

    Momentum m makes every gradient count 1 / (1 − m) times in the long run, so that SGD's rates are scaled to what
    0.9 would make of them. That of RMSprop, whose steps do not depend on the scale of the gradient, is taken from
    Adam's rates in the same way.
    """
    if optimizer == "sgd":
        return tuple(_rounded(rate * (1 - momentum) / 0.1) for rate in SGD_LADDER)
    if optimizer == "rmsprop":
        return tuple(_rounded(rate * (1 - momentum)) for rate in ADAM_LADDER)
    return ADAGRAD_LADDER if optimizer == "adagrad" else ADAM_LADDER


def sweep_grid(study: StudyDefinition) -> tuple[float, ...]:
    """The rates of the sweep, rising: three per decade from 1e-5 to 1e-1, and on to the definition's own ends.

    A fixed rate, and a range that lies between two rates of the grid, are tried as well. Rates that the user gives
    replace the grid; the definition's own ones join them all the same.
    """
    if study.recipe.lr_sweep.learning_rates is not None:
        return tuple(sorted({*study.recipe.lr_sweep.learning_rates, *joining(study)}))
    own = own_rates(study)
    low, high = max(min(own), SWEEP_LIMITS[0]), min(max(own), SWEEP_LIMITS[1])
    first = min(SWEEP_DECADES[0] * SWEEP_STEPS_PER_DECADE, math.floor(_step(low)))
    last = max(SWEEP_DECADES[1] * SWEEP_STEPS_PER_DECADE, math.ceil(_step(high)))
    return with_own(study, (10 ** (step / SWEEP_STEPS_PER_DECADE) for step in range(first, last + 1)))


def joining(study: StudyDefinition) -> tuple[float, ...]:
    """The study's own rates that a sweep over the user's rates tries as well, rising.

    A fixed rate and all values of a set; the ends and the middle of a range that holds none of the user's rates.
    """
    given = study.recipe.lr_sweep.learning_rates or ()
    distribution = study.space.get(LEARNING_RATE)
    if distribution is None or isinstance(distribution, Choice | Grid):
        own = own_rates(study)
    else:
        own = () if allowed(study, given) else (*own_rates(study), _number(distribution.quantile(0.5)))
    new = (rate for rate in own if rate > 0 and not any(math.isclose(rate, other, rel_tol=1e-6) for other in given))
    return tuple(sorted(set(new)))


def own_rates(study: StudyDefinition) -> tuple[float, ...]:
    """The learning rates that the definition allows: the ends of a range, all values of a set, the fixed value."""
    distribution = study.space.get(LEARNING_RATE)
    if distribution is None:
        return (float(study.fixed()[LEARNING_RATE]),)
    return tuple(_number(end) for end in distribution.ends())


def with_own(study: StudyDefinition, rates: Iterable[float]) -> tuple[float, ...]:
    """The rates, rising; if the definition allows none of them, with one or a few that it does allow."""
    tried = {_rounded(rate) for rate in rates}
    if allowed(study, tried):
        return tuple(sorted(tried))
    distribution = study.space.get(LEARNING_RATE)
    if distribution is None or isinstance(distribution, Choice | Grid):
        return tuple(sorted(tried.union(own_rates(study))))
    return tuple(sorted({*tried, _number(distribution.quantile(0.5))}))


def allowed(study: StudyDefinition, rates: Iterable[float]) -> tuple[float, ...]:
    """Those of the rates that the definition allows, to six digits."""
    own = own_rates(study)
    if isinstance(study.space.get(LEARNING_RATE), Choice | Grid | None):
        return tuple(rate for rate in rates if any(math.isclose(rate, known, rel_tol=1e-6) for known in own))
    return tuple(rate for rate in rates if own[0] * (1 - 1e-6) <= rate <= own[1] * (1 + 1e-6))


def within(distribution: Distribution, low: float, high: float) -> Distribution | None:
    """The part of a distribution of rates between two of them, ends included; None if nothing of it is there."""
    if isinstance(distribution, Choice | Grid):
        values = tuple(value for value in distribution.values if low <= _number(value) <= high)
        return type(distribution)(values) if values else None
    if isinstance(distribution, Int | LogInt):
        whole = tuple(range(max(math.ceil(low), distribution.low), min(math.floor(high), distribution.high) + 1))
        return Grid(whole) if whole else None
    low, high = max(low, distribution.low), min(high, distribution.high)
    return type(distribution)(low, high) if low < high else None


def constant_rate(job: Job) -> Job:
    """The job without a schedule and a warm-up: in a short look at one learning rate it stays what it is."""
    return replace(job, optimizer=replace(job.optimizer, schedule="constant", warmup=0.0))


def written(rates: Sequence[float]) -> str:
    """Rates for a sentence."""
    return ", ".join(f"{rate:.3g}" for rate in rates)


def _step(rate: float) -> float:
    """The place of a rate on the sweep's grid, on which 1 is 0 and every further rate 1 more."""
    return round(math.log10(rate) * SWEEP_STEPS_PER_DECADE, 6)


def _rounded(rate: float) -> float:
    """To six digits, so that 1e-2 is 0.01 whichever way it was computed."""
    return float(f"{rate:.6g}")


def _number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"a learning rate is a number, and {value!r} is none; the definition should have refused it")
    return float(value)
