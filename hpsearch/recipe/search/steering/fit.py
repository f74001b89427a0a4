"""Changes of regularisation, of the number of epochs and of the width, from how well the best trials fit."""

from collections.abc import Iterator

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.learning_rates import within
from hpsearch.recipe.search.situation import Situation, is_own, network_default
from hpsearch.recipe.search.steering.change import Change, Kind
from hpsearch.recipe.search.steering.followed import followed
from hpsearch.recipe.search.steering.rates import DECADE, FURTHEST, WEIGHT_DECAY
from hpsearch.recipe.sources import JOHNSON
from hpsearch.search_job import EPOCHS
from hpsearch.space import Choice, Distribution, LogUniform, Uniform
from hpsearch.stage import StageName

DROPOUT, WIDTH = "network.dropout", "network.width"
OVERFITTING, UNDERFITTING, PLATEAU = "HC203", "HC204", "HC105"
WRONG_LABELS = "labels_wrong_as_if"
"""What the evidence of underfitting has where answers are as they are when so many labels are wrong."""
STILL_FALLING = ("HC202", "HC103")
"""Either that the training was too short, or that its learning rate was too low for it."""
FIRST_DROPOUT, MOST_DROPOUT = 0.5, 0.8
"""Dropout is tried from the network's own default up to so much more, and never beyond (heuristic)."""
MORE_EPOCHS = "more-epochs-advised"
LONGER = 2
"""A training becomes at most so many times as long as ``recipe.fine.epochs``, whatever the rounds (heuristic: the
course trains for 10 to 20 epochs in this step, and the default is 12)."""
STRONG_DECAY, STRONG_DROPOUT = 1e-3, 0.1
"""Regularisation below these is not what makes a network underfit (heuristic)."""


def regularisation_raised(now: Situation) -> Iterator[Change]:
    """The best trials overfit: weight decay and dropout go on from where the best trial has them, upwards.

    A default range of weight decay may grow by a decade; dropout is added where a named network has it and the
    definition does not set it. What the definition gives is not left.
    """
    if OVERFITTING not in followed(now):
        return
    why = f"overfitting {now.where(OVERFITTING)}"
    for path, after in ((WEIGHT_DECAY, _more_decay(now)), (DROPOUT, _more_dropout(now))):
        if after is not None:
            yield Change(
                Kind.REGULARISATION_RAISED,
                path,
                after,
                f"{now.following} searches {path} {_span(after)}",
                why,
                now.because(OVERFITTING),
                JOHNSON,
            )


def regularisation_lowered(now: Situation) -> Iterator[Change]:
    """The best trials underfit, with regularisation that may be why: the next round goes below what they have."""
    if not _is_too_small(now):
        return
    for path, strong in ((WEIGHT_DECAY, STRONG_DECAY), (DROPOUT, STRONG_DROPOUT)):
        value = now.best_value(path)
        whole = now.whole.get(path)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < strong:
            continue
        if whole is not None:
            after = within(whole, _lowest(whole), value)
        else:  # a default of the network, above 0
            given = path == WEIGHT_DECAY or "dropout" in now.study.network.parameters
            after = None if given else _for_grid(now, Uniform(0.0, value))
        if after is not None:
            yield Change(
                Kind.REGULARISATION_LOWERED,
                path,
                after,
                f"{now.following} searches {path} {_span(after)}",
                f"underfitting without a gap {now.where(UNDERFITTING)}, with {value:.2g} in the best one",
                now.because(UNDERFITTING),
                JOHNSON,
            )


def epochs_raised(now: Situation) -> Iterator[Change]:
    """The best trials were still getting better at their end, and do not overfit: the next round trains longer.

    Not after the coarse search, whose trainings are meant to be too short; and only where ``recipe.fine.epochs`` is the
    default: another number is told of by ``epochs_advised``.
    """
    code = _ended_too_early(now)
    if code is None or not is_own(now.study, EPOCHS):
        return
    most = LONGER * now.study.recipe.fine.epochs
    epochs = min(2 * now.epochs, most)
    if epochs > now.epochs:
        yield Change(
            Kind.EPOCHS_RAISED,
            EPOCHS,
            Choice((epochs,)),
            f"{now.following} trains for {epochs} epochs instead of {now.epochs}",
            f"losses that still fell at the end {now.where(code)}",
            {**now.because(code), "most": most},
            JOHNSON,
        )


def epochs_advised(now: Situation) -> tuple[Finding, ...]:
    """What would be a change, were the number of epochs not given by the definition: it is advice then."""
    code = _ended_too_early(now)
    if code is None or is_own(now.study, EPOCHS) or not now.study.recipe.fine.steer.epochs:
        return ()
    given = now.study.recipe.fine.epochs
    return (
        Finding(
            MORE_EPOCHS,
            Severity.INFO,
            f"losses still fell at the end {now.where(code)}, after the {given} epochs that the definition gives",
            {"path": EPOCHS, "epochs": given, **now.because(code)},
            f"Raise recipe.fine.epochs, to {LONGER * given} for example: a number that is given is not changed.",
            JOHNSON,
        ),
    )


def _ended_too_early(now: Situation) -> str | None:
    """The code of the finding that says so of a fine round; None where the best trials overfit as well."""
    if OVERFITTING in now.found or now.stage is not StageName.FINE:
        return None
    found = followed(now)
    return next((code for code in STILL_FALLING if code in found), None)


def width_raised(now: Situation) -> Iterator[Change]:
    """The best trials underfit: of the definition's widths the next round takes those from the best one upwards.

    Not while the loss of the trial that is the finding's example still falls: more epochs may do as well then.
    """
    whole = now.study.space.get(WIDTH)
    if not _is_too_small(now) or whole is None or not now.example(UNDERFITTING).get("flat"):
        return
    value = now.best_value(WIDTH)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    after = within(whole, value, _highest(whole))
    if after is not None and len(set(after.ends())) > 1:
        yield Change(
            Kind.WIDTH_RAISED,
            WIDTH,
            after,
            f"{now.following} takes {WIDTH} from {value:.4g} upwards",
            f"underfitting without a gap {now.where(UNDERFITTING)}",
            now.because(UNDERFITTING),
            JOHNSON,
        )


def _is_too_small(now: Situation) -> bool:
    """Whether the best underfit, and neither because their learning rate is too high to end lower, nor as they do
    where labels are wrong."""
    found = followed(now).get(UNDERFITTING)
    if found is None or found.severity is Severity.INFO or now.example(UNDERFITTING).get(WRONG_LABELS) is not None:
        return False
    return not {OVERFITTING, PLATEAU} & now.found.keys()


def _more_decay(now: Situation) -> Distribution | None:
    whole, value = now.whole.get(WEIGHT_DECAY), now.best_value(WEIGHT_DECAY)
    if whole is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    highest = _highest(whole)
    if isinstance(whole, LogUniform) and is_own(now.study, WEIGHT_DECAY):
        highest = max(highest, min(FURTHEST[WEIGHT_DECAY][1], whole.high * DECADE))
        return LogUniform(value, highest) if value < highest else None
    after = within(whole, value, highest)
    return after if after is not None and len(set(after.ends())) > 1 else None


def _more_dropout(now: Situation) -> Distribution | None:
    value, given = now.best_value(DROPOUT), "dropout" in now.study.network.parameters
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None  # this network has no dropout, or none that is known of
    if DROPOUT in now.study.space:
        whole = now.study.space[DROPOUT]
        return within(whole, value, _highest(whole)) if value < _highest(whole) else None
    if given or value >= MOST_DROPOUT:
        return None
    known = network_default(now.study, DROPOUT)
    added_before = DROPOUT in now.whole
    start = float(known) if isinstance(known, int | float) else 0.0
    highest = MOST_DROPOUT if added_before else min(MOST_DROPOUT, start + FIRST_DROPOUT)
    return _for_grid(now, Uniform(float(value), highest)) if value < highest else None


def _for_grid(now: Situation, part: Uniform) -> Distribution:
    """A grid search tries every value, so that it takes the middle of what is added to it alone."""
    return Choice((part.quantile(0.5),)) if now.is_grid else part


def _span(part: Distribution) -> str:
    low, high = _lowest(part), _highest(part)
    return f"at {low:.2g}" if low == high else f"from {low:.2g} to {high:.2g}"


def _lowest(part: Distribution) -> float:
    return min(float(end) for end in part.ends() if isinstance(end, int | float))


def _highest(part: Distribution) -> float:
    return max(float(end) for end in part.ends() if isinstance(end, int | float))
