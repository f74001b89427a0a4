"""Synchronous successive halving: which trials of a round go on after a rung, and why the others do not.

Jamieson and Talwalkar (2016), with the rungs of Li et al. (2018). All trials of the round are compared at once,
whichever workers trained them and in whatever order they arrived, so that no timing decides.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from hpsearch.recipe.plan import Plan
from hpsearch.study import Objective
from hpsearch.trial import FinishedTrial, TrialResult, TrialState

ROUNDING = 1e-9
"""A third of thirty is ten, however a third is written."""


def stopped_at(
    rung: int, keep: float, begun: int, trials: Sequence[FinishedTrial], objective: Objective
) -> tuple[TrialResult, ...]:
    """The results, in trial order, of those that are stopped after epoch ``rung``.

    ``trials``: all that have begun the way to the rung, as far as they have come by now: a result that goes beyond the
    rung is read up to it, so that the answer is the same whenever it is asked. As many as are to go on of the ``begun``
    that the plan has (``begun_at``), by the best epoch so far; of equal ones the first in trial order. One that failed
    before the rung is compared with nobody, and one that has ended well before it is not stopped any more.
    """
    scored = [(score, trial) for trial in trials if (score := _score(trial.result, rung, objective)) is not None]
    order = [trial for _, trial in sorted(scored, key=lambda pair: (pair[0], pair[1].job.number))]
    left = going_on(keep, begun)
    stopped = [
        replace(
            trial.result,
            state=TrialState.PRUNED,
            value=None,
            best_epoch=None,
            reason=_reason(rung, place, begun, left),
        )
        for place, trial in enumerate(order, 1)
        if place > left and trial.result.state is TrialState.PRUNED
    ]
    return tuple(sorted(stopped, key=lambda result: result.number))


def going_on(keep: float, begun: int) -> int:
    """How many of so many trials go on after a rung: the share, rounded up, and one at least."""
    return max(1, math.ceil(keep * begun - ROUNDING))


def begun_at(plan: Plan, rung: int) -> int:
    """How many trials the plan has on their way to a rung.

    Not how many there are: a result does not always tell how far its trial had come before it failed, and the number
    must be the same before and after an interruption.
    """
    begun = len(plan.jobs)
    for _ in takewhile(lambda earlier: earlier < rung, plan.rungs):
        begun = going_on(plan.keep, begun)
    return begun


def goes_on(result: TrialResult | None, rung: int) -> bool:
    """Whether a trial has gone on after epoch ``rung``, as its result tells once the rung is decided."""
    if result is None:
        return True
    last = result.epochs[-1].epoch if result.epochs else 0
    return last >= rung if result.state is TrialState.FAILED else last > rung


def _score(result: TrialResult, rung: int, objective: Objective) -> float | None:
    """Less is better; None for a trial that failed before the rung."""
    seen = [epoch.metric(objective.metric) for epoch in result.epochs if epoch.epoch <= rung]
    if not seen or (result.state is not TrialState.COMPLETE and result.epochs[-1].epoch < rung):
        return None
    return -max(seen) if objective.sense == "maximize" else min(seen)


def _reason(rung: int, place: int, of: int, left: int) -> str:
    best = "best one goes" if left == 1 else f"best {left} go"
    return f"stopped after epoch {rung}: {_ordinal(place)} of {of}, the {best} on"


def _ordinal(place: int) -> str:
    last = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{last}"
