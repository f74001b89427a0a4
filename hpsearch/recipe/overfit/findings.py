"""What it means that a small sample could not be learned by heart."""

import math
from collections.abc import Sequence

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.broken_off import every_training_failed
from hpsearch.recipe.learning_rates import allowed, written
from hpsearch.recipe.output_loss import floor_of_probabilities
from hpsearch.recipe.overfit.attempt import Attempt, Ending, stands_at_a_floor
from hpsearch.recipe.sources import JOHNSON, KARPATHY
from hpsearch.recipe.wording import counted, finite, shortened
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

FLOOR_ACCURACY = 0.9
"""With so many right predictions a loss above the floor means that the outputs are bounded: nine in ten right and
sure would be far below it (heuristic)."""

FEW_ITERATIONS = 40
"""So long the loss of a sound network of a few layers may stand still before it falls (measured: 14 to 41)."""
NEIGHBOURS = 10 / 3
"""Times: so far the rates of a ladder are apart at most. Where a sample is learned at one rate, an attempt at a
neighbour that did not come to its end within as many iterations is no evidence against that rate."""
MORE_TIME = "Give it more steps (recipe.overfit.steps), or fewer samples (recipe.overfit.batches). "


def model_finding(attempts: Sequence[Attempt], task: Task, usual: float) -> Finding:
    """Why no rate has learned the sample; ``usual`` is the lowest rate that usually moves a loss."""
    endings = {ending: [attempt for attempt in attempts if attempt.ending is ending] for ending in Ending}
    evidence = evidence_of(attempts)
    if len(endings[Ending.BROKE_OFF]) == len(attempts):
        return every_training_failed((attempt.reason for attempt in attempts), evidence)
    if _has_floor(attempts, task):
        floor = floor_of_probabilities(task.outputs)
        return Finding(
            "loss-has-a-floor",
            Severity.ERROR,
            f"the loss never falls below {floor:.4g}, which is where outputs between 0 and 1 hold it",
            {**evidence, "floor": floor, "lowest_loss": min(attempt.curve.lowest for attempt in _finite(attempts))},
            "The network seems to end with a soft-max or a sigmoid: return the outputs of the last linear layer, the "
            "loss applies the soft-max itself.",
            KARPATHY,
        )
    if endings[Ending.STALLED]:
        return _stalled(endings, evidence, task)
    if endings[Ending.EXPLODED] or endings[Ending.UNSTABLE]:
        return _exploded(endings, evidence)
    return _did_not_move(attempts, evidence, usual)


def own_rates_finding(study: StudyDefinition, attempts: Sequence[Attempt]) -> Finding | None:
    """What is wrong with the study's own rates although the network can learn; None if nothing is, or if they lie so
    near to a rate that has learned the sample that the sweep has to judge them."""
    known = set(allowed(study, [attempt.rate for attempt in attempts]))
    own = [attempt for attempt in attempts if attempt.rate in known]
    learned = [attempt.rate for attempt in attempts if attempt.succeeded]
    if not own or study.recipe.overfit.learning_rates is not None or known.intersection(learned):
        return None
    if any(_neighbours(attempt.rate, rate) for attempt in own if _did_not_explode(attempt) for rate in learned):
        return None
    if max(known) < min(learned):
        code = "learning-rates-too-low"
    else:
        code = "learning-rates-too-high" if min(known) > max(learned) else "learning-rates-miss"
    hopeless = all(attempt.ending in (Ending.STOOD_STILL, Ending.EXPLODED, Ending.UNSTABLE) for attempt in own)
    what = {attempt.ending.value for attempt in own}
    return Finding(
        code,
        Severity.ERROR if hopeless else Severity.WARNING,
        f"at the study's own {'learning rates' if len(known) > 1 else 'learning rate'} ({written(sorted(known))}) the "
        f"loss {' or '.join(sorted(what))}, while the sample is learned at {written(learned)}",
        evidence_of(attempts),
        f"Let optimizer.learning_rate include {written(learned)}.",
        JOHNSON,
    )


def _neighbours(rate: float, other: float) -> bool:
    return max(rate, other) <= NEIGHBOURS * min(rate, other) * (1 + 1e-6)


def _did_not_explode(attempt: Attempt) -> bool:
    """Whether nothing but the time may have been missing: the loss neither exploded nor broke off."""
    return attempt.ending not in (Ending.EXPLODED, Ending.BROKE_OFF)


def evidence_of(attempts: Sequence[Attempt]) -> dict[str, object]:
    """What happened at each rate."""
    return {
        "attempts": [
            {
                "learning_rate": attempt.rate,
                "ending": attempt.ending.value,
                "loss": finite(attempt.loss),
                "accuracy": attempt.accuracy,
                "iterations": attempt.iterations,
            }
            for attempt in attempts
        ]
    }


def _stalled(endings: dict[Ending, list[Attempt]], evidence: dict[str, object], task: Task) -> Finding:
    best = max(endings[Ending.STALLED], key=lambda attempt: attempt.merit)
    reached = f"an accuracy of {best.accuracy:.1%}" if best.accuracy is not None else f"a loss of {best.loss:.3g}"
    elsewhere = _in_words(endings, Ending.EXPLODED, Ending.UNSTABLE)
    falls = bool(best.still_falling)
    return Finding(
        "stalled-above-zero",
        Severity.ERROR,
        f"the loss {'was still falling above zero at the end' if falls else 'fell and stalled above zero'}: the best "
        f"was {reached} at a learning rate of {best.rate:.3g}, after "
        f"{counted(best.iterations, 'iteration')}" + (f" (it {elsewhere})" if elsewhere else ""),
        {**evidence, "still_falling": falls},
        f"{MORE_TIME if falls else ''}Give the network more filters or layers; look for equal samples with different "
        f"{'labels' if task.is_classification else 'targets'}.",
        JOHNSON,
    )


def _exploded(endings: dict[Ending, list[Attempt]], evidence: dict[str, object]) -> Finding:
    between = "between them" if endings[Ending.STOOD_STILL] else "below them"
    happened = _in_words(endings, Ending.EXPLODED, Ending.UNSTABLE, Ending.STOOD_STILL)
    return Finding(
        "loss-exploded" if endings[Ending.EXPLODED] else "loss-unstable",
        Severity.ERROR,
        f"the loss {happened}",
        evidence,
        f"Try rates {between} (recipe.overfit.learning_rates). If none works, the initial weights are too large: use "
        "Kaiming or Xavier initialisation, or add normalisation.",
        JOHNSON,
    )


def _in_words(endings: dict[Ending, list[Attempt]], *named: Ending) -> str:
    """What happened at which rates, for a sentence about the loss; empty if none of it did."""
    return " and ".join(
        f"{ending.value} at {'learning rates' if len(found) > 1 else 'a learning rate'} of "
        f"{written([attempt.rate for attempt in found])}"
        for ending in named
        if (found := endings[ending])
    )


def _did_not_move(attempts: Sequence[Attempt], evidence: dict[str, object], usual: float) -> Finding:
    highest = max(attempt.rate for attempt in attempts)
    every = set.intersection(*(set(attempt.without_gradient) for attempt in attempts))
    names = [name for name in attempts[0].without_gradient if name in every]
    evidence = {**evidence, "without_gradient": names}
    if highest < usual:
        return Finding(
            "learning-rates-too-low",
            Severity.ERROR,
            f"the loss did not move at any learning rate up to {highest:.3g}: they are too low",
            evidence,
            "Leave recipe.overfit.learning_rates out, or try rates from 1e-3 to 1e-1.",
            JOHNSON,
        )
    longest = max(attempt.iterations for attempt in attempts)
    if longest < FEW_ITERATIONS and not names:
        return Finding(
            "loss-did-not-move",
            Severity.ERROR,
            f"the loss did not move at any learning rate within {counted(longest, 'iteration')}, which is early: that "
            f"of a sound network may stand still for {FEW_ITERATIONS}",
            evidence,
            f"{MORE_TIME.strip()} Then look at the initialisation and at the scale of the images.",
            JOHNSON,
        )
    return Finding(
        "loss-did-not-move",
        Severity.ERROR,
        "the loss did not move at any learning rate"
        + (f"; no gradient for {counted(len(names), 'parameter')}: {shortened(names)}" if names else ""),
        evidence,
        "Look for frozen or detached parts, weights of zero and dead activations."
        if names
        else "Look at the initialisation, at the scale of the images, and whether the outputs depend on them.",
        JOHNSON,
    )


def _has_floor(attempts: Sequence[Attempt], task: Task) -> bool:
    """Whether the loss came to its end above the floor of probabilities although the samples were learned."""
    if any(attempt.ending is Ending.FLOOR for attempt in attempts):
        return True
    if not task.is_classification:
        return False
    moved = [attempt for attempt in attempts if attempt.ending is Ending.STALLED and stands_at_a_floor(attempt)]
    floor = floor_of_probabilities(task.outputs)
    return any((attempt.accuracy or 0) > FLOOR_ACCURACY for attempt in moved) and all(
        attempt.curve.lowest >= floor for attempt in _finite(attempts)
    )


def _finite(attempts: Sequence[Attempt]) -> list[Attempt]:
    return [attempt for attempt in attempts if math.isfinite(attempt.curve.lowest)]
