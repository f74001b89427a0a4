"""What is wrong when a sweep of learning rates does not end in a range to search."""

from collections.abc import Sequence

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.broken_off import every_training_failed
from hpsearch.recipe.learning_rates import allowed, own_rates, written
from hpsearch.recipe.loss_curve import Course
from hpsearch.recipe.lr_sweep.sweep import Sweep
from hpsearch.recipe.sources import JOHNSON, SMITH
from hpsearch.study import StudyDefinition
from hpsearch.trial import FinishedTrial

NEAR = 10**0.5
"""Times below the good rates: what falls furthest within a hundred iterations is more than a whole training needs
(heuristic: half a decade, as far as usual grids of rates are apart)."""


def none_dropped(sweep: Sweep, finished: Sequence[FinishedTrial]) -> Finding:
    """Why the loss drops significantly at no rate."""
    rates = {course: sorted({c.learning_rate for c in sweep.every if c.course is course}) for course in Course}
    evidence = {"curves": sweep.as_evidence()}
    if rates[Course.BROKE_OFF] and len(finished) == sum(trial.result.failure is not None for trial in finished):
        return every_training_failed((trial.result.reason or "" for trial in finished), evidence)
    exploded = "; ".join(
        f"it {course.value} at {_span(rates[course])}" for course in (Course.EXPLODED, Course.UNSTABLE) if rates[course]
    )
    still = f"it did not move at {_span(rates[Course.STOOD_STILL])}" if rates[Course.STOOD_STILL] else ""
    if not still:
        advice = "Try lower rates (recipe.lr_sweep.learning_rates), a smaller initialisation, or normalisation layers."
    else:
        advice = (
            f"Try {'rates between them' if exploded else 'higher rates'}, more steps (recipe.lr_sweep.steps), or an "
            "initialisation for the activation in use. If the network has learned a small sample by heart, look at the "
            "labels: shuffled ones cannot be learned from all data."
        )
    return Finding(
        "no-learning-rate",
        Severity.ERROR,
        "; ".join(part for part in (exploded, still) if part),
        evidence,
        advice,
        f"{JOHNSON}; {SMITH}",
    )


def fixed_rate_finding(rate: float, sweep: Sweep) -> Finding | None:
    """What is wrong with the study's one fixed rate; None if it lies in the interval of good ones.

    It is information where it lies a little below them, whether the loss falls at it or has not fallen significantly
    yet: a third of a good rate needs three times as many iterations, and a training has more than the sweep.
    """
    low, high = sweep.interval
    if low <= rate <= high:
        return None
    own = sweep.at(rate)
    below = low / NEAR <= rate < low
    still = below and all(curve.course in (Course.FELL, Course.STOOD_STILL) for curve in own)
    hopeless = bool(own) and not still and all(c.course is not Course.FELL and not c.recovered for c in own)
    happened = own[0].course.value if own else "was not tried"
    risen = bool(own) and own[0].recovered
    effect = f"the loss {happened}" if hopeless or risen else "the loss drops less than it could"
    slower = bool(own) and not hopeless and not risen and below
    return Finding(
        "learning-rate-too-low" if rate < low else "learning-rate-too-high",
        Severity.ERROR if hopeless else Severity.INFO if slower else Severity.WARNING,
        f"at the fixed learning rate of {rate:.3g} {effect}; the good rates are {low:.3g} … {high:.3g}",
        {"learning_rate": rate, "low": low, "high": high, "curves": sweep.as_evidence()},
        f"Set optimizer.learning_rate to a value or a range within {low:.2g} … {high:.2g}.",
        f"{JOHNSON}; {SMITH}",
    )


def outside_finding(study: StudyDefinition, sweep: Sweep) -> Finding:
    """None of the study's own rates lies where the loss drops.

    A warning only if the loss drops at one of them as well, apart from the good rates, or if the user chose the rates
    of the sweep and the study's nearest one was not among them.
    """
    low, high = sweep.interval
    own = own_rates(study)
    tried = set(allowed(study, [curve.learning_rate for curve in sweep.every]))
    fell = {curve.learning_rate for curve in sweep.every if curve.course is Course.FELL or curve.recovered}
    drops = sorted(fell & tried)
    given = study.recipe.lr_sweep.learning_rates is not None
    nearest = min(own, key=lambda rate: max(low - rate, rate - high))
    untried = given and not sweep.at(nearest)
    if drops:
        rest = f" most; it falls at {written(drops)} too, but less far, apart from there or after a rise"
    else:
        rest = f"; {nearest:.3g} itself was not tried" if untried else ""
    code = "learning-rates-too-low" if max(own) < low else "learning-rates-too-high"
    return Finding(
        code if max(own) < low or min(own) > high else "learning-rates-miss",
        Severity.WARNING if untried or drops else Severity.ERROR,
        f"the study's own learning rates ({written(own)}) lie outside {low:.3g} … {high:.3g}, where the loss drops"
        f"{rest}",
        {"own": list(own), "low": low, "high": high, "curves": sweep.as_evidence()},
        f"Let optimizer.learning_rate include rates within {low:.2g} … {high:.2g}.",
        f"{JOHNSON}; {SMITH}",
    )


def _span(rates: list[float]) -> str:
    return f"{rates[0]:.3g}" if len(rates) == 1 else f"{rates[0]:.3g} … {rates[-1]:.3g}"
