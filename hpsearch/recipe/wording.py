"""Putting lists, numbers and scores into sentences and evidence."""

import math
from collections.abc import Mapping, Sequence

from hpsearch.study import StudyDefinition, objective_for, score_words
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialState


def shortened(names: Sequence[str], most: int = 4) -> str:
    """The first few names of a list, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def counted(number: int, noun: str) -> str:
    """So many of something whose plural ends with an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def known(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts without those that have no value: None and empty lists say nothing in a sentence."""
    return {name: fact for name, fact in facts.items() if fact is not None and fact != []}


def finite(number: float) -> float | None:
    """The number for evidence: JSON knows neither NaN nor infinity."""
    return number if math.isfinite(number) else None


def shown_score(study: StudyDefinition, task: Task, finished: Sequence[FinishedTrial], best: FinishedTrial) -> str:
    """The best of the trials and its score."""
    metric = objective_for(study.objective, task).metric
    score = f"{metric.removeprefix('val_')} of {score_words(best.result.value or 0.0, metric)}"
    stopped = sum(trial.result.state is TrialState.PRUNED for trial in finished)
    early = f", {stopped} of them stopped early," if stopped else ""
    return f"the best of {counted(len(finished), 'trial')}{early} (number {best.job.number}) has a validation {score}"
