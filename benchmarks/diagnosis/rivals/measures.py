"""What several checks of TheDeepChecker measure alike."""

from collections.abc import Sequence
from itertools import pairwise

F_CRITICAL = 2.70554
"""Variances further apart than this factor are different (its ``f_test_alpha`` of 0.1)."""


def same_variance(first: float, second: float) -> bool:
    """By its F-test, which leaves the number of values out."""
    low, high = sorted((first, second))
    return low > 0 and high / low <= F_CRITICAL


def smoothness(values: Sequence[float]) -> float:
    """How rarely a curve turns, in (0, 1]."""
    rises = [after > before for before, after in pairwise(values)]
    turns = sum(first != second for first, second in pairwise(rises))
    return (len(values) - turns) / len(values)
