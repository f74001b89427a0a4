"""In which iterations of a training its network is looked at."""

EVERY = 80
"""Iterations for each look on average, at least. Heuristic, measured: a look takes as long as two iterations of a LeNet
at 8×8, the smallest network that there is, so that looks stay below 3 % of the training."""
MOST = 6
SHORT = 130
"""Iterations: a shorter training is looked at once, near its end, and nothing is tried in evaluation mode. One that may
end early is looked at in its first iteration as well, since it may never come near its end."""
LATER = 200
"""Iterations: from here on it is looked at in the middle as well."""


def moments(total: int, *, ends_early: bool = False) -> frozenset[int]:
    """Some of the iterations 0 … ``total`` − 1; it follows from their number and whether it ``ends_early`` alone.

    The first and the last but one (the last batch may be a small one) are among them, and those between lie at a half,
    a quarter, an eighth … of the training: much changes at its beginning. Of a short training it is the last but one
    alone.
    """
    if total < SHORT:
        first = {0} if ends_early else set()
        return frozenset({*first, max(0, total - 2)} if total else ())
    count = min(MOST, max(3 if total >= LATER else 2, total // EVERY))
    return frozenset({0, total - 2, *(total >> part for part in range(1, count - 1))})
