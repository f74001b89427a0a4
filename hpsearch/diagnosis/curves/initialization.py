"""Rules on what the beginning of a curve says about the first weights."""

import math

from hpsearch.diagnosis.curves.curve import LEARNED, UNFINISHED, Curve
from hpsearch.diagnosis.curves.trend import spread_of_neighbours
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

STANDSTILL = 0.1
"""Of the training: so long a flat beginning is worth a word (heuristic)."""
FALL = 0.25
"""Of guessing: how far the loss falls in the time after that, as long again as the flat part (heuristic)."""
LEAST, LASTING = 10, 70
"""Iterations: of a flat part that is told of, and of one that a sound network does not have (heuristic: up to 65 in
those of the catalogue)."""
WARM = 0.75
"""Learning rate in the middle of the flat part, as a share of that at its end: where it is less, the rate was still
warming up (heuristic; half of a linear rise is a half)."""
BLIND = 0.1
"""Of guessing: what three standard errors of the moving average must not exceed to see that it is flat (heuristic)."""


def flat_then_drops(curve: Curve) -> Remark | None:
    """The loss stands still at guessing for a while and then falls quickly.

    The first weights let no signal through, or no gradient back: they are too small, too alike, or the units saturate.
    Nothing is learned until they have grown. It is information where the training ends well all the same, with a loss
    below a tenth of guessing or a validation error that is not surely high: then it has cost the flat part alone; and
    where that is shorter than 70 iterations, which sound networks may take too. The moving average must stay within
    three per cent of guessing, or three standard errors, for a tenth of the training, and then lose a quarter of
    guessing in as long a time again (heuristics).
    """
    if not curve.ended:
        return None
    start = min(curve.means[0], curve.guess)
    error = spread_of_neighbours(curve.losses[: max(4, len(curve.losses) // 4)]) / math.sqrt(curve.window)
    if 3 * error > BLIND * curve.guess:
        return None
    least = max(LEARNED * curve.guess, 3 * error)
    flat = next((step for step, mean in enumerate(curve.means) if start - mean > least), len(curve.means))
    if flat < max(LEAST, STANDSTILL * len(curve.losses)) or flat == len(curve.means):
        return None
    later = curve.means[min(2 * flat, len(curve.means) - 1)]
    if start - later < FALL * curve.guess or curve.rate(flat // 2) < WARM * curve.rate(flat):
        return None
    sentence = (
        f"the loss stood still at {start:.3g} for the first {flat} of {len(curve.losses)} iterations and had fallen to "
        f"{later:.3g} as long again later"
    )
    harmless = curve.ended_well or curve.level < UNFINISHED * curve.guess or flat < LASTING
    numbers = {"flat_iterations": flat, "iterations": len(curve.losses), "then": later}
    return Remark(sentence, numbers, Severity.INFO if harmless else None)
