"""The five training problems of AutoTrainer (Zhang, Zhai, Ma and Shen, ICSE 2021).

Thresholds are those of the paper, which its repository (shiningrain/AUTOTRAINER, ``reproduce.py``) has as defaults:
accuracy 0.6; gradients 1e-3, 1e-4 and 70; zeros 0.7; oscillation 0.03 and 0.2; slow convergence 0.01. It looks every
third epoch at the gradient of the first batch, and judges accuracies from 30 % of the epochs on.

Left out: what a later version adds (improper activation, loss and data), which reads objects of Keras.
"""

import itertools
import math
from collections.abc import Iterator

from benchmarks.diagnosis.rivals.record import Epoch, FirstBatch, Record
from benchmarks.diagnosis.rivals.rule import Rule, families

NAME = "AutoTrainer"
GOOD = 0.6
JUDGED_FROM = 0.3
EVERY = 3
LARGE_LOSS = 1e3


def exploding_gradient(record: Record) -> bool:
    """The loss is not finite or 1,000; or nothing is learned and the first gradient's norm is 70 times the last's."""
    losses = (*record.step_losses, *(epoch.val_loss for epoch in record.epochs))
    if not all(math.isfinite(loss) for loss in losses):
        return True
    if any(max(epoch.train_loss, epoch.val_loss) >= LARGE_LOSS for epoch in record.epochs):
        return True
    return any(_bad(seen) and _ratio(first) > 70 for seen, first in _looks(record))


def vanishing_gradient(record: Record) -> bool:
    """Nothing is learned, the first gradient's norm is below 1e-3 times the last's and below 1e-4."""
    return any(_bad(seen) and _ratio(first) < 1e-3 and first.kernel_norms[0] < 1e-4 for seen, first in _looks(record))


def dying_relu(record: Record) -> bool:
    """Nothing is learned, and 70 % of all numbers of the gradient are zero."""
    return any(_bad(seen) and first.zero_share >= 0.7 for seen, first in _looks(record))


def oscillating_loss(record: Record) -> bool:
    """The accuracy goes up and down by 0.03 in a fifth of the epochs."""
    return any(_oscillates([epoch.train_accuracy for epoch in seen]) for seen, _ in _looks(record))


def slow_convergence(record: Record) -> bool:
    """Nothing is learned, and no epoch brought 0.01 of accuracy."""
    return any(
        _bad(seen)
        and _largest_step([epoch.train_accuracy for epoch in seen]) < 0.01
        and _largest_step([epoch.val_accuracy for epoch in seen]) < 0.01
        for seen, _ in _looks(record)
    )


def _looks(record: Record) -> Iterator[tuple[tuple[Epoch, ...], FirstBatch]]:
    """The epochs up to each look that counts, and the gradient there; an empty one of a network without any."""
    found = {first.epoch: first for first in record.first_batches if first.kernel_norms}
    for epoch in range(1, len(record.epochs) + 1, EVERY):
        if epoch >= JUDGED_FROM * record.epochs_planned - EVERY and epoch > 1:
            yield record.epochs[:epoch], found.get(epoch, FirstBatch(epoch, (math.nan,), 0.0, finite=True))


def _bad(seen: tuple[Epoch, ...]) -> bool:
    return max(epoch.train_accuracy for epoch in seen) < GOOD and max(epoch.val_accuracy for epoch in seen) < GOOD


def _ratio(first: FirstBatch) -> float:
    head, last = first.kernel_norms[0], first.kernel_norms[-1]
    if last == 0:
        return math.nan if head == 0 else math.inf
    return head / last


def _largest_step(values: list[float]) -> float:
    return max((after - before for before, after in itertools.pairwise(values)), default=0.0)


def _oscillates(values: list[float]) -> bool:
    highs, lows = [], []
    for before, here, after in zip(values, values[1:], values[2:], strict=False):
        if here >= before and here >= after:
            highs.append(here)
        if here <= before and here <= after:
            lows.append(here)
    swings = sum(high - low >= 0.03 for high, low in zip(highs, lows, strict=False))
    return swings >= 0.2 * len(values)


RULES = (
    Rule(NAME, "exploding gradient", "loss NaN or 1,000; ratio > 70", families("explodes weights"), exploding_gradient),
    Rule(NAME, "vanishing gradient", "ratio < 1e-3, norm < 1e-4", families("signal weights"), vanishing_gradient),
    Rule(NAME, "dying ReLU", "70 % of the gradient zero", families("signal"), dying_relu),
    Rule(NAME, "oscillating loss", "0.03 in 20 % of epochs", families("unstable explodes"), oscillating_loss),
    Rule(NAME, "slow convergence", "no epoch gains 0.01", families("slow stuck frozen"), slow_convergence),
)
