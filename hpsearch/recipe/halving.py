"""Synchronous successive halving: which trials of a round go on after a rung, and why the others do not.

Jamieson and Talwalkar (2016), with the rungs of Li et al. (2018). All trials of the round are compared at once,
whichever workers trained them and in whatever order they arrived, so that no timing decides.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from hpsearch.study import Objective
from hpsearch.trial import FinishedTrial, TrialResult, TrialState

ROUNDING = 1e-9
"""A third of thirty is ten, however a third is written."""


def stopped_at(
    rung: int, keep: float, trials: Sequence[FinishedTrial], objective: Objective
) -> tuple[TrialResult, ...]:
    """The results, in trial order, of those that are stopped after epoch ``rung``.

    ``trials``: all that have begun the way to the rung, as far as they have come by now: a result that goes beyond the
    rung is read up to it, so that the answer is the same whenever it is asked. The best ``keep`` of them go on, rounded
    up, by the best epoch so far; of equal ones the first in trial order. One that failed before the rung is compared
    with nobody, and one that has ended well before it is not stopped any more.
    """
    scored = [(score, trial) for trial in trials if (score := _score(trial.result, rung, objective)) is not None]
    order = [trial for _, trial in sorted(scored, key=lambda pair: (pair[0], pair[1].job.number))]
    going_on = math.ceil(keep * len(trials) - ROUNDING)
    stopped = [
        replace(
            trial.result,
            state=TrialState.PRUNED,
            value=None,
            best_epoch=None,
            reason=_reason(rung, place, len(trials), going_on),
        )
        for place, trial in enumerate(order, 1)
        if place > going_on and trial.result.state is TrialState.PRUNED
    ]
    return tuple(sorted(stopped, key=lambda result: result.number))


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


def _reason(rung: int, place: int, of: int, going_on: int) -> str:
    best = "best one goes" if going_on == 1 else f"best {going_on} go"
    return f"stopped after epoch {rung}: {_ordinal(place)} of {of}, the {best} on"


def _ordinal(place: int) -> str:
    last = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{last}"
