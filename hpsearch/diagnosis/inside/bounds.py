"""What outputs that are held within bounds cost: the loss cannot fall below some number."""

import math

from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.finding import Severity
from hpsearch.look import OutputBounds
from hpsearch.rulebook import Remark

HELD_UP = 0.05
"""Of guessing: so much loss is more than what is left of a sound training (heuristic)."""
SPARED = 0.5
"""Of guessing (heuristic): what learned as much was hindered, and not stopped."""
PART = 0.5
"""Of the loss that was reached: with a bound that was only seen, samples are on average nearly as far as the furthest
(heuristic); where nothing holds them, the furthest is far beyond the others."""

TARGETS = "normalised targets (of mean 0 and variance 1)"


def held_within_bounds(inside: Inside) -> Remark | None:
    """Outputs do not grow with the weights, and the loss cannot fall below what they allow.

    Tried with some training samples after the last epoch, with every weight taken many times, with both signs. A
    norm, a sigmoid, a tanh or a clamp behind the last layer keeps outputs of each sample between the same ends or
    at the same norm, and cosines without a scale never come further apart. Soft-max cross-entropy of K classes
    cannot fall below that of one output that is as far above all others as they let it, log(1 + (K - 1)
    exp(-distance)), less what smoothed labels ask for anyway; a regression not below what targets lie beyond the
    bounds. Told where that is a twentieth of guessing and more (heuristic): normalised outputs that are multiplied
    by eight are sound. A distance that was seen at most, and may be more with other weights, counts where that is
    half of the loss that was reached: then all samples are about as far as the furthest.
    """
    last = next(iter(inside.trial.result.looks[-1:]), None)
    if last is None or last.bounds is None or not inside.ended:
        return None
    reached = [one for one in (last.evaluated_loss, last.trained_loss) if one is not None and math.isfinite(one)]
    if not reached:
        return None
    lowest = min(reached)
    exact, seen = _held_up(inside, last.bounds)
    held = min(max(exact, seen if seen > PART * lowest else 0.0), lowest)
    if held < HELD_UP * inside.task.initial_loss:
        return None
    sentence = f"outputs do not grow with the weights: {_bounds(last.bounds)}, so the loss cannot fall below {held:.2g}"
    numbers = {
        "loss_at_the_bounds": held,
        "apart": last.bounds.apart,
        "norm": last.bounds.norm,
        "lowest": last.bounds.lowest,
        "highest": last.bounds.highest,
    }
    learned = inside.last_loss < SPARED * inside.task.initial_loss
    return Remark(sentence, numbers, Severity.WARNING if learned else None)


def _held_up(inside: Inside, bounds: OutputBounds) -> tuple[float, float]:
    """Loss, above what the labels ask for anyway, by what bounds outputs exactly, and by how far they were seen."""
    if not inside.task.is_classification:
        loss_there = bounds.loss or 0.0
        return (loss_there, 0.0) if bounds.apart is None else (0.0, loss_there)
    others, job = inside.task.outputs - 1, inside.trial.job
    if others < 1:
        return 0.0, 0.0
    smoothing = job.label_smoothing if job.regularised else 0.0
    share = smoothing * others / (others + 1)  # of the other labels together
    best = math.log(others * (1 - share) / share) if share else math.inf

    def loss(distance: float) -> float:
        return math.log1p(others * math.exp(-distance)) + share * distance

    def above(distance: float) -> float:
        return max(0.0, loss(distance) - (loss(best) if share else 0.0)) if distance < best else 0.0

    exact = math.inf if bounds.norm is None else bounds.norm * math.sqrt((others + 1) / others)
    if bounds.lowest is not None and bounds.highest is not None:
        exact = min(exact, bounds.highest - bounds.lowest)
    return (0.0 if math.isinf(exact) else above(exact)), (0.0 if bounds.apart is None else above(bounds.apart))


def _bounds(bounds: OutputBounds) -> str:
    if bounds.loss is not None:
        if bounds.lowest is not None and bounds.highest is not None:
            return f"they stay between {bounds.lowest:.3g} and {bounds.highest:.3g} while {TARGETS} lie outside"
        name, number = ("below", bounds.lowest) if bounds.highest is None else ("above", bounds.highest)
        return f"they are never {name} {number or 0.0:.3g} while {TARGETS} are"
    if bounds.norm is not None:
        return f"those of each sample have a norm of {bounds.norm:.3g}"
    if bounds.lowest is not None and bounds.highest is not None:
        return f"they are between {bounds.lowest:.3g} and {bounds.highest:.3g}"
    return f"those of a sample are {bounds.apart:.3g} apart at most"
