"""What a sweep of learning rates shows: the curve at each rate, and the interval in which the loss drops."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hpsearch.recipe.learning_rates import SWEEP_STEPS_PER_DECADE
from hpsearch.recipe.loss_curve import Course, LossCurve, loss_curve
from hpsearch.recipe.wording import finite
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

GOOD_SHARE = 0.5
"""A rate is handed on if its drop is at least this share of the largest one (heuristic)."""
SMOOTHED_SHARE = 10
"""The loss is averaged over one in so many iterations."""
LONE_STEP = 10 ** (1 / SWEEP_STEPS_PER_DECADE)
"""The step that a grid of one rate is taken to have."""


@dataclass(frozen=True)
class Sweep:
    """The curves of one sweep."""

    curves: Mapping[str, Sequence[LossCurve]]
    """By optimiser, each by rising learning rate."""

    @cached_property
    def every(self) -> tuple[LossCurve, ...]:
        """All curves."""
        return tuple(curve for group in self.curves.values() for curve in group)

    @cached_property
    def best(self) -> LossCurve | None:
        """The one with the largest significant drop; the lower rate if two are equal."""
        fell = [curve for curve in self.every if curve.course is Course.FELL]
        return max(fell, key=lambda curve: curve.drop, default=None)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """From the lowest to the highest rate that is worth a search, with any of the optimisers.

        A run of good rates around the largest drop, half a step of the grid further on both sides. Raises ValueError
        if there is no significant drop at all.
        """
        found = [_interval(group) for group in self.curves.values() if _best(group) is not None]
        if not found:
            raise ValueError("no rate of the sweep has a significant drop; look at best first")
        return min(low for low, _ in found), max(high for _, high in found)

    def at(self, rate: float) -> list[LossCurve]:
        """The curves of one rate, one for each optimiser."""
        return [curve for curve in self.every if math.isclose(curve.learning_rate, rate, rel_tol=1e-6)]

    def only(self, rates: Sequence[float]) -> "Sweep":
        """The same sweep as if it had tried these rates alone."""
        groups = {name: [c for c in group if c.learning_rate in rates] for name, group in self.curves.items()}
        return Sweep(groups)

    def as_evidence(self) -> list[dict[str, object]]:
        """What happened at each rate, as JSON values."""
        return [
            {
                "optimizer": name,
                "learning_rate": curve.learning_rate,
                "course": curve.course.value,
                "start": finite(curve.start),
                "end": finite(curve.end),
                "drop": curve.drop,
            }
            for name, group in self.curves.items()
            for curve in group
        ]


def sweep_of(finished: Sequence[FinishedTrial], task: Task, steps: int) -> Sweep:
    """Reads the finished trials of a sweep of ``steps`` iterations."""
    window = max(3, steps // SMOOTHED_SHARE)
    curves: dict[str, list[LossCurve]] = {}
    for trial in sorted(finished, key=lambda trial: trial.job.optimizer.learning_rate):
        curves.setdefault(trial.job.optimizer.name, []).append(loss_curve(trial, task, window))
    return Sweep(curves)


def _best(curves: Sequence[LossCurve]) -> int | None:
    fell = [place for place, curve in enumerate(curves) if curve.course is Course.FELL]
    return max(fell, key=lambda place: curves[place].drop, default=None)


def _interval(curves: Sequence[LossCurve]) -> tuple[float, float]:
    """Of one optimiser; there must be a significant drop."""
    rates = [curve.learning_rate for curve in curves]
    first = last = _best(curves) or 0
    enough = GOOD_SHARE * curves[first].drop
    good = [curve.course is Course.FELL and curve.drop >= enough for curve in curves]
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(curves) and good[last + 1]:
        last += 1
    return rates[first] / math.sqrt(_ratio(rates, first - 1)), rates[last] * math.sqrt(_ratio(rates, last))


def _ratio(rates: Sequence[float], place: int) -> float:
    """The step of the grid from one place to the next; beyond its ends the step nearest to them."""
    if len(rates) == 1:
        return LONE_STEP
    inside = min(max(place, 0), len(rates) - 2)
    return rates[inside + 1] / rates[inside]
