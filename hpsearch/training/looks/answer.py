"""What a network answered in one iteration, as numbers from which outputs and gradients of the loss are told."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Numbers = NDArray[np.float64]


class Answer(NamedTuple):
    """Of one member."""

    logits: Numbers
    """(N, outputs)"""
    chances: Numbers | None
    """(N, outputs), the soft-max of the logits; None in regression, as are the next two."""
    largest: Numbers
    """(N,) of the chances; empty instead of None."""
    foretold: NDArray[np.int64]
    """(N,) the classes; empty instead of None."""


def answers_of(logits: Tensor, *, classes: bool) -> Sequence[Answer]:
    """Of logits (K, N, outputs)."""
    return [_answer(one, classes=classes) for one in read(logits)]


def rounded(number: float) -> float:
    """To four significant digits, since more would fill the database; NaN and infinite ones as they are."""
    return float("%.4g" % number)  # noqa: UP031  (half the time of a format string, and a look rounds a hundred numbers)


def read(values: Tensor) -> Numbers:
    """From the device, in float64."""
    held: Numbers = values.detach().double().cpu().numpy()
    return held


def _answer(logits: Numbers, *, classes: bool) -> Answer:
    if not classes:
        return Answer(logits, None, np.empty(0), np.empty(0, np.int64))
    with np.errstate(all="ignore"):
        chances = np.exp(logits - logits.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
    return Answer(logits, chances, chances.max(1), logits.argmax(1))
