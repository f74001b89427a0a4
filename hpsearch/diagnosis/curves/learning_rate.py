"""Rules on the learning rate and its schedule."""

import math
from collections.abc import Sequence
from itertools import pairwise

from hpsearch.diagnosis.curves.curve import DECAYED, UNFINISHED, Curve
from hpsearch.diagnosis.curves.movement import jitter, relative_update
from hpsearch.diagnosis.curves.trend import trend
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

SLOW = 0.5
"""Of guessing: a training that ends above it has learned less than half (heuristic)."""
STRAIGHT = 0.5
"""The last third's fall, as a share of the middle third's, of a curve that has not begun to level off (heuristic)."""
GATHERING, SHORT = 2.0, 6
"""Times the fall of the epoch before, and epochs: see ``learning_rate_too_low`` (heuristics)."""
RISES = 0.25
"""Share of the epochs that chance may lift in a steady fall (heuristic)."""
BRISK = 3e-3
"""Share of their norm that weights are moved by in one update; seldom more where the rate is too low (heuristic)."""
HALF = 0.5
"""Of what training loses, validation loses at least so much where the images are understood (heuristic)."""
QUARTER = 0.25
"""Share of the training that no sound schedule ends its first rate in (heuristic)."""
EARLY = 0.5
"""Share of the training before which a decay can be too early (heuristic)."""
STILL = 0.005
"""Of itself: a validation loss that moves by less from epoch to epoch is that of weights which stand still
(heuristic)."""
SLOWED = 0.2
"""Relative progress after a decay as a share of that before it (heuristic)."""
FLAT = 0.1
"""Of its level: a loss that changes by less along the second half stands still (heuristic)."""
LITTLE, HARDLY = 0.02, 0.9
"""Of guessing: below the one there is nothing left that a smaller step would win, above the other hardly anything was
learned that it would refine (heuristics)."""
RESTLESS = 0.05
"""Movement of the validation loss from epoch to epoch, as a share of it, that a smaller step would calm: a loss that
moves by so much is at least as far above its floor. (Measured: of ten trainings that moved by 3 to 5 %, one gained by a
tenth of the rate in its last third; of 38 that moved by more, 26 did.)"""
FEWEST_BENDS = 2
"""Of the validation loss in the second half: one alone may be that of a fall which ends."""
UNSURE = 2.0
"""Times the entropy of its errors: a loss above it is held up by answers that cannot become sure, as bounded outputs
give (heuristic; none of three such trainings gained by a lower rate)."""


def learning_rate_too_low(curve: Curve) -> Remark | None:
    """The loss falls all the time, nearly along a straight line, and has not come far.

    A curve that could fall faster has no bend: in the last third of the epochs it still has at least half of the slope
    that it had in the third before, while less than half of the loss of guessing is lost (heuristic). The first third
    is left out, because large first outputs shrink quickly at any rate. The fall must be sure: every epoch is lower
    than the one before, or it exceeds four standard errors and three epochs of four are. Validation has to fall at
    least half as much; where it does not, what falls is memory. Of fewer than six epochs a fall that gathers speed, to
    twice what it was, shows a training that is short and no more. Where the network was looked into, an update that
    moves the weights by more than 0.3 % is none of a rate that is too low: a thousandth is usual (Karpathy).
    """
    if not curve.ended:
        return None
    means, held = [epoch.train_loss for epoch in curve.epochs], curve.val_losses
    third = len(means) // 3
    middle, late = means[-2 * third - 1] - means[-third - 1], means[-third - 1] - means[-1]
    followed = held[-2 * third - 1] - held[-1]
    rises = sum(b >= a for a, b in pairwise(means[third:]))
    sure = rises == 0 or (curve.line(1 / 3, 1.0).deviations < -4 and rises <= RISES * (len(means) - third))
    if means[-1] - curve.floor < SLOW * curve.guess or not sure or late <= 0:
        return None
    if len(means) < SHORT and late > GATHERING * middle:
        return None
    if late < STRAIGHT * middle or followed < HALF * (middle + late) or (relative_update(curve) or 0.0) > BRISK:
        return None
    sentence = (
        f"the loss has come from {means[0]:.4g} to {means[-1]:.4g} in {len(means)} epochs and is still falling: by "
        f"{late:.3g} over the last third of them, after {middle:.3g} over the third before"
    )
    numbers = {
        "first_epoch_loss": means[0],
        "last_epoch_loss": means[-1],
        "guessing_loss": curve.guess,
        "middle_third": middle,
        "last_third": late,
        "learning_rate": curve.trial.job.optimizer.learning_rate,
    }
    return Remark(sentence, numbers)


def decayed_too_early(curve: Curve) -> Remark | None:
    """The learning rate was lowered while the loss was still falling fast, and that ended its fall.

    A loss that falls at its own pace loses the same share of itself in equal times. Before the learning rate went below
    a fifth of its peak, in the first half of the training, it fell significantly; in the last half of what follows it
    loses less than a fifth of that share, with more than a tenth of guessing left (all heuristics). A decay within the
    first quarter has seen so little that two standard errors over all of it are enough, or else that after it the
    validation loss moves by less than half a per cent from epoch to epoch: then the weights stand still.
    """
    if not curve.ended:
        return None
    count, peak = len(curve.losses), curve.peak_rate
    top = max(range(count), key=curve.rate)
    decay = next((step for step in range(top, count) if curve.rate(step) < DECAYED * peak), count)
    if decay > EARLY * count or decay < 6 or curve.level < UNFINISHED * curve.guess:
        return None
    if max(curve.rate(step) for step in range(decay, count)) > DECAYED * peak:
        return None
    at_once = decay <= QUARTER * count
    before = trend(curve.losses[0 if at_once else decay // 2 : decay])
    after = trend(curve.losses[decay + (count - decay) // 2 :])
    pace = -before.slope / max(1e-12, before.level - curve.floor)
    pace_after = max(0.0, -after.slope) / max(1e-12, after.level - curve.floor)
    if not (at_once and _stands_still(curve.val_losses[2 + decay // curve.per_epoch :])):
        if before.deviations > (-2 if at_once else -3) or pace_after > SLOWED * pace:
            return None
        if 1 - math.exp(-pace * (count - decay)) < FLAT:
            return None
    sentence = (
        f"the learning rate fell to {curve.rate(decay):.2g} after {decay / count:.0%} of the training, while the loss "
        f"was falling by {pace * curve.per_epoch:.1%} an epoch; after that it fell by "
        f"{pace_after * curve.per_epoch:.1%} and ended at {curve.epochs[-1].train_loss:.3g}"
    )
    numbers = {
        "iteration": decay,
        "share_of_training": decay / count,
        "pace_before": pace * curve.per_epoch,
        "pace_after": pace_after * curve.per_epoch,
        "last_epoch_loss": curve.epochs[-1].train_loss,
    }
    return Remark(sentence, numbers)


def _stands_still(losses: Sequence[float]) -> bool:
    """Whether the same samples have the same loss in all of the epochs, at least three."""
    steps = [abs(b - a) for a, b in pairwise(losses)]
    return len(steps) >= 2 and max(steps) < STILL * min(losses)


def should_decay_now(curve: Curve) -> Remark | None:
    """The loss has stopped falling and moves restlessly at a learning rate that was never lowered.

    At a constant learning rate, gradient noise keeps the weights at a distance from the minimum that is proportional to
    the rate; a smaller one lets them fall further at once. Over the second half the training loss changes by less than
    a tenth of its level or no more than chance, while the validation loss moves by five per cent and more from one
    epoch to the next (of four at least), and training stands between 90 % and 2 % of guessing. Nothing is said of a
    loss more than twice as high as the entropy of its errors: it is not noise that keeps right answers from being sure.
    Below 10 % little is left to win, and it is information (heuristics).
    """
    if not curve.ended or not curve.learned or curve.rate(len(curve.losses) - 1) < 0.5 * curve.peak_rate:
        return None
    if len(curve.val_losses) - len(curve.val_losses) // 2 < FEWEST_BENDS + 2:
        return None
    line, moved = curve.line(0.5, 1.0), jitter(curve)
    level = (line.level - curve.floor) / curve.guess
    if not LITTLE < level < HARDLY or not curve.flat or moved < RESTLESS:
        return None
    if curve.task.is_classification and line.level - curve.floor > UNSURE * curve.loss_of_error:
        return None
    sentence = (
        f"the loss has stayed at {line.level:.3g} over the second half of the training while the validation loss moved "
        f"by {moved:.0%} from epoch to epoch; the learning rate is still {curve.rate(len(curve.losses) - 1):.3g}"
    )
    severity = Severity.INFO if level < UNFINISHED else None
    return Remark(sentence, {"level": line.level, "change": line.change, "jitter": moved}, severity)
