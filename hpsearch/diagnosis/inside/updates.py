"""Rules on updates: how far each iteration moves the weights."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from hpsearch.diagnosis.inside.ends import validated_well
from hpsearch.diagnosis.inside.seen import NORMS, Inside, relative, was_updated
from hpsearch.finding import Severity
from hpsearch.look import Look
from hpsearch.rulebook import Remark

TOO_LARGE = 0.2
"""Norm of one update in units of the weights' norm; about 0.001 is usual (Karpathy), up to 0.07
in sound trainings of the catalogue (heuristic)."""
MOVED = 0.15
"""Way that all updates together could go, in units of the weights' norm (heuristic: at least 0.4 in sound trainings of
the catalogue, and below 0.16 with rates a hundred times lower)."""
SLOW = 5e-4
"""The same of one update (heuristic: at least 0.001 in sound trainings of the catalogue)."""
LEFT = 0.1
"""Of guessing: a loss that is lower has nothing to complain of (heuristic)."""
HALF = 0.5
"""Of the first loss, or of guessing."""
RIGHT = 0.98
"""Share of training samples: with more no step is needed to answer better, only to be surer (heuristic)."""
EARLY = 0.9
"""Share of its whole fall: a loss that came down by so much in the first half stands still since (heuristic)."""
HELD = 1e-6
"""Of its norm: a step of plain descent that is longer changes numbers of single precision, whose last digit is 1e-7."""
FEWEST_IDLE = 2
"""Looks at iterations that changed nothing."""
DIFFER = 0.01
"""Of the largest output."""
GROWN = 5.0
"""Times the first norm of the weights (heuristic: up to 2.3 in sound trainings of the catalogue)."""
AT_ONCE = 0.0032
"""Logarithm of that growth for one iteration. A random walk of updates of size r, in units of the weights' norm, grows
by the logarithm r² / 2 each: this is r = 0.08, above that of sound trainings."""


def updates_too_small(inside: Inside) -> Remark | None:
    """All updates together cannot take the weights anywhere.

    The norm of an update, in units of the weights' norm, times the iterations that it stands for is the longest way
    that the weights can go; between looks it is taken to change with the learning rate. In the median layer it is below
    15 % over the whole training and below 0.05 % for one iteration, the norm of the weights has not changed by more
    either, and the loss at the end is above a tenth of guessing (heuristics): the steps are far too small. They are not
    what is wrong where the loss came down to half of guessing, or nearly all training samples are right, and it made
    nine tenths of its way in the first half: it stands where something else holds it, as smoothed labels or bounded
    outputs do. Nor where outputs hardly differ from image to image in any look, by less than a hundredth of what they
    are (heuristic: those that a rate holds back differ by seven): little reaches the weights then, whatever the rate.
    Layers that get no gradient say nothing of the size of steps. It is an error where half of the looks, at least two,
    show that the iteration left every weight exactly as it was although gradients were there and the learning rate was
    not zero: the optimiser's step is left out. Where weights that have a gradient change between such looks and
    validation ended well, the gradients of several batches are added up first, and nothing is said.
    """
    steps = inside.steps
    looks = tuple(filter(was_updated, inside.every))
    if not inside.ended or len(looks) < 2 or not inside.last_loss > LEFT * inside.task.initial_loss:
        return None
    if (skipped := _steps_left_out(inside, looks)) is not None:
        return skipped
    if _has_settled(inside) or _hardly_differ(looks):
        return None
    ways = []
    for seen in inside.same(looks):
        if all(layer.gradient_norm == 0 for layer in seen):
            continue
        ratios = [relative(layer.update_norm, layer) for layer in seen]
        known = [ratio for ratio in ratios if ratio is not None and math.isfinite(ratio)]
        if len(known) == len(seen) and any(known):
            norms = [layer.weight_norm or 0.0 for layer in seen]
            ways.append(max(_way(inside, looks, known), abs(norms[-1] / norms[0] - 1)))
    if not ways or median(ways) >= min(MOVED, SLOW * steps):
        return None
    way = median(ways)
    sentence = f"all {steps} updates of the median layer together are no longer than {way:.2g} of its weights' norm"
    rate = inside.trial.job.optimizer.learning_rate
    return Remark(sentence, {"way": way, "largest_way": max(ways), "iterations": steps, "learning_rate": rate})


def updates_too_large(inside: Inside) -> Remark | None:
    """Updates change a large part of the weights, or have carried them away.

    About a thousandth of the weights' norm is usual. Nothing that was learned lasts where it is above a fifth in the
    median layer, in half of the looks after the first; nothing is said of that where the loss came down to half. An
    update as large as the weights themselves, the first one included, makes another network of it: that is told unless
    the loss came down to a tenth of guessing. Steps that are smaller and all go one way, as with too much momentum, add
    up: the norm of the weights of the median layer is five times what it was, so soon that gradients without a
    direction, which add up like a random walk, would not have brought it there with updates of a sound size, while
    the loss is above half of guessing (heuristics). Norms are left out: their scales begin at one, so that any update
    is small beside them, and a network with many of them would hide what becomes of its other weights.
    """
    seen = []
    for look in inside.every:
        ratios = [relative(layer.update_norm, layer) for layer in look.layers if layer.kind not in NORMS]
        known = [ratio for ratio in ratios if ratio is not None and math.isfinite(ratio)]
        if known:
            seen.append((look, median(known)))
    large = [(look, ratio) for look, ratio in seen if look.step and ratio > TOO_LARGE]
    whole = [(look, ratio) for look, ratio in seen if ratio > 1]
    lasting = large if 2 * len(large) >= len(seen) - 1 and _ended_high(inside) else []
    guess = inside.task.initial_loss
    told = whole if not inside.ended or not inside.last_loss < LEFT * guess else []
    rate = inside.trial.job.optimizer.learning_rate
    if not (told or lasting):
        return _carried_away(inside) if not inside.ended or not inside.last_loss < HALF * guess else None
    look, ratio = (told or lasting)[0]
    worst = max(look.layers, key=lambda layer: relative(layer.update_norm, layer) or 0.0)
    sentence = (
        f"in iteration {look.step + 1} the update was {ratio:.2g} times the norm of the weights in the median layer, "
        f"and largest in {worst.name}"
    )
    return Remark(sentence, {"ratio": ratio, "layer": worst.name, "iteration": look.step + 1, "learning_rate": rate})


def _steps_left_out(inside: Inside, looks: tuple[Look, ...]) -> Remark | None:
    """What is said where iterations leave all weights as they were, though not for want of a gradient or of a rate."""
    due = [look for look in looks if inside.rate(look.step) * _steepest(look) > HELD]
    idle = [look for look in due if not any(layer.update_norm for layer in look.layers)]
    if len(idle) < FEWEST_IDLE or 2 * len(idle) < len(looks):
        return None
    if _moved_between(inside, idle) and validated_well(inside):
        return None
    sentence = (
        f"in {len(idle)} of {len(looks)} looks the iteration left every weight as it was, although gradients were there"
    )
    return Remark(sentence, {"iterations": [look.step + 1 for look in idle], "looks": len(looks)}, Severity.ERROR)


def _moved_between(inside: Inside, idle: Sequence[Look]) -> bool:
    """Whether all weights that have a gradient changed between any two of these looks in a row, as where the gradients
    of several batches add up first; where numbers are too coarse for updates, some layers stay."""
    return all(
        before.weight_norm != after.weight_norm
        for pair in pairwise(idle)
        for before, after in inside.same(pair)
        if before.weight_norm and before.gradient_norm
    )


def _steepest(look: Look) -> float:
    """The largest gradient norm of a layer in units of its weights' norm."""
    return max((relative(layer.gradient_norm, layer) or 0.0 for layer in look.layers), default=0.0)


def _hardly_differ(looks: tuple[Look, ...]) -> bool:
    """Whether every image gets nearly the same answer from the start."""
    seen = [look.outputs for look in looks if look.outputs is not None]
    return bool(seen) and all(one.sample_std < DIFFER * max(abs(one.lowest), abs(one.highest)) for one in seen)


def _has_settled(inside: Inside) -> bool:
    """Whether the loss has come down to half of guessing, or nearly every answer is right, and nearly all of the way
    was made in the first half of the training."""
    losses = inside.trial.result.step_losses
    part = max(1, len(losses) // 10)
    begin, end = losses[0], inside.last_loss
    middle = math.fsum(losses[(len(losses) - part) // 2 :][:part]) / part
    right = inside.trial.result.epochs[-1].train_accuracy if inside.trial.result.epochs else None
    far = end < HALF * inside.task.initial_loss or (right is not None and right > RIGHT)
    return far and begin - middle > EARLY * (begin - end)


def _carried_away(inside: Inside) -> Remark | None:
    """The weights have grown at once, whatever each update was."""
    if inside.first is None:
        return None
    for look in inside.later:
        pairs = [(before.weight_norm, after.weight_norm) for before, after in inside.same((inside.first, look))]
        grown = median([after / before for before, after in pairs if before and after is not None] or [0.0])
        if grown >= GROWN and math.log(min(grown, 1e300)) >= AT_ONCE * look.step:
            sentence = (
                f"in iteration {look.step + 1} the norm of the weights was {grown:.2g} times that of the first ones in "
                f"the median layer"
            )
            rate = inside.trial.job.optimizer.learning_rate
            return Remark(sentence, {"growth": grown, "iteration": look.step + 1, "learning_rate": rate})
    return None


def _ended_high(inside: Inside) -> bool:
    """Whether the training ended above half of its first loss, or broke off."""
    losses = inside.trial.result.step_losses
    part = max(1, len(losses) // 10)
    return not inside.ended or not math.fsum(losses[-part:]) < HALF * part * losses[0]


def _way(inside: Inside, looks: tuple[Look, ...], ratios: list[float]) -> float:
    """Each look stands for the iterations up to the middle between it and its neighbours, at their learning rates.

    A layer that an update leaves as it is waits, for weights behind it that start at zero or for a rate that does: the
    next look stands for its iterations too.
    """
    moving = [(look.step, ratio) for look, ratio in zip(looks, ratios, strict=True) if ratio]
    middles = [(one + other) // 2 for (one, _), (other, _) in pairwise(moving)]
    ends = [0, *middles, inside.steps]
    parts = [
        ratio * inside.rates(begin, end) / (inside.rate(step) or math.inf)
        for (step, ratio), (begin, end) in zip(moving, pairwise(ends), strict=True)
    ]
    return math.fsum(parts)
