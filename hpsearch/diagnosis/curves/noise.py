"""How far chance alone moves a score that is read from so many samples."""

import math


def share_error(share: float, samples: int) -> float:
    """Standard error of a share in [0, 1]: binomial, with (k + 1) / (n + 2) in place of k / n (Laplace)."""
    count = max(1, samples)
    smoothed = (share * count + 1) / (count + 2)
    return math.sqrt(smoothed * (1 - smoothed) / count)


def chance_of_right(right: int, samples: int, guessing: float) -> float:
    """The probability that guessing is right for at least so many of the samples (exact binomial tail)."""
    from scipy.special import bdtrc  # noqa: PLC0415  (50 MB that a service which answers requests can spare)

    return 1.0 if right <= 0 else float(bdtrc(right - 1, samples, guessing))


def rare_in_circles(chance: float, allowed: float, classes: int, length: int) -> bool:
    """Whether a chance is no more than ``allowed`` over all circles of so many of the classes, which are fewer than
    ``classes ** length``; in logarithms, as that may be beyond any float."""
    return chance <= 0 or math.log(chance) <= math.log(allowed) - length * math.log(max(1, classes))
