"""Changes of the learning rate's schedule and of ranges, from what a search has found."""

import math
from collections.abc import Iterator

from hpsearch.recipe.learning_rates import LEARNING_RATE, within
from hpsearch.recipe.search.findings import end_of
from hpsearch.recipe.search.situation import Situation, is_own
from hpsearch.recipe.search.steering.change import Change, Kind
from hpsearch.recipe.search.steering.followed import followed
from hpsearch.recipe.sources import BERGSTRA
from hpsearch.recipe.wording import counted
from hpsearch.search_job import SCHEDULE, value_at
from hpsearch.space import Choice, LogUniform
from hpsearch.trial import Failure, FinishedTrial

WEIGHT_DECAY = "optimizer.weight_decay"
RESTLESS = {"HC105": "a plateau", "HC107": "oscillation", "HC108": "noise"}
"""What a decay may cure, in the order of how sure that is."""
DECADE = 10.0
"""By so much a default range is widened at one end in one round (heuristic)."""
FURTHEST: dict[str, tuple[float, float]] = {LEARNING_RATE: (1e-7, 10.0), WEIGHT_DECAY: (1e-6, 0.1)}
"""Beyond these no default range is widened (heuristic)."""
FEWEST_DIVERGED = 2
"""So many trials above a learning rate have to diverge, and all of them, before it is left out (heuristic)."""


def decay_added(now: Situation) -> Iterator[Change]:
    """The loss stands still, or is thrown about, at a rate that was never lowered: the next round tries a cosine decay.

    Only where all of the schedule is the default. A grid search takes the decay alone, since it tries every value.
    """
    found = followed(now)
    code = next((code for code in RESTLESS if code in found), None)
    if code is None or not is_own(now.study, SCHEDULE) or SCHEDULE in now.whole:
        return
    after, what = Choice(("constant", "cosine")), "tries a cosine decay beside the constant learning rate"
    if now.is_grid:
        after, what = Choice(("cosine",)), "lets the learning rate decay along a cosine"
    why = f"{RESTLESS[code]} at a learning rate that was never lowered, {now.where(code)}"
    source = now.found[code].source
    yield Change(Kind.DECAY_ADDED, SCHEDULE, after, f"{now.following} {what}", why, now.because(code), source)


def range_widened(now: Situation) -> Iterator[Change]:
    """The two best trials lie at one end of a range that is the default: the next round looks a decade beyond.

    A range that the definition gives is not left; nor are learning rates searched beyond ones that have diverged.
    """
    for path in (LEARNING_RATE, WEIGHT_DECAY):
        whole, region = now.whole.get(path), now.space.get(path)
        if not (isinstance(whole, LogUniform) and isinstance(region, LogUniform) and is_own(now.study, path)):
            continue
        values = [value_at(trial.job, path) for trial in now.best[:2]]
        end = end_of(whole, values) if len(values) == 2 else ""
        if path == LEARNING_RATE and end == "high" and _diverged_from(now, min(map(_rate, now.best[:2]))):
            continue
        lowest, highest = FURTHEST[path]
        low = max(lowest, whole.low / DECADE) if end == "low" else region.low
        high = min(highest, whole.high * DECADE) if end == "high" else region.high
        if (end == "low" and low < whole.low) or (end == "high" and high > whole.high):
            beyond = f"{whole.low:.3g}, down to {low:.3g}" if end == "low" else f"{whole.high:.3g}, up to {high:.3g}"
            yield Change(
                Kind.RANGE_WIDENED,
                path,
                LogUniform(low, high),
                f"{now.following} searches {path} beyond {beyond}",
                f"the two best trials at the {end} end of its default range",
                {"values": values},
                BERGSTRA,
            )


def rates_cut(now: Situation) -> Iterator[Change]:
    """All trials above some learning rate have diverged: the next round leaves those rates out.

    Not where the optimiser is searched too, since each has rates of its own.
    """
    region = now.space.get(LEARNING_RATE)
    if region is None or "optimizer.name" in now.study.space:
        return
    diverged = [_rate(trial) for trial in now.trials if trial.result.failure is Failure.DIVERGED]
    highest = max((_rate(trial) for trial in now.trials if trial.result.failure is None), default=0.0)
    if any(_rate(trial) > highest and trial.result.failure not in (None, Failure.DIVERGED) for trial in now.trials):
        return  # nobody knows what it would have done
    above = sorted(rate for rate in diverged if rate > highest)
    if len(above) < FEWEST_DIVERGED or highest <= 0:
        return
    limit = math.sqrt(highest * above[0])
    ends = [float(end) for end in region.ends() if isinstance(end, int | float)]
    after = within(region, min(ends), limit)
    if max(ends) <= limit or after is None:
        return
    why = f"{counted(len(above), 'trial')} above {highest:.3g}, all of which diverged"
    what = f"{now.following} leaves learning rates above {limit:.3g} out"
    yield Change(Kind.RATES_CUT, LEARNING_RATE, after, what, why, {"diverged_at": above, "sound_up_to": highest})


def _diverged_from(now: Situation, rate: float) -> bool:
    """Whether a trial of the round has diverged at that learning rate or above it."""
    return any(trial.result.failure is Failure.DIVERGED and _rate(trial) >= rate for trial in now.trials)


def _rate(trial: FinishedTrial) -> float:
    return trial.job.optimizer.learning_rate
