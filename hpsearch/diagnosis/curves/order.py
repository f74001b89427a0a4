"""Rules on what repeats in every pass over the data."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from hpsearch.diagnosis.curves.curve import LEARNED, Curve
from hpsearch.diagnosis.curves.trend import spread_of_neighbours, trend
from hpsearch.rulebook import Remark

FEWEST_EPOCHS, FEWEST_PLACES = 4, 4
EXPLAINED, CHANCE = 0.5, 1e-6
SHARE_OF_RISES = 0.2
"""Of the falls: a course that rises by less in all is a fall, and the other way round. See ``follows_the_order``
(shares are heuristics)."""
END = 0.1
"""Share of an epoch that is its end, which is two batches at least (heuristic)."""
BACK = 0.2
"""Of what the epoch before had gained, a new start of a part of the weights loses so much at once (heuristic)."""
ELSEWHERE = 1 / 3
"""Of the rise between epochs, a rise between batches that would be due to their order (heuristic)."""
MOST = 0.75
"""Share of the epochs (heuristic)."""
FORGOTTEN = 1.5
"""Times the first loss, or guessing: above it are not first weights but sure ones that are wrong (heuristic)."""
STANDARD_ERRORS = 3.0
LOW, ZERO = 0.1, 1e-6
"""Of guessing, and absolutely: between these a loss depends on the few samples of a batch that are not sure yet, and on
more than how floats are rounded."""
FEWEST_LOW = 20
"""Iterations."""
SMOOTH = 0.02
"""Bends of the logarithm of the loss in units of 1/√n for batches of n (heuristic: above 0.07 in all trainings of the
catalogue but those on one batch, where it is below 0.008)."""
QUARTER = 4
"""Batches of which the data are at least, so that one is not most of them."""


def starts_again(curve: Curve) -> Remark | None:
    """Every epoch begins far behind the end of the one before: something that was learned is lost in between.

    Something puts first weights back at each beginning of a pass: the network or a part of it is built, loaded or
    initialised within the loop over epochs. The loss of the first batch is that of weights which no update of this
    epoch has changed yet. It is compared with the mean over the last tenth of the epoch before: if, over all epochs, it
    is higher by three standard errors and by 3 % of guessing, and a fifth of the way back to the very first loss (or
    guessing, if that is lower), something starts again; all of the way where all weights do (shares are heuristics). A
    loss that also rises by a third as much from one batch to the next elsewhere, or starts far above the very first, is
    that of batches in a fixed order. The last batch of an epoch is left out where it is smaller. Validation, which
    looks at the end of an epoch, may be good all the same.
    """
    places, count = curve.per_epoch, len(curve.losses) // curve.per_epoch
    if not curve.ended or places < FEWEST_PLACES or count < 3:
        return None
    last = max(2, round(END * places))
    rest = 1 if curve.task.train_samples % curve.trial.job.batch_size else 0
    closes = [at - rest for at in range(places, count * places, places)]
    ends = [math.fsum(curve.losses[at - last : at]) / last for at in closes]
    starts = [curve.losses[at] for at in range(places, count * places, places)]
    end, start, first = math.fsum(ends) / len(ends), math.fsum(starts) / len(starts), min(curve.losses[0], curve.guess)
    error = spread_of_neighbours(curve.losses) / math.sqrt(len(starts))
    if start - end < max(BACK * (first - end), STANDARD_ERRORS * error, LEARNED * curve.guess):
        return None
    if sum(b > a for a, b in zip(ends, starts, strict=True)) < MOST * len(starts):
        return None
    if start > FORGOTTEN * max(curve.losses[0], curve.guess) or _steepest_rise(curve) > ELSEWHERE * (start - end):
        return None
    sentence = (
        f"the first batch of an epoch has a loss of {start:.3g} on average, after {end:.3g} at the end of the epoch "
        f"before; the training began at {curve.losses[0]:.3g}"
    )
    numbers = {"first_loss": curve.losses[0], "start_of_epochs": start, "end_of_epochs": end, "standard_error": error}
    return Remark(sentence, numbers)


def _steepest_rise(curve: Curve) -> float:
    """The largest step upwards, of the mean over all epochs, from one place of an epoch to the next behind its first
    quarter."""
    places = curve.per_epoch
    rows = [curve.losses[start : start + places] for start in range(0, len(curve.losses) - places + 1, places)]
    course = [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)][places // 4 :]
    return max((after - before for before, after in pairwise(course)), default=0.0)


def _levelled(losses: Sequence[float]) -> list[float]:
    """What is left of some losses without the straight line through them, with a mean square of 1."""
    line, middle = trend(losses), (len(losses) - 1) / 2
    left = [loss - line.level - line.slope * (index - middle) for index, loss in enumerate(losses)]
    size = math.sqrt(math.fsum(one * one for one in left) / len(left))
    return [one / size if size else 0.0 for one in left]


def _goes_one_way(rows: Sequence[Sequence[float]]) -> bool:
    """Whether epochs, each in units of its own mean, rise hardly or fall hardly from place to place."""
    sizes = [math.fsum(map(abs, row)) or 1.0 for row in rows]
    course = [
        math.fsum(column)
        for column in zip(*([one / size for one in row] for row, size in zip(rows, sizes, strict=True)), strict=True)
    ]
    rises = math.fsum(max(0.0, after - before) for before, after in pairwise(course))
    falls = rises + course[0] - course[-1]
    return min(rises, falls) < SHARE_OF_RISES * max(rises, falls)


def follows_the_order(curve: Curve) -> Remark | None:
    """The loss rises and falls in the same way in every epoch: batches are not drawn at random.

    Samples that are read in their stored order, class by class above all, make the loss of an iteration depend on its
    place in the epoch. Compared are the means of each place over the last two thirds of the epochs, each epoch less a
    straight line and brought to one size, with what is left around them (analysis of variance): reported where places
    explain half of the movement, chance does so once in a million, and the course is no plain fall or rise: a loss that
    blows up bends in the same way in every epoch. The last batch of an epoch is left out, since it may be smaller. Four
    epochs of four batches are needed.
    """
    if not curve.ended:
        return None
    count, places = len(curve.epochs), curve.per_epoch - 1
    if count - count // 3 < FEWEST_EPOCHS or places < FEWEST_PLACES or len(curve.losses) < count * curve.per_epoch:
        return None
    raw = [curve.losses[epoch * curve.per_epoch :][:places] for epoch in range(count // 3, count)]
    if _goes_one_way(raw):
        return None
    rows = [_levelled(row) for row in raw]
    number = len(rows)
    means = [math.fsum(column) / number for column in zip(*rows, strict=True)]
    whole = math.fsum(value * value for row in rows for value in row)
    explained = number * math.fsum(mean * mean for mean in means)
    if whole <= 0 or explained < EXPLAINED * whole:
        return None
    free = (places - 1, (number - 1) * (places - 1))
    ratio = (explained / free[0]) / max(1e-300, (whole - explained) / free[1])
    from scipy.special import fdtrc  # noqa: PLC0415  (50 MB that a service which answers requests can spare)

    chance = float(fdtrc(*free, ratio))
    if chance > CHANCE:
        return None
    share = explained / whole
    sentence = f"the place of a batch in its epoch explains {share:.0%} of how its loss differs from the trend"
    return Remark(sentence, {"explained": share, "chance": chance, "epochs": number, "places": places})


def always_the_same_batch(curve: Curve) -> Remark | None:
    """Every iteration seems to get the same samples: the loss falls without any of the noise of drawing others.

    Batches of different samples have different losses, the more so once most samples are learned and a few are not:
    losses of batches of n then scatter by about 1/√n of themselves and more. Here the logarithm of the loss bends from
    one iteration to the next by less than a fiftieth of that, in the median of all iterations whose loss is below a
    tenth of guessing, of which there must be 20 (heuristics). The loop takes its batch from the loader anew each time,
    or keeps it; or all samples are copies of each other. Nothing is said where a batch is more than a quarter of the
    data.
    """
    size = curve.trial.job.batch_size
    if not curve.ended or QUARTER * size > curve.task.train_samples:
        return None
    above = [loss - curve.floor for loss in curve.losses]
    low = [math.log(loss) for loss in above if ZERO < loss < LOW * curve.guess]
    if len(low) < FEWEST_LOW:
        return None
    bends = [abs(a - 2 * b + c) / math.sqrt(6) for a, b, c in zip(low, low[1:], low[2:], strict=False)]
    bend = median(bends)
    if bend * math.sqrt(size) >= SMOOTH:
        return None
    sentence = (
        f"the losses of {len(low)} iterations differ by {bend:.1g} of themselves from a smooth course, and "
        f"batches of {size} different samples by about {1 / math.sqrt(size):.2g}: it may be one batch again and again"
    )
    return Remark(sentence, {"bend": bend, "iterations": len(low), "batch_size": size})
