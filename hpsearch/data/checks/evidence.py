"""Checks whether held-out samples are enough to tell what a search asks them."""

import math

from hpsearch.data.checks.facts import Facts
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

USUAL = 0.9
"""An accuracy for which the error is told (an example)."""
WANTED = 0.01
"""A standard error that lets one tell networks apart whose accuracies differ by a few per cent (an example)."""
FAR = 0.03
"""Two equally good networks differ by so much from chance alone (one standard error of the difference): worth a note
(heuristic: searches compare trials that differ by less)."""
OTHER, MISTAKEN = 0.8, 0.1
"""A network with twice the errors of the usual one, and how often it may look the better one before it is a warning: a
search compares a dozen trials and takes the best (heuristic)."""


def few_to_be_measured_by(facts: Facts) -> Remark | None:
    """The validation split is so small that chance decides which of two networks looks better.

    An accuracy p that is read from n samples has a standard error of √(p (1 − p) / n), and the difference of two has
    1.4 times that. For p = 90 % it is more than three per cent below 200 samples, which is information (heuristic); a
    standard error of one per cent takes 900. It is a warning where a network with twice the errors, of 80 %, looks no
    worse than that in more than one of ten comparisons, which is so below 42 samples. The best of many trials is then
    better than it is by several of these errors.
    """
    count = len(facts.validation)
    if not facts.classes or not count:
        return None
    variance = USUAL * (1 - USUAL)
    apart = math.sqrt(2 * variance / count)
    if apart <= FAR:
        return None
    error, enough = math.sqrt(variance / count), math.ceil(variance / WANTED**2)
    sentence = (
        f"validation has {count} samples: an accuracy of {USUAL:.0%} is known to ±{error:.1%} (one standard error); "
        f"±1% takes {enough} samples"
    )
    deviation = math.sqrt((variance + OTHER * (1 - OTHER)) / count)
    mistaken = 0.5 * math.erfc((USUAL - OTHER) / deviation / math.sqrt(2))
    numbers = {
        "samples": count,
        "standard_error": error,
        "samples_for_one_per_cent": enough,
        "twice_the_errors_look_better": mistaken,
    }
    return Remark(sentence, numbers, None if mistaken > MISTAKEN else Severity.INFO)
