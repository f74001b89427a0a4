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


def held_within_bounds(inside: Inside) -> Remark | None:
    """Outputs do not grow with the weights, and the loss cannot fall below what they allow.

    Tried with some training samples after the last epoch: with every weight taken 8, -8 and 64 times, the distance of a
    sample's outputs from each other, or their norm, stays what it is (in a regression the lowest or the highest
    output). A norm, a sigmoid, a tanh or a clamp behind the last layer do this, and cosines without a scale. Soft-max
    cross-entropy of K classes cannot fall below that of one output that is as far above all others as they let it,
    log(1 + (K - 1) exp(-distance)), less what smoothed labels ask for anyway; a regression not below what targets lie
    beyond the bounds. Told where that is a twentieth of guessing and more (heuristic): normalised outputs that are
    multiplied by eight are sound.
    """
    last = next(iter(inside.trial.result.looks[-1:]), None)
    if last is None or last.bounds is None or not inside.ended:
        return None
    reached = [one for one in (last.evaluated_loss, last.trained_loss) if one is not None and math.isfinite(one)]
    if not reached:
        return None
    lowest = min(reached)
    held = min(_held_up(inside, last.bounds), lowest)
    if held < HELD_UP * inside.task.initial_loss:
        return None
    sentence = (
        f"outputs do not grow with the weights: {_bounds(last.bounds)}, and the loss cannot fall below {held:.2g} so"
    )
    numbers = {
        "loss_at_the_bounds": held,
        "apart": last.bounds.apart,
        "norm": last.bounds.norm,
        "lowest": last.bounds.lowest,
        "highest": last.bounds.highest,
    }
    learned = inside.last_loss < SPARED * inside.task.initial_loss
    return Remark(sentence, numbers, Severity.WARNING if learned else None)


def _held_up(inside: Inside, bounds: OutputBounds) -> float:
    """Loss, above what the labels ask for anyway."""
    if not inside.task.is_classification:
        return bounds.loss or 0.0
    others, job = inside.task.outputs - 1, inside.trial.job
    if others < 1:
        return 0.0
    sizes = [] if bounds.apart is None else [bounds.apart]
    if bounds.norm is not None:
        sizes.append(bounds.norm * math.sqrt((others + 1) / others))
    if not sizes:
        return 0.0
    smoothing = job.label_smoothing if job.regularised else 0.0
    share = smoothing * others / (others + 1)
    """Of the other labels together."""
    best = math.log(others * (1 - share) / share) if share else math.inf
    apart = min(sizes)

    def loss(distance: float) -> float:
        return math.log1p(others * math.exp(-distance)) + share * distance

    return max(0.0, loss(apart) - (loss(best) if share else 0.0)) if apart < best else 0.0


def _bounds(bounds: OutputBounds) -> str:
    if bounds.loss is not None:
        ends = [
            f"{'not below' if number is bounds.lowest else 'not above'} {number:.3g}"
            for number in (bounds.lowest, bounds.highest)
            if number is not None
        ]
        return f"they are {' and '.join(ends)}, and targets are"
    sizes = (("{:.3g} apart", bounds.apart), ("of norm {:.3g}", bounds.norm))
    return (
        "those of a sample are "
        + " and ".join(what.format(size) for what, size in sizes if size is not None)
        + " at most"
    )
