"""What theory says of a loss as a function of what the outputs look like.

The tolerance of the initial loss and the floor that bounded outputs put under a loss are computed here
(docs/decisions/0010-tolerance-of-the-initial-loss.md).
"""

import math

from hpsearch.task import Task

LARGEST_VARIANCE = 2.0
"""The largest variance of the outputs that a usual initialisation gives: features of mean square 1 through a last layer
with the gain √2 of He et al. (2015). Smaller gains (Glorot, LeCun, a last layer made small) stay below it."""
GROSS_VARIANCE = 4 * LARGEST_VARIANCE
"""Outputs of twice that deviation, 2.8: cosines times a fixed scale of 16 give it over 32 features, and He's gain after
two skip connections without norms that double the mean square. Two outputs then differ by 4, and by 5 to 8 at the end
of a training that brings the loss to a hundredth of guessing: it passes through all of these on its way
(docs/decisions/0155-an-initial-loss-that-is-a-little-high.md)."""


def excess(task: Task, variance: float) -> float:
    """By how much outputs that know nothing and have this variance raise the loss above ``task.initial_loss``.

    Cross-entropy: (1 − 1/K) v / 2, the second-order term of the expectation of ln Σ exp(z) − z_y for independent
    outputs z of variance v. Against targets of mean 0 and variance 1: v for L2, √(2/π) (√(1 + v) − 1) for L1.
    """
    if task.loss == "cross_entropy":
        return (1 - 1 / task.outputs) * variance / 2
    if task.loss == "l2":
        return variance
    return math.sqrt(2 / math.pi) * (math.sqrt(1 + variance) - 1)


def tolerance(task: Task) -> float:
    """How far a healthy initial loss may lie above ``task.initial_loss``."""
    return excess(task, LARGEST_VARIANCE)


def gross(task: Task) -> float:
    """So far above ``task.initial_loss`` outputs have to be unlearned before anything is learned."""
    return excess(task, GROSS_VARIANCE)


def floor_of_probabilities(outputs: int) -> float:
    """The least cross-entropy of outputs in [0, 1], as a soft-max or a sigmoid before the loss makes them.

    The best such outputs are 1 for the target and 0 for the others: ln(e + K − 1) − 1, 1.46 for ten classes.
    """
    return math.log(math.e + outputs - 1) - 1
