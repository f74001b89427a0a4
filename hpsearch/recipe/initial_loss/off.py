"""Whether the initial loss is above that of guessing by more than first weights make it, or below it."""

import math
from collections.abc import Sequence

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.initial_loss.findings import INITIALISATION, of_unhealthy
from hpsearch.recipe.initial_loss.layers import first_unhealthy, output_layer, spreads_of
from hpsearch.recipe.output_loss import excess, gross, tolerance
from hpsearch.recipe.sources import HE, JOHNSON, KARPATHY
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

FEWEST_EXPLAINED = 0.25
"""Of a loss that is too high the last layer's outputs must explain this share (heuristic)."""
WILD, ONE_IN_TWENTY = 1 / 3, 0.05
"""Share of the draws of a sound network's weights whose loss is above what theory allows, at most (heuristic)."""


def loss_off(task: Task, mean: float, allowed: float, finished: Sequence[FinishedTrial]) -> Finding | None:
    """The mean loss lies further from the expected one than ``allowed``, and above it more initialisations than chance
    puts there: a few wild draws of the weights are no fault of what draws them.

    It is information where every hidden layer is of healthy scale and the loss is no higher than outputs of twice the
    usual deviation make it: networks without norms and outputs of a fixed scale begin so, and the stages behind this
    one try whether they learn (docs/decisions/0155-an-initial-loss-that-is-a-little-high.md).
    """
    off = mean - task.initial_loss
    high = sum(trial.result.step_losses[0] > task.initial_loss + tolerance(task) for trial in finished)
    if abs(off) <= allowed or (off > 0 and high < _more_than_chance(len(finished))):
        return None
    layers = finished[0].result.layers
    first = first_unhealthy(layers, spreads_of(finished[0]))
    evidence = {"loss": mean, "expected": task.initial_loss, "off": off, "tolerance": allowed, **of_unhealthy(first)}
    if off < 0:
        return Finding(
            "initial-loss-below-guessing",
            Severity.WARNING,
            f"the initial loss is {-off:.3g} below that of guessing: the network knows something already",
            evidence,
            "Fine if it starts from trained weights or from the class frequencies; otherwise look for the target "
            "among the inputs.",
            KARPATHY,
        )
    head = output_layer(layers)
    if first is not None:
        where = f"; the activations first leave their healthy scale in layer {first.sentence}"
    elif head is not None and FEWEST_EXPLAINED * off > excess(task, head.std**2 + head.mean**2):
        where = (
            f"; all layers are of healthy scale, and the outputs of {head.name} deviate by {head.std:.3g} only: look "
            "at what is done with them in front of the loss"
        )
    elif head is not None:
        where = f"; the hidden layers are of healthy scale, the outputs of {head.name} deviate by {head.std:.3g}"
    else:
        where = ""
    harmless = gross(task) + allowed - tolerance(task)
    if first is None and off <= harmless:
        return Finding(
            "initial-loss-off",
            Severity.INFO,
            f"it is {off:.3g} above guessing, and {allowed:.2g} are usual at most{where}",
            {**evidence, "harmless": harmless},
            "Nothing if the network learns; a last layer with smaller weights saves the first iterations, which would "
            "make its outputs smaller.",
            f"{JOHNSON}; {HE}",
        )
    return Finding(
        "initial-loss-off",
        Severity.ERROR,
        f"it is {off:.3g} too high, and {allowed:.2g} are allowed{where}",
        evidence,
        INITIALISATION,
        f"{JOHNSON}; {HE}",
    )


def _more_than_chance(draws: int) -> int:
    """So many of some draws are too high by chance in one of twenty sound networks at most, or all of them."""
    chances = [math.comb(draws, n) * WILD**n * (1 - WILD) ** (draws - n) for n in range(draws + 1)]
    return next(n for n in range(draws + 1) if n == draws or math.fsum(chances[n:]) <= ONE_IN_TWENTY)
