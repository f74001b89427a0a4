"""Rules on what holds the weights back: weight decay, label smoothing, limits of gradients and of weights."""

import math

from hpsearch.advice.training import Training, highest, lowest
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

FORGETTING = 0.01
"""Of the weights at each update. With the usual values (0.1 and 1e-4, momentum 0.9) it is 1e-4; at 0.01 the weights
remember a hundred updates (heuristic)."""
MOST_DECAY = 0.1
"""As a penalty in the loss: half of it times the squared weights, which for a norm of 10 is twice the loss of guessing
among ten classes (heuristic; usual are 1e-5 to 1e-3)."""
PENALTIES = frozenset({"sgd", "adam", "rmsprop", "adagrad"})
"""Optimisers that add weight decay to the gradient; AdamW shrinks the weights beside it."""
SHRINKING = frozenset({"sgd", "adamw"})
"""Optimisers whose weights shrink by rate times decay at each update."""
MOST_SMOOTHING = 0.5
SMALLEST_MOVE = 1.0
"""Distance in the space of all weights. The initial weights of one layer have a norm of several (heuristic)."""
SMALLEST_NORM = 0.1
"""Of the weights into a unit; those of an initialised one have about √2 (heuristic; usual limits are 3 and 4)."""


def weight_decay_too_strong(training: Training) -> Remark | None:
    """Weight decay pulls the weights to zero faster than data can teach them anything.

    With SGD and AdamW the weights shrink at each update by rate times decay, with momentum m by 1 / (1 − m) of that.
    Told where that is a hundredth and more at the median of the rates, and more than half in an epoch; and where a
    decay of 0.1 and more is a penalty in the loss, which all but AdamW make of it. A warning where all of the range is
    so strong, information where its high end is.
    """
    decay = training.study.optimizer.weight_decay
    weakest, strongest = (_too_strong(training, value) for value in (lowest(decay), highest(decay)))
    said = weakest or strongest
    if said is None:
        return None
    return Remark(said.sentence, said.numbers, Severity.WARNING if weakest else Severity.INFO)


def _too_strong(training: Training, decay: float) -> Remark | None:
    share = _shrinking(training) * decay  # of the weights, at each update
    kept = math.exp(-share * training.updates_per_epoch())
    numbers = {"weight_decay": decay, "learning_rate": training.middle_rate, "kept_per_epoch": kept}
    if training.optimizers <= SHRINKING and share >= FORGETTING and kept < 0.5:
        return Remark(
            f"a weight decay of {decay:.3g} leaves {kept:.1%} of the weights after an epoch at a learning rate of "
            f"{training.middle_rate:.3g}",
            numbers,
        )
    if training.optimizers <= PENALTIES and decay >= MOST_DECAY:
        return Remark(
            f"a weight decay of {decay:.3g} is a penalty of {50 * decay:.3g} on weights with a norm of 10, beside a "
            f"loss of {training.task.initial_loss:.3g} of a network that knows nothing",
            numbers,
        )
    return None


def _shrinking(training: Training) -> float:
    """Rate over 1 − momentum, at the median of the rates and on average over a training."""
    times = training.patience if "adamw" not in training.optimizers else 1.0
    return training.middle_rate * times * training.mean_share


def label_smoothing_too_strong(training: Training) -> Remark | None:
    """Labels are smoothed by half and more.

    The target of the right class is 1 − s + s / K then, of K classes: what is learned by it is mostly to be unsure.
    0.1 is usual. Told where every trial has it.
    """
    smoothing, classes = lowest(training.study.loss.label_smoothing), training.task.outputs
    if smoothing < MOST_SMOOTHING or not training.task.is_classification:
        return None
    right = 1 - smoothing + smoothing / classes
    return Remark(
        f"labels are smoothed by {smoothing:g}: the target of the right class of {classes} is {right:.2g}",
        {"label_smoothing": smoothing, "target": right},
    )


def clip_norm_too_small(training: Training) -> Remark | None:
    """Gradients are clipped so short that the whole training cannot move the weights.

    With SGD an update moves all weights together by rate times the gradient's norm at most, with momentum by
    1 / (1 − m) of that. Told where rate times limit times updates is less than 1 at the highest rate: the weights of
    one layer alone have a norm of several at the start. Adam and its kin divide by the gradient's scale again.
    """
    optimizer = training.study.optimizer
    limit, updates = highest(optimizer.clip_norm), training.most_updates
    if training.optimizers != {"sgd"} or math.isinf(limit) or not updates:
        return None
    times = 1 / (1 - highest(optimizer.momentum))
    move = highest(optimizer.learning_rate) * limit * times * updates
    if move >= SMALLEST_MOVE:
        return None
    return Remark(
        f"gradients are clipped to a norm of {limit:.3g}: {updates:,} updates at the highest learning rate, "
        f"{highest(optimizer.learning_rate):.3g}, move all weights together by {move:.2g} at most",
        {"clip_norm": limit, "updates": updates, "move": move},
    )


def max_norm_too_small(training: Training) -> Remark | None:
    """The weights into each unit are limited to a norm of a tenth and less.

    Those of an initialised unit have about √2, which keeps the scale of the signal from layer to layer: with a tenth
    it falls to a fourteenth in each layer without a norm, and logits stay near zero in any case. 3 or 4 are usual.
    """
    limit = highest(training.study.optimizer.max_norm)
    if limit > SMALLEST_NORM:
        return None
    return Remark(
        f"the weights into each unit are scaled down to a norm of {limit:.3g} after every update, "
        f"{limit / math.sqrt(2):.1%} of what they begin with",
        {"max_norm": limit},
    )
