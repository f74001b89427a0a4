"""In which iterations of a training its network is looked at."""

EVERY = 40
"""Iterations for each look on average, at least. Heuristic, measured: a look takes as long as an iteration at most, so
that looks stay below 3 % of the training."""
MOST = 8
SHORTEST = 8
"""Iterations: of less, the first one alone is looked at."""


def moments(total: int) -> frozenset[int]:
    """Some of the iterations 0 … ``total`` − 1; it follows from nothing but their number.

    The first and the last but one (the last batch may be a small one) are among them, and those between lie at a half,
    a quarter, an eighth … of the training: much changes at its beginning.
    """
    if total < SHORTEST:
        return frozenset({0} if total else ())
    count = min(MOST, max(2, total // EVERY))
    return frozenset({0, total - 2, *(total >> part for part in range(1, count - 1))})
