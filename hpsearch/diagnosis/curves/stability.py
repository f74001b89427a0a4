"""Rules on losses that blow up, swing or are lost in noise."""

import math

from hpsearch.diagnosis.curves.curve import LEARNED, UNFINISHED, Curve
from hpsearch.diagnosis.curves.trend import moving_average, spread_of_neighbours
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

BLOW_UP = 1.5
"""Times the start: so far a moving average rises in unstable training (heuristic, measured for the recipe's sweep)."""
NATS = 1.15
"""… and by this much, half of the loss of guessing among ten classes: among two, outputs of a usual size are enough for
half of theirs (heuristic)."""
CALM, TENFOLD = 1.25, 10.0
"""Times guessing, and times the start: see ``_passed`` (heuristics)."""
RECOVERED = 0.5
"""A training that ended below this share of guessing has survived its start (heuristic)."""
START = 0.1
"""Share of the training that is its start (heuristic)."""
RISING = 0.05
"""Of guessing: a training loss that ends so far above its best epoch, and above guessing, is rising (heuristic)."""
LOST = 0.8
"""Of guessing: from below this a loss has fallen back to guessing (heuristic)."""
RAISED = 1.2
"""Times: a loss that rises while the learning rate rises so far does what the schedule makes it do (heuristic)."""
SWINGS = 2
"""So many times a loss comes back up, to be called oscillating."""
SWING = 0.25
"""… by this share of what it had lost above its lowest point so far, at least (heuristic)."""
NOISY = 0.6
"""Noise of one iteration as a share of the mean loss. If losses of samples are exponential, a batch of n has 1/√n."""
QUARTER = 4
"""Batches of which the data are at least, for larger ones to say more (heuristic)."""
SMALL = 16
"""Samples: a batch of so many has a quarter of the noise of one, so that what is noisier is no matter of batches."""


def diverged(curve: Curve) -> Remark | None:
    """The loss became NaN or infinite.

    Updates overshot further with each step, or a function left its domain. After at least one update the learning rate
    comes first; at initialisation it is the network or the data.
    """
    if not curve.diverged:
        return None
    count = len(curve.losses)
    numbers = {"iterations": count, "learning_rate": curve.trial.job.optimizer.learning_rate}
    if count == 0:
        return Remark("the loss is NaN or infinite before any update", numbers)
    last = curve.losses[-1]
    sentence = (
        f"the loss became NaN or infinite in iteration {count + 1}, at a learning rate of {curve.rate(count):.3g}"
    )
    return Remark(sentence, {**numbers, "last_loss": last, "first_loss": curve.losses[0]})


def learning_rate_too_high(curve: Curve) -> Remark | None:
    """The loss rose far above its start, is rising, or was learning and fell back to guessing.

    Steps so large throw the network into regions where units are dead or saturated. The moving average must be above
    one and a half times the first loss, or that of guessing if it is higher, and above it by 1.15 nats and by three
    standard errors; or the last epoch is above guessing, and above the best epoch by four standard errors and five per
    cent of guessing; or the last epoch is at guessing and the mean over half an epoch was below 80 % of it: single
    batches come so low by chance where a few samples have most of the loss (heuristics). Where
    training comes back and ends below half of guessing the start alone was unstable, which is information; so is a rise
    of less than ten times within the first tenth if the loss has stayed near guessing or below since the middle.
    """
    if not curve.ended:
        return None
    start = max(curve.losses[0], curve.guess)
    early = spread_of_neighbours(curve.losses)
    error = early / math.sqrt(curve.window)
    highest = max(curve.means)
    last = curve.epochs[-1].train_loss
    numbers = {
        "first_loss": curve.losses[0],
        "highest_mean": highest,
        "last_epoch_loss": last,
        "window": curve.window,
        "learning_rate": curve.trial.job.optimizer.learning_rate,
    }
    far = max((BLOW_UP - 1) * start, NATS if curve.task.is_classification else 0.0)
    rose = highest - start > max(far, 3 * min(error, highest))
    if rose:
        recovered = last < RECOVERED * curve.guess or _passed(curve, highest, start)
        passed = (curve.means.index(highest) + curve.window - 1) // curve.per_epoch
        after = min((epoch.train_loss for epoch in curve.epochs[passed:]), default=last)
        ending = f"and ended at {last:.3g}" if recovered else f"and did not get below {after:.3g} after that"
        sentence = (
            f"the mean loss over {curve.window} iterations rose from {curve.losses[0]:.3g} to {highest:.3g}, {ending}"
        )
        return Remark(sentence, numbers, Severity.INFO if recovered else None)
    noise = curve.noise / math.sqrt(curve.per_epoch)
    if last > curve.guess and last - curve.lowest > max(RISING * curve.guess, 4 * noise):
        sentence = (
            f"the training loss is rising: it was {curve.lowest:.3g} in its best epoch and is {last:.3g} in the last, "
            f"above the {curve.guess:.3g} of guessing"
        )
        return Remark(sentence, {**numbers, "lowest_epoch_loss": curve.lowest, "guessing_loss": curve.guess})
    lowest = min(moving_average(curve.losses, max(curve.window, curve.per_epoch // 2)))
    if last > (1 - LEARNED) * curve.guess and lowest < LOST * curve.guess:
        sentence = (
            f"the loss had fallen to {lowest:.3g} and is back at {last:.3g}, where guessing is ({curve.guess:.3g})"
        )
        return Remark(sentence, {**numbers, "lowest_mean": lowest, "guessing_loss": curve.guess})
    return None


def _passed(curve: Curve, highest: float, start: float) -> bool:
    """Whether a rise is over: it was within the first tenth of the training and not tenfold, and since the middle the
    loss has stayed near guessing or below."""
    early = curve.means.index(highest) < max(curve.window, START * len(curve.losses))
    calm = max(curve.means[len(curve.means) // 2 :]) < CALM * curve.guess
    return early and calm and highest < TENFOLD * start


def oscillating(curve: Curve) -> Remark | None:
    """The loss comes down and goes up again, several times.

    Counted are the rises of the training loss from one epoch to a later one that exceed four standard errors of an
    epoch's mean and a quarter of the level (heuristic), with a fall of the same size before the next; two make the
    finding. A rise while the learning rate rises, as in a warm-up or a cycle, is not counted. Too much momentum, a
    learning rate at the edge of stability, and batches that are all of one kind do this. It is information where
    validation has ended well and the training loss either ended below a tenth of guessing after a last third without a
    rise, so that a rate that fell has cured it, or is below that in the mean of the last third: what swings is little.
    """
    if not curve.ended or not curve.learned_on_the_way:
        return None
    error = spread_of_neighbours(curve.losses) / math.sqrt(curve.per_epoch)
    means = [epoch.train_loss - curve.floor for epoch in curve.epochs]
    swings, largest, low, high, falling, lowest, latest = 0, 0.0, means[0], means[0], True, 0, 0
    for number, mean in enumerate(means[1:], 1):
        if falling:
            low, lowest = (mean, number) if mean < low else (low, lowest)
            if mean - low > max(4 * error, SWING * low, LEARNED * curve.guess) and not _raised(curve, lowest, number):
                swings, falling, high, latest = swings + 1, False, mean, number
                largest = max(largest, mean - low)
        else:
            high = max(high, mean)
            largest = max(largest, high - low)
            if high - mean > max(4 * error, SWING * mean, LEARNED * curve.guess):
                falling, low = True, mean
    if swings < SWINGS:
        return None
    sentence = f"the training loss rose {swings} times again after it had fallen, by up to {largest:.3g}"
    third = len(means) // 3
    over = latest < len(means) - third and curve.level < UNFINISHED * curve.guess
    little = math.fsum(means[-third:]) / third < UNFINISHED * curve.guess
    numbers = {"rises": swings, "largest": largest, "standard_error": error}
    return Remark(sentence, numbers, Severity.INFO if curve.ended_well and (over or little) else None)


def _raised(curve: Curve, first: int, last: int) -> bool:
    """Whether the learning rate rose between the beginning of one epoch and the end of another."""
    steps = range(first * curve.per_epoch, (last + 1) * curve.per_epoch, max(1, curve.per_epoch // 4))
    rates = [curve.rate(min(step, curve.total - 1)) for step in steps]
    return any(rate > RAISED * min(rates[: number + 1]) for number, rate in enumerate(rates))


def noisy(curve: Curve) -> Remark | None:
    """Single iterations scatter so much that their gradients say little.

    In the second half the loss of one iteration has a standard deviation of more than 0.6 of its mean. Losses of single
    samples spread about as far as their mean is high (heuristic), so that a batch of n has 1/√n of it: 0.6 is a batch
    of three. A loss that is near zero is not looked at: the few samples that are still wrong make it uneven. Nor are
    batches of 16 and more, whose losses scatter so far for other reasons, and of more than a quarter of the data, which
    say all of what there is to be said. It is information where training ended
    well: no noise has kept it from fitting its samples then, be they so few that an epoch is some uneven batches.
    """
    size = curve.trial.job.batch_size
    if not curve.ended or size >= SMALL or QUARTER * size > curve.task.train_samples:
        return None
    half = curve.part(0.5, 1.0)
    mean = math.fsum(half) / len(half) - curve.floor
    if mean < 0.1 * curve.guess or curve.noise < NOISY * mean:
        return None
    sentence = f"the loss of single iterations scatters by {curve.noise:.3g} around {mean:.3g}, with batches of {size}"
    numbers = {"noise": curve.noise, "mean": mean, "batch_size": size}
    return Remark(sentence, numbers, Severity.INFO if curve.fits else None)
