"""What state a training is in that ended poorly, where no rule gives a reason."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark
from hpsearch.trial import TrialState

STANDARD_ERRORS = 3.0
LARGE_GAP, LARGE_SHARE = 0.05, 0.1
"""Between validation and training error, and as a share of that of guessing: smaller gaps are usual."""
WIDE = 0.6
"""Training error as a share of the validation error, below which most of the errors are due to the gap (heuristic)."""
RESTLESS = 0.05
"""Of what guessing errs: the validation error of a network that moves so far from epoch to epoch is that of the epoch
in which the training happened to end (heuristic; half of what counts as good)."""
HELD_RATE = 0.5
"""Of its peak: a learning rate that was not lowered below it."""
HARDLY_TRAINED = 100
"""Iterations: of so few nobody expects more (heuristic)."""
SURELY = 3.0
"""Standard errors of the slope of a loss that falls."""
FALLEN = 0.1
"""Of itself: both losses have fallen by so much from the middle third to the last where more epochs would go on with it
(heuristic)."""


def last_word(curve: Curve, noticed: Mapping[str, Remark]) -> dict[str, Remark]:
    """The code and the words of the state that it is in, as a warning; empty unless validation surely ended badly.

    It is asked only where no rule has an error or a warning, and says nothing where HC204 is information: then answers
    are as unsure as labels of two or three classes may be, and nobody need be to blame. It takes the code of the rule
    that says the same on stronger evidence, and its words if that has noticed it as information (``noticed``). In this
    order: training ended well and validation did not (HC203); training fits too little and stands still (HC204, where
    noticed); the validation error moves from epoch to epoch by more than its samples explain, at a rate that was never
    lowered (HC105); both losses are still falling (HC202); validation errs far more than training (HC203); the network
    does not fit its training samples (HC204). That the end is bad is surely so; which state it is may be a matter of
    degree.

    Of one or two epochs, or fewer than twelve iterations, no rule on curves says anything. There the losses of single
    iterations tell: they still fall in the second half (HC202), or there were fewer than a hundred, which is hardly a
    training (HC202); or after more of them the loss is that of guessing (HC201); else it is one of the states above.
    """
    short = not curve.ended and curve.trial.result.state is TrialState.COMPLETE and len(curve.losses) > 0
    if not (curve.ended or short) or not curve.epochs or curve.ended_well:
        return {}
    if _is_doubt(noticed):
        return {}
    code, sentence, numbers = (_of_short(curve) if short else None) or _state(curve, noticed)
    return {code: replace(noticed.get(code, Remark(sentence, numbers)), severity=Severity.WARNING)}


def _is_doubt(noticed: Mapping[str, Remark]) -> bool:
    """Whether training fits as well as its labels can be known, as far as that is seen: nobody is to blame."""
    remark = noticed.get("HC204")
    return remark is not None and remark.severity is Severity.INFO


def _state(curve: Curve, noticed: Mapping[str, Remark]) -> tuple[str, str, dict[str, float]]:
    """Code, sentence and numbers."""
    train, held = curve.ends
    gap = curve.gap > max(min(LARGE_GAP, LARGE_SHARE * curve.chance_of_error), STANDARD_ERRORS * curve.error_of_draw)
    numbers = {"train_error": train, "validation_error": held, "standard_error": curve.error_of_draw}
    beside = f"the {_what(curve)} is {train:.1%} in training and {held:.1%} in validation"
    if curve.fits and gap:
        return "HC203", beside, numbers
    if "HC204" in noticed:
        return "HC204", "", numbers
    if _restless(curve):
        last = curve.val_errors[len(curve.val_errors) // 2 :]
        rate = curve.rate(len(curve.losses) - 1)
        sentence = (
            f"the {_what(curve)} in validation moves by {curve.moved:.1%} from epoch to epoch, between {min(last):.1%} "
            f"and {max(last):.1%} in the second half of the training; the learning rate is still {rate:.3g}"
        )
        return "HC105", sentence, {**numbers, "moved": curve.moved, "learning_rate": rate}
    trained = [epoch.train_loss for epoch in curve.epochs]
    if _falls(trained) and _falls(curve.val_losses):
        return "HC202", f"{beside}, and both losses were still falling when the training ended", numbers
    if gap and train < WIDE * held:
        return "HC203", beside, numbers
    return "HC204", f"{beside}: training samples are not fitted either", numbers


def _of_short(curve: Curve) -> tuple[str, str, dict[str, float]] | None:
    """As ``_state``; None where the training was long enough, and its loss low, for a state of other trainings."""
    count, held = len(curve.losses), curve.ends[1]
    line, level = curve.line(0.5, 1.0), max(1e-12, curve.line(0.5, 1.0).level - curve.floor)
    passes = f"{len(curve.epochs)} epoch{'s' if len(curve.epochs) > 1 else ''} ({count} iterations)"
    sentence = f"the {_what(curve)} in validation is {held:.1%} after {passes}"
    numbers = {"iterations": count, "epochs": len(curve.epochs), "validation_error": held, "change": line.change}
    if line.deviations < -SURELY and -line.change > FALLEN * level:
        start, end = level - line.change / 2, level + line.change / 2
        falls = f"and the training loss was still falling: from {start:.3g} to {end:.3g} along the second half of them"
        return "HC202", f"{sentence}, {falls}", numbers
    if count < HARDLY_TRAINED and not curve.fits:
        return "HC202", f"{sentence}: the network has hardly been trained", numbers
    if curve.learned or curve.learned_on_the_way:
        return None
    return "HC201", f"{sentence}, and the loss is {curve.epochs[-1].train_loss:.4g} as with guessing", numbers


def _what(curve: Curve) -> str:
    return "error" if curve.task.is_classification else "loss, as a share of guessing,"


def _restless(curve: Curve) -> bool:
    """Whether the weights of one epoch answer otherwise than those of the next, at a rate that was never lowered."""
    if len(curve.epochs) < 5 or curve.rate(len(curve.losses) - 1) < HELD_RATE * curve.peak_rate:
        return False
    drawn = curve.drawn(math.fsum(curve.val_errors[-4:]) / 4)
    return curve.moved > max(RESTLESS * curve.chance_of_error, drawn)


def _falls(losses: Sequence[float]) -> bool:
    """Whether the mean of the last third is below that of the third before by more than a tenth."""
    third = max(1, len(losses) // 3)
    last, before = math.fsum(losses[-third:]), math.fsum(losses[-2 * third : -third])
    return last < (1 - FALLEN) * before
